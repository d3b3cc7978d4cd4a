//! `plan`: what a Create makes or an Update changes, what that costs a month, and the exact requests.

mod changes;
mod comparison;
mod difference;
mod estimate;
mod ingestion;
mod instances;
mod steps;
mod view;
mod words;

use std::path::{Path, PathBuf};

use clap::Args;
use monitored_endpoint::plan::{Request, RequestError};
use monitored_endpoint::spec::GpuDimension;
use monitored_endpoint::validation::Validation;
use serde_json::{Value, json};
use thiserror::Error;

use crate::arguments::{StackOptions, pair};
use crate::output::{Said, Status};
use crate::subject::{self, Reported, Subject, SubjectError};
use crate::template::Input;
use changes::{Change, ChangesError};
use comparison::{Costs, Side};
use estimate::{CostError, Estimate};
use steps::{Action, Step, steps};

/// Say what deploying a declaration creates, or with --old what an update changes, replaces and deletes, and what that costs a month.
///
/// Resources are paired by logical id, as CloudFormation pairs them, and what becomes of them is decided by the provider's own code.
/// Nothing is deployed and AWS isn't called, so what has been changed by hand since isn't known.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// A CloudFormation template, YAML or JSON, or the properties of one resource alone; - is standard input.
    file: PathBuf,
    /// The declaration that is deployed now, as template or properties. It is resolved with the same parameters, but for --old-parameter.
    #[arg(long, value_name = "FILE")]
    old: Option<PathBuf>,
    /// A parameter's value in the old declaration, as NAME=VALUE, where it differs. For a change of parameters alone give the same
    /// file twice.
    #[arg(long = "old-parameter", value_name = "NAME=VALUE", value_parser = pair, requires = "old")]
    old_parameters: Vec<(String, String)>,
    /// Print the requests too, as the API takes them, with the tags that everything gets. JSON has them always.
    #[arg(long)]
    requests: bool,
    #[command(flatten)]
    stack_options: StackOptions,
}

/// Why there is no plan.
#[derive(Debug, Error)]
pub(crate) enum PlanCommandError {
    /// A file can't be read or validated.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// A request can't be written.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// What would change can't be determined.
    #[error(transparent)]
    Changes(#[from] ChangesError),
    /// The costs can't be estimated.
    #[error("the monthly cost can't be estimated")]
    Cost(#[from] CostError),
}

impl PlanCommandError {
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Subject(error) => error.status(),
            Self::Request(_) | Self::Changes(_) | Self::Cost(_) => Status::Unusable,
        }
    }
}

impl PlanArguments {
    pub(crate) fn run(&self) -> Result<Said, PlanCommandError> {
        let (old, new) = self.read()?;
        let new = match &old {
            Some(old) if !old.validations.is_empty() => new,
            Some(_) => new.some()?,
            None => new.or_suggested()?,
        };
        let steps = steps(old.as_ref(), &new, &self.stack_options.stack())?;
        let prices = self.stack_options.list_prices.iter().cloned().collect();
        let costs = Costs::of(&steps, old.as_ref(), &new, &prices)?;
        let is_refused = steps.iter().any(|step| step.action == Action::Refuse);
        let status = if is_refused { Status::Problems } else { new.status() };
        let mut text = new.remarks();
        text.push_str(&words::summary(&steps));
        for step in &steps {
            text.push('\n');
            text.push_str(&words::step(step));
        }
        text.push('\n');
        text.push_str(&costs.in_words(old.is_some()));
        if self.requests {
            for step in &steps {
                text.push('\n');
                text.push_str(&words::requests(&id_of(step), &requests(step)));
            }
        } else if steps.iter().any(|step| !requests(step).is_empty()) {
            text.push_str("\n--requests prints the requests too.\n");
        }
        let resources = steps.iter().zip(&costs.monitoring).map(|(step, cost)| step_json(step, cost));
        let json = json!({
            "Status": status.name(),
            "Problems": new.problems_json(),
            "Notes": new.notes,
            "Resources": resources.collect::<Value>(),
            "DollarsPerMonth": costs.of_monitoring(),
            "Costs": costs.json(),
        });
        Ok(Said { text, json, status })
    }

    /// The old file, where there is one, and the new one.
    fn read(&self) -> Result<(Option<Subject>, Subject), SubjectError> {
        // Before anything is published both names of the dimension are possible, as in a real Create.
        let read = |path: &Path, stack_options: &StackOptions| {
            subject::read(Input::named(path), stack_options, &GpuDimension::ALL)
        };
        let new = read(&self.file, &self.stack_options)?;
        let Some(path) = &self.old else { return Ok((None, new)) };
        let mut before = self.stack_options.clone();
        before.parameters.extend(self.old_parameters.iter().cloned());
        // A resource that only the new file has is no mistake in the old one.
        before.resource = None;
        let mut old = read(path, &before)?;
        if let Some(wanted) = &self.stack_options.resource {
            old.validations.retain(|validation| validation.logical_id == *wanted);
        }
        // Properties alone are the other file's one resource, whatever it is called there.
        match (old.whole, new.whole, old.validations.as_slice(), new.validations.as_slice()) {
            (false, true, _, [only]) => {
                before.logical_id = Some(only.logical_id.clone());
                Ok((Some(read(path, &before)?), new))
            }
            (true, false, [only], _) => {
                let mut stack_options = self.stack_options.clone();
                stack_options.logical_id = Some(only.logical_id.clone());
                let new = read(&self.file, &stack_options)?;
                Ok((Some(old), new))
            }
            _ => Ok((Some(old), new)),
        }
    }
}

fn id_of(step: &Step<'_>) -> String {
    step.resource().map(|resource| resource.logical_id.clone()).unwrap_or_default()
}

/// What is sent, in its order.
fn requests<'s>(step: &'s Step<'_>) -> Vec<&'s Request> {
    step.changes.iter().filter_map(|change| change.request.as_ref()).collect()
}

fn step_json(step: &Step<'_>, cost: &Side<Estimate>) -> Value {
    let Some(resource) = step.resource() else { return Value::Null };
    let mut json = resource.json();
    let id = |validation: Option<&Validation>| validation.and_then(Validation::physical_id).map(str::to_owned);
    json["Action"] = json!(step.action);
    json["PhysicalId"] = json!({ "Old": id(step.before), "New": id(step.after) });
    json["Changes"] = step.changes.iter().map(change_json).collect();
    json["Requests"] = requests(step).into_iter().map(request_json).collect();
    json["Refused"] = json!(step.refused);
    json["Remarks"] = json!(step.remarks);
    json["MonthlyCost"] = json!(cost.after);
    json["MonthlyCostBefore"] = json!(cost.before);
    json
}

fn request_json(request: &Request) -> Value {
    json!({ "Operation": request.operation.name(), "Input": request.input })
}

fn change_json(change: &Change) -> Value {
    json!({
        "Effect": change.effect,
        "What": change.what(),
        "Name": change.name,
        "Detail": change.detail,
        "Members": change.members,
        "Panels": change.panels,
        "Request": change.request.as_ref().map(request_json),
    })
}
