//! What most commands are about: a file's declarations, validated.
use std::collections::BTreeMap;

use cloudformation_template::Open;
use monitored_endpoint::properties::Problem;
use monitored_endpoint::spec::GpuDimension;
use monitored_endpoint::template::{DeclaredResource, NativeEndpoint};
use monitored_endpoint::validation::{Assumed, Validation, ValidationError, options, validate};
use serde_json::{Value, json};
use thiserror::Error;

use crate::arguments::{StackOptions, type_names};
use crate::output::{Status, lines};
use crate::template::{self, Input, ReadError};

/// Why a file can't be read or validated.
#[derive(Debug, Error)]
pub(crate) enum SubjectError {
    /// It can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It declares nothing of this provider's.
    #[error("{path}: {message}")]
    Nothing { path: String, message: String },
    /// A declaration can't be planned.
    #[error("{logical_id}")]
    Plan { logical_id: String, source: ValidationError },
}

impl SubjectError {
    /// What the process ends with: a template that CloudFormation would refuse is a problem of the declaration.
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Read(_) | Self::Nothing { .. } | Self::Plan { .. } => Status::Unusable,
        }
    }
}

/// The declarations of a file, validated.
#[derive(Debug)]
pub(crate) struct Subject {
    /// What the file is called.
    pub(crate) file: String,
    /// Whether it is a template, and not the properties of one resource.
    pub(crate) whole: bool,
    /// The type of every resource of it, by logical id.
    pub(crate) types: BTreeMap<String, String>,
    pub(crate) validations: Vec<Validation>,
    /// What monitoring would give native endpoints that aren't on a config of ours, by the endpoint's logical id.
    pub(crate) suggested: Vec<(String, Validation)>,
    /// Whether the validations are those suggestions, and nothing is declared.
    pub(crate) is_suggested: bool,
    /// Endpoints of SageMaker's own resource type.
    pub(crate) native_endpoints: Vec<NativeEndpoint>,
    /// What CloudFormation refuses in the file elsewhere, and where it is.
    pub(crate) problems: Vec<(String, Problem)>,
    /// What holds for all of them.
    pub(crate) notes: Vec<String>,
}

/// Reads and validates a file. `gpu_dimensions` are taken where a declaration leaves them open.
pub(crate) fn read(
    source: Input<'_>,
    stack_options: &StackOptions,
    gpu_dimensions: &[GpuDimension],
) -> Result<Subject, SubjectError> {
    let stack = stack_options.stack();
    let known = Assumed {
        endpoint_config: stack_options.endpoint_config.as_deref().map(template::read_values).transpose()?,
        prices: stack_options.list_prices.iter().cloned().collect(),
        gpu_dimensions: gpu_dimensions.to_vec(),
        ..Assumed::default()
    };
    let declarations = template::read(source, &stack, stack_options.alone())?;
    let validated = |declared: &DeclaredResource| {
        let logical_id = declared.logical_id.clone();
        validate(declared, &stack, &known).map_err(|source| SubjectError::Plan { logical_id, source })
    };
    let wanted = stack_options.resource.as_deref();
    let is_wanted = |one: &&DeclaredResource| wanted.is_none_or(|wanted| one.logical_id == wanted);
    let validations: Vec<Validation> =
        declarations.resources.iter().filter(is_wanted).map(validated).collect::<Result<_, _>>()?;
    if let (Some(wanted), true) = (wanted, validations.is_empty()) {
        let names: Vec<&str> = declarations.resources.iter().map(|declared| declared.logical_id.as_str()).collect();
        let there = if names.is_empty() { nothing() } else { format!("there is {}", names.join(", ")) };
        let message = format!("no resource {wanted} of this provider; {there}");
        return Err(SubjectError::Nothing { path: source.name(), message });
    }
    let place = &declarations.place;
    let problems = declarations.problems.into_iter().map(|problem| (place.of(&problem.path), problem)).collect();
    Ok(Subject {
        file: source.name(),
        whole: declarations.whole,
        types: declarations.types,
        validations,
        suggested: declarations
            .suggested
            .iter()
            .filter_map(|(id, one)| Some((id.clone(), validated(one).ok()?)))
            .collect(),
        is_suggested: false,
        native_endpoints: declarations.native_endpoints,
        problems,
        notes: declarations.notes,
    })
}

fn nothing() -> String {
    format!("no resource of this provider ({})", type_names())
}

impl Subject {
    /// This, where there is anything to say about it.
    pub(crate) fn some(self) -> Result<Self, SubjectError> {
        if !self.validations.is_empty() || !self.problems.is_empty() {
            return Ok(self);
        }
        let native = self.native_endpoints.first().map(|endpoint| {
            let id = &endpoint.logical_id;
            format!(
                "; to monitor {id}, declare a Custom::EndpointMonitoring with EndpointName: !GetAtt {id}.EndpointName"
            )
        });
        let notes = self.notes.iter().fold(String::new(), |notes, note| notes + "\nnote: " + note);
        let message = format!("{}{}{notes}", nothing(), native.unwrap_or_default());
        Err(SubjectError::Nothing { path: self.file, message })
    }

    /// This, or what monitoring would give the file's endpoints.
    pub(crate) fn or_suggested(mut self) -> Result<Self, SubjectError> {
        if self.validations.is_empty() && self.problems.is_empty() && !self.suggested.is_empty() {
            self.is_suggested = true;
            self.validations = self.suggested.drain(..).map(|(_, validation)| validation).collect();
            let names =
                self.native_endpoints.iter().map(|endpoint| format!("!GetAtt {}.EndpointName", endpoint.logical_id));
            let names = names.collect::<Vec<_>>().join(" or ");
            let note = format!(
                "{} is declared; this is what Custom::EndpointMonitoring would give with EndpointName: {names}",
                nothing()
            );
            self.notes.insert(0, note);
        }
        self.some()
    }
}

impl Subject {
    /// The worst that is to be said of the declarations.
    pub(crate) fn status(&self) -> Status {
        let of_file = if self.problems.is_empty() { Status::Fine } else { Status::Problems };
        self.validations
            .iter()
            .map(Reported::status)
            .chain([of_file])
            .max_by_key(|status| match status {
                Status::Fine => 0,
                Status::Unusable => 1,
                Status::Problems => 2,
            })
            .unwrap_or(Status::Fine)
    }

    /// What is to be said of the file as a whole.
    pub(crate) fn remarks(&self) -> String {
        let problems: Vec<String> = self.problems.iter().map(|(at, problem)| format!("{at}: {problem}")).collect();
        lines("problem: ", &problems) + &lines("note: ", &self.notes)
    }

    /// The file's own problems, for programs.
    pub(crate) fn problems_json(&self) -> Value {
        self.problems
            .iter()
            .map(|(at, problem)| json!({ "At": at, "Path": problem.path, "Message": problem.message }))
            .collect()
    }
}

/// What the program says of one resource's validation.
pub(crate) trait Reported {
    /// The worst that is to be said of it.
    fn status(&self) -> Status;

    /// The resource in a line.
    fn headline(&self) -> String;

    /// Problems, what is undecided and notes, each on a line.
    fn remarks(&self) -> String;

    /// The validation for programs.
    fn json(&self) -> Value;
}

impl Reported for Validation {
    fn status(&self) -> Status {
        match (self.problems.is_empty(), self.undecided.is_empty()) {
            (false, _) => Status::Problems,
            (true, false) => Status::Unusable,
            (true, true) => Status::Fine,
        }
    }

    fn headline(&self) -> String {
        format!("{} ({})", self.logical_id, self.resource_type)
    }

    fn remarks(&self) -> String {
        let problem = |problem: &Problem| format!("{}: {problem}", self.place.of(&problem.path));
        let mut text = lines("  problem: ", &self.problems.iter().map(problem).collect::<Vec<_>>());
        text.push_str(&lines("  missing value: ", &undecided(self)));
        text.push_str(&lines("  note: ", &self.notes));
        text
    }

    fn json(&self) -> Value {
        let problems = self.problems.iter().map(|problem| {
            json!({
                "Path": problem.path, "Line": self.place.line(&problem.path),
                "Severity": format!("{:?}", problem.severity), "Message": problem.message,
            })
        });
        let reason = if self.problems.is_empty() { Value::Null } else { self.reason().into() };
        json!({
            "LogicalId": self.logical_id,
            "Type": self.resource_type.to_string(),
            "Status": self.status().name(),
            "Reason": reason,
            "Problems": problems.collect::<Vec<_>>(),
            "NotValidated": undecided(self),
            "Notes": self.notes,
        })
    }
}

/// What is missing, and the options that give it.
pub(crate) fn undecided(validation: &Validation) -> Vec<String> {
    let in_words = |open: &Open| {
        let (at, path) = (validation.place.of(&open.path), &open.path);
        format!("{at}: {path} depends on {}; give it with {}", open.words(), options(open))
    };
    validation.undecided.iter().map(in_words).collect()
}
