//! `explain`: an alarm or a panel in words, with the expression behind it.

mod glossary;
pub(crate) mod measure;
pub(crate) mod sample;

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use monitored_endpoint::plan::{AlarmRequest, PlannedAlarm, PlannedWidget};
use monitored_endpoint::properties::AlarmKind;
use monitored_endpoint::spec::{AlarmWarning, GpuDimension};
use monitored_endpoint::validation::{Valid, Validation};
use serde_json::{Value, json};
use thiserror::Error;

use crate::arguments::StackOptions;
use crate::output::{Said, Status};
use crate::subject::{self, Reported, Subject, SubjectError};
use crate::template::Input;

/// Explain in words what an alarm or a panel measures, the expression behind it, and why an alarm would fire.
#[expect(clippy::doc_markdown, reason = "help is printed as it stands")]
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// An alarm, by its property (UnusedGpuAlarm), its name or the end of it (unused-gpu); or a panel, by a part of its title
    /// or of a line's label.
    subject: String,
    /// The template or properties that it is in. Without it, a sample declaration is explained.
    file: Option<PathBuf>,
    #[command(flatten)]
    stack_options: StackOptions,
}

/// Why nothing was explained.
#[derive(Debug, Error)]
pub(crate) enum ExplainError {
    /// The file can't be read or validated.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// There is no such thing.
    #[error("there is no alarm and no panel {subject:?}. Alarms: {alarms}. Panels: {panels}")]
    Unknown { subject: String, alarms: String, panels: String },
    /// Its declaration has problems.
    #[error("{0}")]
    Invalid(String),
}

impl ExplainError {
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Subject(error) => error.status(),
            Self::Invalid(_) => Status::Problems,
            Self::Unknown { .. } => Status::Unusable,
        }
    }
}

/// An explanation.
struct Explained {
    text: String,
    json: Value,
}

impl Explain {
    pub(crate) fn run(&self) -> Result<Said, ExplainError> {
        let subject = self.read()?;
        if let Some(invalid) = subject.validations.iter().find(|validation| validation.valid.is_none()) {
            return Err(ExplainError::Invalid(format!("{}\n{}", invalid.headline(), invalid.remarks())));
        }
        if subject.validations.is_empty() {
            return Err(ExplainError::Invalid(subject.remarks()));
        }
        let valid =
            || subject.validations.iter().filter_map(|validation| Some((validation, validation.valid.as_deref()?)));
        let mut found = Vec::new();
        for (validation, valid) in valid() {
            let meant = valid.plan.alarms.iter().filter(|alarm| self.means_alarm(alarm));
            found.extend(meant.map(|alarm| explain_alarm(alarm, &validation.warnings)));
            // A panel is asked for by a part of its title, so that an alarm goes first.
            if found.is_empty() {
                found.extend(self.panels(validation, valid));
            }
        }
        if found.is_empty() {
            let planned = valid().flat_map(|(_, valid)| &valid.plan.alarms).map(|alarm| alarm.name.as_str());
            let alarms: Vec<&str> = match self.file {
                Some(_) => planned.collect(),
                None => AlarmKind::ALL.into_iter().map(AlarmKind::property).collect(),
            };
            let panels: Vec<&str> = valid().flat_map(|(_, valid)| valid.panels()).map(|(title, _)| title).collect();
            let (subject, alarms, panels) = (self.subject.clone(), alarms.join(", "), panels.join("; "));
            return Err(ExplainError::Unknown { subject, alarms, panels });
        }
        let mut text = String::new();
        if self.file.is_none() {
            text.push_str("In a sample declaration, as no file was given:\n\n");
        }
        let texts: Vec<&str> = found.iter().map(|one| one.text.as_str()).collect();
        text.push_str(&texts.join("\n"));
        let explained: Vec<Value> = found.iter().map(|one| one.json.clone()).collect();
        Ok(Said { text, json: json!({ "Status": Status::Fine.name(), "Explained": explained }), status: Status::Fine })
    }

    fn read(&self) -> Result<Subject, ExplainError> {
        if let Some(file) = &self.file {
            return self.declared_in(Input::named(file));
        }
        let kind = AlarmKind::ALL.into_iter().find(|kind| self.means_kind(*kind));
        for sample in kind.into_iter().flat_map(sample::with) {
            let subject = self.declared_in(Input::Sample(&sample))?;
            if subject.validations.iter().all(|validation| validation.valid.is_some()) {
                return Ok(subject);
            }
        }
        self.declared_in(Input::Sample(sample::SHARED))
    }

    fn declared_in(&self, source: Input<'_>) -> Result<Subject, ExplainError> {
        Ok(subject::read(source, &self.stack_options, &[GpuDimension::GpuId])?.or_suggested()?)
    }

    /// By its property, with or without "Alarm", or by the end of its default name.
    fn means_kind(&self, kind: AlarmKind) -> bool {
        self.means_property(kind.property()) || kind.suffix() == self.subject.to_ascii_lowercase()
    }

    fn means_property(&self, property: &str) -> bool {
        let (wanted, property) = (self.subject.to_ascii_lowercase(), property.to_ascii_lowercase());
        property == wanted || property == format!("{wanted}alarm")
    }

    fn means_alarm(&self, alarm: &PlannedAlarm) -> bool {
        let wanted = self.subject.to_ascii_lowercase();
        let name = alarm.name.as_str().to_ascii_lowercase();
        name == wanted || self.means_property(alarm.watched.property()) || name.ends_with(&format!("-{wanted}"))
    }

    fn panels(&self, validation: &Validation, valid: &Valid) -> Vec<Explained> {
        let wanted = self.subject.to_lowercase();
        let mut found: Vec<(&str, &PlannedWidget)> =
            valid.panels().filter(|(title, _)| title.to_lowercase().contains(&wanted)).collect();
        if found.is_empty() {
            found = valid.panels().filter(|(_, panel)| has_label(panel, &wanted)).collect();
        }
        found.into_iter().map(|(title, panel)| explain_panel(&validation.headline(), title, panel)).collect()
    }
}

/// Whether one of the panel's lines that are drawn is labelled so, in lower case.
fn has_label(panel: &PlannedWidget, wanted: &str) -> bool {
    panel.lines().iter().filter_map(|line| line.label.as_ref()).any(|label| label.to_lowercase().contains(wanted))
}

/// `warnings` are the declaration's, some of which may be about this alarm.
fn explain_alarm(alarm: &PlannedAlarm, warnings: &[AlarmWarning]) -> Explained {
    let (name, property, words) = (alarm.name.as_str(), alarm.watched.property(), alarm.watched.words());
    let mut text = format!("Alarm {name} ({property})\n");
    let mut entry = |head: &str, body: &str| {
        if !body.is_empty() {
            let _ = writeln!(text, "  {head}: {body}");
        }
    };
    let fires = measure::condition(&alarm.request).explained();
    let missing = measure::missing_data(&alarm.request);
    let expression = measure::alarm_expression(&alarm.request);
    let description = match &alarm.request {
        AlarmRequest::Metric(request) => request.get_alarm_description(),
        AlarmRequest::Composite(request) => request.get_alarm_description(),
    };
    let terms = glossary::terms(&expression);
    entry("measures", words.measures);
    entry("fires when", &fires);
    entry("without data", &missing);
    entry("expression", &expression.replace('\n', "\n    "));
    entry("in it", &terms.join("; "));
    entry("why it would fire", words.why);
    entry("says", description.as_deref().unwrap_or_default());
    let about = warnings.iter().filter(|warning| warning.kind.property() == property);
    let about: Vec<&str> = about.map(|warning| warning.text.as_str()).collect();
    entry("warning", &about.join("; "));
    let json = json!({
        "Alarm": name, "Property": property, "Warnings": about, "Measures": words.measures, "FiresWhen": fires, "WithoutData": missing,
        "Expression": expression, "Why": words.why, "Description": description,
    });
    Explained { text, json }
}

fn explain_panel(resource: &str, title: &str, panel: &PlannedWidget) -> Explained {
    let (shows, lines) = (panel.shows(), panel.lines());
    let mut text = format!("Panel \"{title}\" of {resource}\n");
    if !shows.is_empty() {
        let _ = writeln!(text, "  shows: {shows}");
    }
    for line in lines.iter().filter(|line| line.label.is_some()) {
        let label = line.label.as_deref().unwrap_or_default();
        let _ = writeln!(text, "  {label}: {}", line.measure);
    }
    let hidden: Vec<_> = lines.iter().filter(|line| line.label.is_none()).collect();
    for line in &hidden {
        let _ = writeln!(text, "    where {} is {}", line.id.as_deref().unwrap_or("a series"), line.measure);
    }
    let all: Vec<&str> = lines.iter().map(|line| line.measure.as_str()).collect();
    let terms = glossary::terms(&all.join("\n"));
    if !terms.is_empty() {
        let _ = writeln!(text, "  in it: {}", terms.join("; "));
    }
    let json_lines: Vec<Value> =
        lines.iter().map(|line| json!({ "Id": line.id, "Label": line.label, "Measure": line.measure })).collect();
    Explained { text, json: json!({ "Panel": title, "Shows": shows, "Lines": json_lines }) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_panel_and_every_alarm_has_words() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let files = ["examples", "docs/pictures"].map(|folder| std::fs::read_dir(root.join(folder)).unwrap());
        let files = files.into_iter().flatten().map(|entry| entry.unwrap().path());
        let is_declaration = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            path.is_file() && !name.contains(".fleet.")
        };
        let stack_options = StackOptions::defaults();
        let mut panels = 0;
        for path in files.filter(is_declaration) {
            let subject = subject::read(Input::File(&path), &stack_options, &[GpuDimension::GpuId]).unwrap();
            for valid in subject.validations.iter().filter_map(|validation| validation.valid.as_deref()) {
                for (title, panel) in valid.panels() {
                    assert_ne!(panel.shows(), "", "{}: {title}", path.display());
                    panels += 1;
                }
                for alarm in &valid.plan.alarms {
                    let explained = explain_alarm(alarm, &[]).json;
                    for part in ["Measures", "FiresWhen", "Expression", "Why"] {
                        assert_ne!(explained[part], "", "{}: {part}", alarm.name);
                    }
                }
            }
        }
        assert!(panels > 60, "{panels}");
    }
}
