//! Validating a declaration in which some values are placeholders: what they are in the way of is left out and tried again.

use std::collections::BTreeSet;

use cloudformation_template::{MARK, Open};
use serde_json::Value;

use super::observed::{observe, open_of_config};
use super::placed::placed;
use super::{Assumed, Purpose, Valid, Validation, ValidationError, empty, options};
use crate::plan::{Environment, Owner, PlanError, plan, widgets};
use crate::properties::{Declaration, Problem, Problems, is_within, named};
use crate::spec::{AlarmWarning, ObservedConfig, Spec};
use crate::template::DeclaredResource;

/// A declaration as far as it has been tried.
pub(super) struct Attempt<'d> {
    purpose: Purpose,
    declared: &'d DeclaredResource,
    validation: Validation,
    /// As declared, without what was left out.
    pub properties: Value,
    /// The endpoint's config, where one was asked for.
    pub observed: Option<ObservedConfig>,
    /// Every placeholder, of the declaration and of the config that it is about.
    pub open: Vec<&'d Open>,
    left_out: Vec<&'d Open>,
}

impl<'d> Attempt<'d> {
    pub(super) fn new(purpose: Purpose, declared: &'d DeclaredResource, assumed: &Assumed) -> Self {
        let token = named::SERVICE_TOKEN.path();
        let open = declared.open.iter().filter(|open| open.path != token);
        Self {
            purpose,
            declared,
            validation: empty(declared),
            properties: declared.properties.clone(),
            observed: None,
            open: open.chain(open_of_config(declared, assumed)).collect(),
            left_out: Vec::new(),
        }
    }

    /// Takes the endpoint's config from where it is known.
    pub(super) fn observe(&mut self, assumed: &Assumed, endpoint: &str) {
        self.validation.config_made_up =
            assumed.endpoint_config.is_none() && self.declared.related.endpoint_config.is_none();
        self.observed = Some(observe(self.declared, assumed, endpoint, &mut self.validation.notes));
    }

    /// Leaves out what placeholders are in the way of; whether there was anything.
    pub(super) fn leave_out(&mut self, problems: &Problems) -> bool {
        let mut any = false;
        for open in problems.sorted().iter().filter_map(|problem| cause(problem, &self.open)) {
            if shorten(&mut self.properties, &open.path) {
                any = true;
            } else if leave_out(&mut self.properties, &open.path).is_some() {
                any = true;
                self.left_out.push(open);
            }
        }
        any
    }

    /// The validation where there are problems that nothing can be left out for.
    pub(super) fn given_up(mut self, problems: &Problems) -> Validation {
        let sorted = problems.sorted();
        let (by_placeholders, real): (Vec<Problem>, Vec<Problem>) =
            sorted.into_iter().partition(|problem| cause(problem, &self.open).is_some());
        let mut undecided: Vec<&Open> = Vec::new();
        for open in by_placeholders.iter().filter_map(|problem| cause(problem, &self.open)) {
            if !undecided.contains(&open) && !self.is_refused(open) {
                undecided.push(open);
            }
        }
        self.note_placeholders(&undecided);
        self.validation.undecided = undecided.into_iter().cloned().collect();
        self.validation.problems = real;
        self.validation
    }

    /// The validation of a valid declaration, with its plan.
    pub(super) fn planned(
        mut self,
        declaration: Declaration,
        spec: Spec,
        owner: &Owner,
        environment: &Environment,
    ) -> Result<Validation, ValidationError> {
        self.note_placeholders(&[]);
        if let Some(monitoring) = spec.monitoring() {
            let placed = placed(&self.declared.related.components, &monitoring.components);
            self.validation.warnings = spec.warnings(Some(&placed), &environment.prices);
            self.validation.notes.extend(self.validation.warnings.iter().map(AlarmWarning::to_string));
        }
        let plan = match plan(&spec, owner, environment) {
            Ok(plan) => plan,
            Err(error) => {
                let Some(mut problem) = error.problem() else { return Err(ValidationError::Plan(error)) };
                if matches!(error, PlanError::NoPrice(_)) {
                    problem.message.push_str("; here, --list-price TYPE=DOLLARS says what would be found");
                }
                self.validation.problems.push(problem);
                return Ok(self.validation);
            }
        };
        if self.purpose == Purpose::Problems {
            return Ok(self.validation);
        }
        let widgets = widgets(&spec, owner, environment).map_err(ValidationError::Plan)?;
        let requests = plan.requests()?;
        let observed = self.observed.filter(|_| !declaration.declares_variants());
        let observed =
            observed.map(|observed| [observed.production_variants, observed.shadow_production_variants].concat());
        let config = &declaration.config;
        let declared = || [config.production_variants(), config.shadow_production_variants()].concat();
        let variants = observed.unwrap_or_else(declared);
        let related = self.declared.related.clone();
        self.validation.valid = Some(Box::new(Valid { declaration, spec, plan, widgets, requests, variants, related }));
        Ok(self.validation)
    }

    /// Whether CloudFormation refuses what stands there, which has been said.
    fn is_refused(&self, open: &Open) -> bool {
        self.declared.problems.iter().any(|problem| is_within(&problem.path, &open.path))
    }

    /// Says what each placeholder of the declaration is, but for those that are complained of.
    fn note_placeholders(&mut self, complained: &[&Open]) {
        let mut notes = Vec::new();
        let mut said = BTreeSet::new();
        let is_told = |open: &&Open| self.open.contains(open) && !complained.contains(open) && !self.is_refused(open);
        for open in self.declared.open.iter().filter(is_told) {
            let is_left_out = self.left_out.contains(&open);
            let is_gone = self.left_out.iter().any(|gone| is_within(&open.path, &gone.path));
            if said.insert(&open.path) && is_left_out {
                notes.push(format!(
                    "{} is left out here: {} has no value before a deployment; give it with {}",
                    open.path,
                    open.words(),
                    options(open)
                ));
            } else if !is_gone {
                notes.push(format!("{} depends on {}, which only a deployment knows", open.path, open.words()));
            }
        }
        self.validation.notes.splice(0..0, notes);
    }
}

/// The placeholder that a problem is about, where it is about one.
fn cause<'o>(problem: &Problem, open: &[&'o Open]) -> Option<&'o Open> {
    open.iter().find(|open| is_within(&problem.path, &open.path)).copied()
}

/// Replaces a text of several placeholders that is too long for a name by a short one; whether there was one.
fn shorten(properties: &mut Value, path: &str) -> bool {
    /// No name of SageMaker's is longer.
    const LONGEST_NAME: usize = 63;
    let member = path.rsplit('.').next().unwrap_or_default();
    let Some(value) = at(properties, path) else { return false };
    let is_long = value.as_str().is_some_and(|text| text.len() > LONGEST_NAME && !text.starts_with("arn:"));
    if is_long && !member.ends_with(']') {
        *value = format!("{MARK}{member}").into();
    }
    is_long && !member.ends_with(']')
}

/// The value at `path`.
fn at<'p>(properties: &'p mut Value, path: &str) -> Option<&'p mut Value> {
    let steps = path.trim_start_matches("Properties").split(['.', '[']).filter(|step| !step.is_empty());
    let pointer = steps.fold(String::new(), |pointer, step| pointer + "/" + step.trim_end_matches(']'));
    properties.pointer_mut(&pointer)
}

/// Takes the property at `path` out, or the list that an item at `path` is in, and gives its path; none where it isn't there any
/// more.
fn leave_out<'p>(properties: &mut Value, path: &'p str) -> Option<&'p str> {
    let mut named = path;
    while let Some((list, _)) = named.rsplit_once('[').filter(|_| named.ends_with(']')) {
        named = list;
    }
    let (parent, name) = named.rsplit_once('.')?;
    let parent = at(properties, parent)?.as_object_mut()?;
    parent.remove(name).map(|_| named)
}

#[cfg(test)]
mod tests {
    use cloudformation_template::Unknown;
    use serde_json::json;

    use super::*;
    use crate::properties::Severity;

    #[test]
    fn what_is_left_out_is_the_property_or_the_list_it_is_in() {
        let mut properties = json!({"A": {"B": ["x", "y"]}, "C": [{"D": "z"}]});
        assert_eq!(leave_out(&mut properties, "Properties.A.B[1]"), Some("Properties.A.B"));
        assert_eq!(leave_out(&mut properties, "Properties.C[0].D"), Some("Properties.C[0].D"));
        assert_eq!(leave_out(&mut properties, "Properties.C[0].D"), None);
        assert_eq!(properties, json!({"A": {}, "C": [{}]}));
    }

    #[test]
    fn a_text_that_is_too_long_for_a_name_is_replaced_once() {
        let long = "UNRESOLVED-Project-".repeat(5);
        let mut properties = json!({"EndpointName": long, "Role": format!("arn:{long}")});
        assert!(shorten(&mut properties, "Properties.EndpointName"));
        assert_eq!(properties["EndpointName"], "UNRESOLVED-EndpointName");
        assert!(!shorten(&mut properties, "Properties.EndpointName"));
        assert!(!shorten(&mut properties, "Properties.Role"));
    }

    #[test]
    fn a_placeholder_s_value_is_given_by_the_option_for_what_it_depends_on() {
        let import = Unknown::Value("Fn::ImportValue prod/vpc".to_owned());
        let open = Open { path: String::new(), depends_on: vec![import, Unknown::Parameter("Name".to_owned())] };
        assert_eq!(options(&open), "--value 'Fn::ImportValue prod/vpc=VALUE' --parameter Name=VALUE");
    }

    #[test]
    fn a_problem_is_a_placeholder_s_only_at_or_below_its_path() {
        let open = Open { path: "Properties.A".to_owned(), depends_on: vec![Unknown::Value("Ref X".to_owned())] };
        let at = |path: &str| {
            let problem = Problem { path: path.to_owned(), severity: Severity::Invalid, message: String::new() };
            cause(&problem, &[&open]).is_some()
        };
        assert!(at("Properties.A") && at("Properties.A[0]") && at("Properties.A.B"));
        assert!(!at("Properties.AB") && !at("Properties"));
    }
}
