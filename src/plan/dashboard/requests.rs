//! Who answers requests, and the series that tell of them (`data/published.csv`).
//!
//! A variant with a model of its own publishes them under `{EndpointName, VariantName}`, an inference component under its
//! name alone, which doesn't hold the endpoint. So the requests of an endpoint with components are the sum over the
//! listed ones, or over the copies of all, which only enhanced metrics show. An asynchronous variant publishes what it
//! has processed.

use crate::metrics::{
    ComponentMetric, Expr, Graph, IdLetter, MetricId, MetricStat, Stat, copy_requests, invocation_metric,
    requests_metric,
};
use crate::spec::{EndpointName, InferenceComponent, Serving};

use super::series::{PanelContext, PanelVariant};
use super::widget::Line;

/// Seconds: rates of requests are by the minute.
pub(super) const MINUTE: f64 = 60.0;
/// Latencies are published in microseconds, and shown in milliseconds.
pub(super) const MILLISECOND: f64 = 1000.0;

/// A model that answers requests: an inference component, or a variant's own.
#[derive(Clone, Copy)]
pub(super) struct Model<'p> {
    /// Tells it from others in one panel.
    pub(super) number: usize,
    endpoint: &'p EndpointName,
    answerer: Answerer<'p>,
}

#[derive(Clone, Copy)]
enum Answerer<'p> {
    Component(&'p InferenceComponent),
    Variant(PanelVariant<'p>),
}

impl Model<'_> {
    /// A metric of its requests.
    pub(super) fn metric(self, name: &'static str, stat: Stat) -> MetricStat {
        match self.answerer {
            Answerer::Component(component) => ComponentMetric::Invocation(name).of(component.name.as_str(), stat),
            Answerer::Variant(variant) => invocation_metric(name, stat, self.endpoint, &variant.name),
        }
    }

    /// The metric that counts its requests.
    pub(super) fn counted(self) -> &'static str {
        match self.answerer {
            Answerer::Component(_) => "Invocations",
            Answerer::Variant(variant) => requests_metric(variant.serving),
        }
    }

    /// The metric of requests that it failed to answer.
    pub(super) fn failed(self) -> &'static str {
        match self.answerer {
            Answerer::Variant(variant) if variant.serving == Serving::Asynchronous => "InvocationFailures",
            _ => "Invocation5XXErrors",
        }
    }

    /// The label of one of its lines: after its name, which the only variant of an endpoint needn't say.
    pub(super) fn label(self, context: &PanelContext<'_>, what: &str) -> String {
        let name = match &self.answerer {
            Answerer::Component(component) => &component.label,
            Answerer::Variant(_) if context.monitoring.variants.len() == 1 => return capitalized(what),
            Answerer::Variant(variant) if variant.shadow => return format!("{} (shadow) {what}", variant.name),
            Answerer::Variant(variant) => variant.name.as_str(),
        };
        format!("{name} {what}")
    }

    /// Whether it answers at once from an instance, and so may be asked for a stream.
    pub(super) fn streams(self) -> bool {
        match self.answerer {
            Answerer::Component(_) => true,
            Answerer::Variant(variant) => variant.serving.may_stream(),
        }
    }

    pub(super) fn is_shadow(self) -> bool {
        matches!(self.answerer, Answerer::Variant(variant) if variant.shadow)
    }

    /// Id of one of its series.
    pub(super) fn id(self, letter: IdLetter) -> MetricId {
        MetricId::numbered(letter, self.number)
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The requests of a whole endpoint, in one panel.
pub(super) struct Total {
    /// What the rest refers to.
    pub(super) parts: Vec<Line>,
    /// In one period.
    pub(super) requests: Expr<Graph>,
    /// Of these, the ones that failed.
    pub(super) failed: Expr<Graph>,
    /// A metric whose period is that of all.
    pub(super) clock: MetricId,
}

impl Total {
    pub(super) fn per_minute(&self) -> Expr<Graph> {
        per_minute(self.requests.clone(), &self.clock)
    }

    pub(super) fn failed_percent(&self) -> Expr<Graph> {
        percent(self.failed.clone(), self.requests.clone())
    }
}

pub(super) fn per_minute(in_period: Expr<Graph>, clock: &MetricId) -> Expr<Graph> {
    in_period * MINUTE / Expr::period_of(clock)
}

/// Of 100 requests, those that failed. No datapoint where nobody called; none failed where nothing tells of failures.
pub(super) fn percent(failed: Expr<Graph>, requests: Expr<Graph>) -> Expr<Graph> {
    Expr::sum_of([failed, requests.clone() * 0.0]) * 100.0 / requests
}

impl<'p> PanelContext<'p> {
    /// The models that panels have lines of: few listed components, or every variant with a model of its own.
    pub(super) fn answering(&self) -> Vec<Model<'p>> {
        let endpoint = &self.monitoring.endpoint_name;
        let model = |(number, answerer)| Model { number, endpoint, answerer };
        if self.host().is_some() {
            return self
                .few_models()
                .unwrap_or_default()
                .iter()
                .map(Answerer::Component)
                .enumerate()
                .map(model)
                .collect();
        }
        self.variants().map(Answerer::Variant).enumerate().map(model).collect()
    }

    /// Whether the requests of all models can be distinguished from those of other endpoints.
    pub(super) fn sees_copies(&self) -> bool {
        self.monitoring.enhanced_metrics && self.host().is_some()
    }

    /// The requests of the whole endpoint, where they are known. Copies of requests that shadows get don't count.
    pub(super) fn total(&self) -> Option<Total> {
        let endpoint = &self.monitoring.endpoint_name;
        let [all, failed] = [IdLetter::TOTAL, IdLetter::ERRORS].map(|letter| MetricId::numbered(letter, 0).part(0));
        if let Some(host) = self.host().filter(|_| self.sees_copies()) {
            let sum = |name| Expr::search(copy_requests(name, Stat::Sum, endpoint)).summed();
            return Some(Total {
                parts: vec![
                    self.instance_samples(host),
                    Line::hidden_expression(all.clone(), sum("Invocations")),
                    Line::hidden_expression(failed.clone(), sum("Invocation5XXErrors")),
                ],
                requests: Expr::series(&all),
                failed: Expr::series(&failed),
                clock: host.instances_id(),
            });
        }
        let models: Vec<Model<'_>> = self.answering().into_iter().filter(|model| !model.is_shadow()).collect();
        let clock = models.first()?.id(IdLetter::INVOCATIONS);
        let mut parts = Vec::new();
        for model in &models {
            parts.push(Line::hidden_metric(model.id(IdLetter::INVOCATIONS), model.metric(model.counted(), Stat::Sum)));
            parts.push(Line::hidden_metric(model.id(IdLetter::ERRORS), model.metric(model.failed(), Stat::Sum)));
        }
        let sum = |letter| Expr::total(models.iter().map(|model| Expr::series(&model.id(letter))).collect());
        Some(Total { parts, requests: sum(IdLetter::INVOCATIONS), failed: sum(IdLetter::ERRORS), clock })
    }
}
