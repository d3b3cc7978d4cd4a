//! What most commands are about: a file's declarations, judged.

use monitored_endpoint::spec::GpuDimension;
use serde_json::{Value, json};
use thiserror::Error;

use crate::arguments::Surroundings;
use crate::judgement::{JudgeError, Judgement, Known, judge};
use crate::output::{Status, lines};
use crate::template::{self, ReadError, Source};

/// Why a file can't be looked at.
#[derive(Debug, Error)]
pub(crate) enum SubjectError {
    /// It can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It declares nothing of this provider's.
    #[error("{path}: {message}")]
    Nothing { path: String, message: String },
    /// A declaration can't be planned.
    #[error("{logical_id}: {error}")]
    Plan { logical_id: String, error: JudgeError },
}

impl SubjectError {
    /// What the process ends with: a template that CloudFormation would refuse is a problem of the declaration.
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Read(ReadError::Template { .. }) => Status::Problems,
            Self::Read(_) | Self::Nothing { .. } | Self::Plan { .. } => Status::Unusable,
        }
    }
}

/// The declarations of a file, judged.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) judgements: Vec<Judgement>,
    /// What holds for all of them.
    pub(crate) notes: Vec<String>,
}

/// Reads and judges a file. `gpu_dimensions` are taken where a declaration leaves them open.
pub(crate) fn read(
    source: Source<'_>,
    surroundings: &Surroundings,
    gpu_dimensions: &[GpuDimension],
) -> Result<Subject, SubjectError> {
    let stack = surroundings.stack();
    let known = Known {
        endpoint_config: surroundings.endpoint_config.as_deref().map(template::read_values).transpose()?,
        prices: surroundings.list_prices.iter().cloned().collect(),
        gpu_dimensions: gpu_dimensions.to_vec(),
    };
    let declarations = template::read(source, &stack, surroundings.alone())?;
    let wanted = surroundings.resource.as_deref();
    let mut judgements = Vec::new();
    for declared in declarations.resources.iter().filter(|one| wanted.is_none_or(|wanted| one.logical_id == wanted)) {
        let judged = judge(declared, &stack, &known);
        let logical_id = || declared.logical_id.clone();
        judgements.push(judged.map_err(|error| SubjectError::Plan { logical_id: logical_id(), error })?);
    }
    if judgements.is_empty() {
        let names: Vec<&str> = declarations.resources.iter().map(|declared| declared.logical_id.as_str()).collect();
        let message = match (wanted, names.is_empty()) {
            (Some(wanted), false) => format!("no resource {wanted} of this provider; there is {}", names.join(", ")),
            _ => "no resource of this provider (Custom::MonitoredEndpoint, Custom::MonitoredEndpointConfig or \
                  Custom::EndpointMonitoring)"
                .to_owned(),
        };
        return Err(SubjectError::Nothing { path: source.name(), message });
    }
    Ok(Subject { judgements, notes: declarations.notes })
}

impl Subject {
    /// The worst that is to be said of the declarations.
    pub(crate) fn status(&self) -> Status {
        self.judgements
            .iter()
            .map(Judgement::status)
            .max_by_key(|status| match status {
                Status::Fine => 0,
                Status::Unusable => 1,
                Status::Problems => 2,
            })
            .unwrap_or(Status::Fine)
    }
}

impl Judgement {
    fn status(&self) -> Status {
        match (self.problems.is_empty(), self.undecided.is_empty()) {
            (false, _) => Status::Problems,
            (true, false) => Status::Unusable,
            (true, true) => Status::Fine,
        }
    }

    /// The resource in a line.
    pub(crate) fn headline(&self) -> String {
        format!("{} ({})", self.logical_id, self.resource_type)
    }

    /// Problems, what is undecided and notes, each on a line.
    pub(crate) fn remarks(&self) -> String {
        let problem = if self.problems.is_empty() { None } else { Some(self.reason()) };
        let mut text = lines("  problem: ", &problem);
        text.push_str(&lines("  not judged: ", &self.undecided));
        text.push_str(&lines("  note: ", &self.notes));
        text
    }

    /// The judgement for programs.
    pub(crate) fn json(&self) -> Value {
        let problems = self.problems.iter().map(|problem| {
            json!({
                "Path": problem.path, "Severity": format!("{:?}", problem.severity), "Message": problem.message,
            })
        });
        let reason = if self.problems.is_empty() { Value::Null } else { self.reason().into() };
        json!({
            "LogicalId": self.logical_id,
            "Type": self.resource_type.to_string(),
            "Status": self.status().name(),
            "Reason": reason,
            "Problems": problems.collect::<Vec<_>>(),
            "NotJudged": self.undecided,
            "Notes": self.notes,
        })
    }
}
