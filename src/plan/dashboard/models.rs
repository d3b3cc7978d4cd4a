//! Panels that set the listed models beside each other.
//!
//! A model has a line of its own with its label, as long as a dashboard has room for that. With more models, searches
//! find many of them at once, under their names. None is left out either way.

use crate::metrics::{ComponentMetric, Expr, Stat};
use crate::spec::InferenceComponent;

use super::grid::{Grid, MOST_LINES};
use super::series::Context;
use super::widget::{Line, Panel};

/// Lines that a model has in all panels together where it has one of its own in each, beside parts of its dollars, which
/// it has three times.
const LINES_OF_MODEL: usize = 14;
/// Lines of models, of all that a dashboard may have: enough for a hundred models.
const LINES_OF_MODELS: usize = 100 * LINES_OF_MODEL;

/// What a found series is called by: the name of its model.
pub(super) const MODEL_NAME: &str = "${PROP('Dim.InferenceComponentName')}";

impl<'p> Context<'p> {
    pub(super) fn models(&self) -> &'p [InferenceComponent] {
        &self.monitoring.components
    }

    /// Whether there is room for a line of each listed model in every panel that compares models.
    pub(super) fn has_room_for_lines(&self) -> bool {
        let dollars = self.models().iter().max_by_key(|model| model.name.as_str().len());
        let dollars = dollars.and_then(|model| self.dollars_of_model(0, model.name.as_str()));
        let parts = dollars.map_or(0, |dollars| dollars.parts.len());
        self.models().len() * (LINES_OF_MODEL + 3 * parts) <= LINES_OF_MODELS
    }
}

/// A metric of every listed model, in as many panels as they need.
pub(super) fn compared(grid: &mut Grid<'_>, context: &Context<'_>, metric: ComponentMetric, stat: Stat, panel: &Panel) {
    let pages = context.models().len().div_ceil(MOST_LINES);
    for (page, models) in context.models().chunks(MOST_LINES).enumerate() {
        let title = match pages {
            1 => panel.title.clone(),
            _ => format!("{}, {} of {pages}", panel.title, page + 1),
        };
        let lines = if context.line_each {
            let line = |model: &InferenceComponent| Line::metric(metric.of(model.name.as_str(), stat), &model.label);
            models.iter().map(line).collect()
        } else {
            let names = models.iter().map(|model| model.name.as_str());
            let searches = metric.search(stat).with_each("InferenceComponentName", names).into_iter();
            searches.map(|search| Line::expression(Expr::search(search), MODEL_NAME)).collect()
        };
        grid.panel(Panel { title, lines, ..panel.clone() });
    }
}
