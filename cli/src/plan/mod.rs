//! `plan`: the exact requests that a Create makes, or what an Update changes, and what the monitoring itself costs.

mod changes;
mod cost;

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use monitored_endpoint::plan::{Request, RequestError};
use monitored_endpoint::spec::GpuDimension;
use serde_json::{Value, json};
use stand_in::arguments::pair;
use thiserror::Error;

use crate::arguments::Surroundings;
use crate::judgement::{Judgement, Valid};
use crate::output::{Money, Said, Status, pretty, table};
use crate::subject::{self, Subject, SubjectError};
use crate::template::Source;
use changes::{Change, Effect, changes};
use cost::{CostError, Estimate, estimate};

/// Print the exact requests that a Create makes, or with --old what an Update makes, changes, replaces, removes and leaves.
///
/// The requests are the API's own, as JSON, with the tags that everything made gets. What the monitoring costs in a month stands
/// below them. Nothing is deployed and AWS isn't called, so what has been changed by hand since isn't known.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// A CloudFormation template, YAML or JSON, or the properties of one resource alone.
    file: PathBuf,
    /// The declaration that is deployed now, as template or properties. It is resolved with the same parameters, but for --old-parameter.
    #[arg(long, value_name = "FILE")]
    old: Option<PathBuf>,
    /// A parameter's value in the old declaration, as NAME=VALUE, where it differs. For a change of parameters alone give the same
    /// file twice.
    #[arg(long = "old-parameter", value_name = "NAME=VALUE", value_parser = pair, requires = "old")]
    old_parameters: Vec<(String, String)>,
    #[command(flatten)]
    surroundings: Surroundings,
}

/// Why there is no plan.
#[derive(Debug, Error)]
pub(crate) enum PlanCommandError {
    /// A file can't be looked at.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// A request can't be written.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The costs can't be estimated.
    #[error("the monthly cost can't be estimated: {0}")]
    Cost(#[from] CostError),
}

impl PlanCommandError {
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Subject(error) => error.status(),
            Self::Request(_) | Self::Cost(_) => Status::Unusable,
        }
    }
}

impl PlanArguments {
    pub(crate) fn run(&self) -> Result<Said, PlanCommandError> {
        // Before anything is published both names of the dimension are possible, as in a real Create.
        let read = |path, surroundings| subject::read(Source::File(path), surroundings, &GpuDimension::ALL);
        let new = read(&self.file, &self.surroundings)?;
        let mut before = self.surroundings.clone();
        before.parameters.extend(self.old_parameters.iter().cloned());
        let old = self.old.as_deref().map(|path| read(path, &before)).transpose()?;
        let mut said = Said { text: String::new(), json: json!({ "Resources": [] }), status: new.status() };
        let mut estimates = Vec::new();
        for note in &new.notes {
            let _ = writeln!(said.text, "note: {note}");
        }
        for judgement in &new.judgements {
            let before = old.as_ref().map(|old| earlier(old, judgement, new.judgements.len()));
            let mut resource = judgement.json();
            let _ = writeln!(said.text, "{}\n{}", judgement.headline(), judgement.remarks());
            if let Some(valid) = &judgement.valid {
                match before {
                    Some(Some(before)) => Self::update(before, judgement, valid, &mut said, &mut resource)?,
                    Some(None) | None => create(valid, &mut said.text, &mut resource),
                }
                let estimate = estimate(valid)?;
                said.text.push_str(&cost_in_words(&estimate));
                resource["MonthlyCost"] = json!(estimate);
                estimates.push(estimate);
            }
            if let Some(resources) = said.json["Resources"].as_array_mut() {
                resources.push(resource);
            }
        }
        for gone in old.iter().flat_map(|old| gone(old, &new)) {
            let _ =
                writeln!(said.text, "{} is no longer declared: everything that it made is removed\n", gone.headline());
        }
        if estimates.len() > 1 {
            let _ = writeln!(said.text, "In all about {} a month.", Money(cost::total(estimates.iter())));
        }
        said.json["DollarsPerMonth"] = cost::total(estimates.iter()).into();
        said.json["Notes"] = json!(new.notes);
        said.json["Status"] = said.status.name().into();
        Ok(said)
    }

    fn update(
        before: &Judgement,
        judgement: &Judgement,
        valid: &Valid,
        said: &mut Said,
        resource: &mut Value,
    ) -> Result<(), PlanCommandError> {
        let refused = |said: &mut Said, why: String| {
            said.status = Status::Problems;
            let _ = writeln!(said.text, "  problem: {why}\n");
        };
        if before.resource_type != judgement.resource_type {
            let why = format!(
                "{} was a {}, and CloudFormation refuses another type under the same logical id; give it another one",
                judgement.logical_id, before.resource_type
            );
            resource["Refused"] = why.as_str().into();
            refused(said, why);
            return Ok(());
        }
        let Some(old) = &before.valid else {
            let why = format!("the old declaration isn't valid: {}{}", before.reason(), before.undecided.join(". "));
            resource["Refused"] = why.as_str().into();
            refused(said, why);
            return Ok(());
        };
        let changes = changes(judgement.resource_type, old, valid)?;
        if changes.iter().any(|change| change.effect == Effect::Refuse) {
            said.status = Status::Problems;
        }
        let (was, is) = (&old.plan.physical_id, &valid.plan.physical_id);
        if was == is {
            let _ = writeln!(said.text, "Updated in place; Ref stays {is}.");
        } else {
            let _ = writeln!(said.text, "Replaced: Ref changes from {was} to {is}.");
        }
        let rows = changes.iter().map(|change| {
            [change.effect.name().to_owned(), change.what.to_owned(), change.name.clone(), change.detail.clone()]
        });
        let _ = writeln!(said.text, "{}\n", table(["effect", "what", "name", "why, and when"], 4, rows.collect()));
        let requests: Vec<&Request> = changes.iter().filter_map(|change| change.request.as_ref()).collect();
        said.text.push_str(&in_words(&requests));
        resource["PhysicalId"] = json!({ "Old": was, "New": is });
        resource["Changes"] = changes.iter().map(change_json).collect();
        Ok(())
    }
}

/// The same resource in the old file. Properties alone are the same resource whatever it is called.
fn earlier<'o>(old: &'o Subject, judgement: &Judgement, count: usize) -> Option<&'o Judgement> {
    let same = old.judgements.iter().find(|before| before.logical_id == judgement.logical_id);
    same.or_else(|| old.judgements.first().filter(|_| count == 1 && old.judgements.len() == 1))
}

/// Resources that only the old file has.
fn gone<'o>(old: &'o Subject, new: &'o Subject) -> impl Iterator<Item = &'o Judgement> {
    old.judgements.iter().filter(move |before| {
        let is_it = |judgement: &Judgement| {
            earlier(old, judgement, new.judgements.len()).is_some_and(|found| found.logical_id == before.logical_id)
        };
        !new.judgements.iter().any(is_it)
    })
}

fn create(valid: &Valid, text: &mut String, resource: &mut Value) {
    let _ = writeln!(text, "Created; Ref is {}.\n", valid.plan.physical_id);
    text.push_str(&in_words(&valid.requests.iter().collect::<Vec<_>>()));
    resource["PhysicalId"] = json!({ "New": valid.plan.physical_id });
    resource["Requests"] = valid.requests.iter().map(request_json).collect();
}

fn in_words(requests: &[&Request]) -> String {
    let mut text = String::new();
    for request in requests {
        let _ = writeln!(text, "{} {}\n", request.operation, pretty(&readable(&request.input)));
    }
    text
}

/// A dashboard's body is text within JSON: nobody reads that.
fn readable(input: &Value) -> Value {
    let mut shown = input.clone();
    let body = input.get("DashboardBody").and_then(Value::as_str);
    if let Some(body) = body.and_then(|body| serde_json::from_str::<Value>(body).ok()) {
        shown["DashboardBody"] = body;
    }
    shown
}

fn request_json(request: &Request) -> Value {
    json!({ "Operation": request.operation, "Input": request.input })
}

fn change_json(change: &Change) -> Value {
    json!({
        "Effect": change.effect,
        "What": change.what,
        "Name": change.name,
        "Detail": change.detail,
        "Request": change.request.as_ref().map(request_json),
    })
}

fn cost_in_words(estimate: &Estimate) -> String {
    let rows = estimate.lines.iter().map(|line| {
        [
            line.what.clone(),
            line.count.to_string(),
            Money(line.dollars_each).to_string(),
            Money(line.dollars_per_month).to_string(),
        ]
    });
    let mut text = format!(
        "The monitoring costs about {} a month ({}):\n{}\n",
        Money(estimate.dollars_per_month),
        estimate.basis,
        table(["what", "count", "each", "a month"], 1, rows.collect())
    );
    for note in &estimate.notes {
        let _ = writeln!(text, "  note: {note}");
    }
    text.push('\n');
    text
}
