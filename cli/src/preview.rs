//! `preview`: the dashboard of a declaration over a simulated fleet, before anything is deployed.
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::Args;
use dashboard_picture::simulated::{Drawn, Simulation, SimulationError};
use metric_math::telemetry::{SECOND, Timestamp};
use monitored_endpoint::plan::Operation;
use monitored_endpoint::reconcile::reason;
use monitored_endpoint::spec::GpuDimension;
use monitored_endpoint::validation::Validation;
use serde_json::{Value, json};
use thiserror::Error;

use crate::arguments::StackOptions;
use crate::output::{Said, Status, lines};
use crate::panels;
use crate::picture::{FleetFile, View};
use crate::simulation::{self, Scenario};
use crate::subject::{self, Reported, SubjectError};
use crate::template::{Input, ReadError};
use crate::verify::replay::{Replay, ReplayError};

/// Validate what a template declares as the provider would, and draw its dashboards over simulated fleets.
///
/// Nothing is deployed and AWS isn't called. Each dashboard becomes one HTML file that needs no network. What only a deployment
/// knows (exports, attributes, parameters without a value) is shown as UNRESOLVED-….
#[expect(clippy::doc_markdown, reason = "help is printed as it stands")]
#[derive(Debug, Args)]
pub(crate) struct Preview {
    /// CloudFormation templates, YAML or JSON, or the properties of one resource alone; - is standard input (cdk synth | …).
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    stack_options: StackOptions,
    /// What happens to the simulated fleet.
    #[arg(long, value_enum, default_value_t, conflicts_with = "fleet")]
    simulate: Scenario,
    /// A fleet of your own: {"fleet": {…}, "started_ago_s": 10800}, as the stand-in takes it.
    #[arg(long, value_name = "FILE")]
    fleet: Option<PathBuf>,
    /// What `verify --facts FILE` wrote: the simulated fleet publishes as that endpoint did.
    #[arg(long, value_name = "FILE", conflicts_with = "fleet")]
    facts: Option<PathBuf>,
    /// How far simulated load swings, as a fraction from 0 to 1.
    #[arg(long, default_value_t = 0.3, value_parser = fraction)]
    sway: f64,
    #[command(flatten)]
    view: View,
    /// The file to write. With several dashboards their logical ids are added to its name, and with several files these' names.
    #[arg(long, default_value = "preview.html")]
    out: PathBuf,
}

/// Why there is no preview.
#[derive(Debug, Error)]
pub(crate) enum PreviewError {
    /// The file can't be read or validated.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// The file of facts can't be read.
    #[error(transparent)]
    Facts(#[from] ReplayError),
    /// The fleet's file can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The fleet's file isn't one.
    #[error("{path}: not a fleet")]
    Fleet { path: String, source: serde_json::Error },
    /// A dashboard can't be drawn.
    #[error(transparent)]
    Draw(#[from] SimulationError),
    /// A time can't be read.
    #[error("--now: give a time such as 2026-11-24T12:00:00Z")]
    Now,
    /// A page can't be written.
    #[error("{path}")]
    Write { path: String, source: io::Error },
}

impl PreviewError {
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Subject(error) => error.status(),
            _ => Status::Unusable,
        }
    }
}

/// A page that was written.
struct Page {
    file: PathBuf,
    drawn: Drawn,
    panels: Vec<String>,
    notes: Vec<String>,
}

impl Preview {
    pub(crate) fn run(&self) -> Result<Said, PreviewError> {
        let replay = self.facts.as_deref().map(Replay::read).transpose()?.unwrap_or_default();
        if let [file] = self.files.as_slice() {
            return self.file(file, &self.out, replay);
        }
        let mut said = Said { text: String::new(), json: json!({ "Files": [] }), status: Status::Fine };
        for (number, file) in self.files.iter().enumerate() {
            // Files of one name in several folders get their number.
            let stem = file.file_stem().unwrap_or_default();
            let is_repeated = self.files[..number].iter().any(|earlier| earlier.file_stem() == Some(stem));
            let stem = stem.to_string_lossy().trim_matches('-').to_owned();
            let label = if is_repeated || stem.is_empty() { format!("{stem}{}", number + 1) } else { stem };
            let (text, mut json, status) = match self.file(file, &named_for(&self.out, &label), replay) {
                Ok(said) => (said.text, said.json, said.status),
                // The others are still worth a look.
                Err(error) => {
                    let why = reason(&error);
                    let json = json!({ "Status": error.status().name(), "Error": why });
                    (format!("{why}\n"), json, error.status())
                }
            };
            json["File"] = file.display().to_string().into();
            let gap = if number > 0 { "\n" } else { "" };
            // Writing to a String can't fail.
            let _ = write!(said.text, "{gap}{}:\n{text}", file.display());
            // As with one file, a problem weighs more than what couldn't be validated.
            if status == Status::Problems || said.status == Status::Fine {
                said.status = status;
            }
            if let Some(files) = said.json["Files"].as_array_mut() {
                files.push(json);
            }
        }
        said.json["Status"] = said.status.name().into();
        Ok(said)
    }

    fn file(&self, file: &Path, out: &Path, replay: Replay) -> Result<Said, PreviewError> {
        // The dimension that the simulated fleets publish.
        let dimension = replay.gpu_dimension().unwrap_or(GpuDimension::GpuId);
        let subject = subject::read(Input::named(file), &self.stack_options, &[dimension])?.or_suggested()?;
        let several = subject.validations.iter().filter(|validation| dashboard(validation).is_some()).count() > 1;
        let mut text = subject.remarks();
        let mut resources = Vec::new();
        for validation in &subject.validations {
            let page = self.page(validation, out, several, replay)?;
            text.push_str(&self.in_words(validation, page.as_ref()));
            let mut shown = validation.json();
            if let Some(page) = &page {
                shown["Dashboard"] = page.json();
                shown["Alarms"] = page.alarms();
            }
            resources.push(shown);
        }
        let status = subject.status();
        let problems = subject.problems_json();
        let json = json!({
            "Status": status.name(), "Problems": problems, "Notes": subject.notes, "Resources": resources,
        });
        Ok(Said { text, json, status })
    }

    fn page(
        &self,
        validation: &Validation,
        out: &Path,
        several: bool,
        replay: Replay,
    ) -> Result<Option<Page>, PreviewError> {
        let (Some(valid), Some(dashboard)) = (&validation.valid, dashboard(validation)) else { return Ok(None) };
        let now = self.view.now().map_err(|_| PreviewError::Now)?;
        let (mut fleet, others, age, mut notes) = if let Some(path) = &self.fleet {
            let FleetFile { fleet, started_ago_s } = read_fleet(path)?;
            (fleet, Vec::new(), started_ago_s, Vec::new())
        } else {
            let (mut fleet, notes) = simulation::fleet(valid, self.simulate);
            replay.apply(&mut fleet);
            (fleet, simulation::other_endpoints(valid), simulation::LIFE, notes)
        };
        simulation::name_models(&mut fleet, valid);
        let start = now - Timestamp::from(age) * SECOND;
        let simulation = Simulation { fleet: &fleet, beside: &others, start, now, sway: self.sway };
        let drawn = simulation.draw_with(&self.view.of(&dashboard), |store, calls| {
            panels::answers(&simulation, store, calls).unwrap_or_else(|error| {
                notes.push(reason(&error));
                Vec::new()
            })
        })?;
        let panels = valid.panels().map(|(title, _)| title.to_owned()).collect();
        let file = if several { named_for(out, &validation.logical_id) } else { out.to_owned() };
        fs::write(&file, &drawn.html)
            .map_err(|source| PreviewError::Write { path: file.display().to_string(), source })?;
        Ok(Some(Page { file, drawn, panels, notes }))
    }

    fn in_words(&self, validation: &Validation, page: Option<&Page>) -> String {
        let mut text = format!("{}\n", validation.headline());
        text.push_str(&validation.remarks());
        let Some(page) = page else {
            if validation.valid.is_some() {
                text.push_str("  valid; no dashboard is declared\n");
            }
            return text;
        };
        text.push_str(&lines("  note: ", &page.notes));
        let simulated = match &self.fleet {
            Some(path) => format!("the fleet of {}", path.display()),
            None => format!("a simulated fleet, {}", self.simulate.name()),
        };
        // Writing to a String can't fail.
        let _ = writeln!(text, "  fine: {} panels over {simulated}: {}", page.panels.len(), page.file.display());
        for alarm in &page.drawn.alarms {
            let _ = writeln!(text, "  alarm {}: {} at the end of the range", alarm.name, alarm.state.name());
        }
        text
    }
}

impl Page {
    fn json(&self) -> Value {
        json!({ "File": self.file.display().to_string(), "Panels": self.panels, "Notes": self.notes })
    }

    fn alarms(&self) -> Value {
        let alarms = self.drawn.alarms.iter();
        alarms.map(|alarm| json!({ "AlarmName": alarm.name, "StateValue": alarm.state.name() })).collect()
    }
}

/// The request for the dashboard together with those for its alarms.
fn dashboard(validation: &Validation) -> Option<Value> {
    let requests = &validation.valid.as_ref()?.requests;
    let inputs = |operation: Operation| {
        requests.iter().filter(move |request| request.operation == operation).map(|request| request.input.clone())
    };
    let mut dashboard = inputs(Operation::PutDashboard).next()?;
    dashboard["MetricAlarms"] = inputs(Operation::PutMetricAlarm).collect();
    dashboard["CompositeAlarms"] = inputs(Operation::PutCompositeAlarm).collect();
    Some(dashboard)
}

fn fraction(text: &str) -> Result<f64, String> {
    let fraction = text.parse::<f64>().ok().filter(|fraction| (0.0..=1.0).contains(fraction));
    fraction.ok_or_else(|| format!("{text:?} is not a fraction from 0 to 1"))
}

fn read_fleet(path: &Path) -> Result<FleetFile, PreviewError> {
    let name = || path.display().to_string();
    let text = fs::read_to_string(path).map_err(|source| ReadError::File { path: name(), source })?;
    serde_json::from_str(&text).map_err(|source| PreviewError::Fleet { path: name(), source })
}

/// `preview.html` and `Config` are `preview-Config.html`.
fn named_for(out: &Path, logical_id: &str) -> PathBuf {
    let stem = out.file_stem().unwrap_or_default().to_string_lossy();
    let extension = out.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    out.with_file_name(format!("{stem}-{logical_id}{extension}"))
}
