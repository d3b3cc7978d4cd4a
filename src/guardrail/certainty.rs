//! What holds of a template whatever its parameters are.
//!
//! A stack's event comes without the values of its parameters. So no default is taken for a value, and where a condition depends on a
//! parameter, the rules are applied to each way in which the conditions may turn out: what is found wherever its resource is made is
//! certain. Whether it is made at all is left aside, as the fix is the same.

use std::collections::BTreeSet;

use cloudformation_template::{Resolver, Stack};
use serde_json::{Value, json};

use super::ServiceToken;
use super::assessment::{Assessment, Verdicts, of_template};
use super::finding::Finding;
use crate::envelope::ResourceType;

/// Up to so many open conditions, every way is tried; with more, all true, all false, and each alone.
const EVERY_WAY: usize = 4;
/// Where there are still more, nobody reads the difference, and an answer has to come soon.
const MOST_CONDITIONS: usize = 12;

/// Applies the rules to a template, and keeps what is certain.
pub(super) fn assess(template: &Value, stack: &Stack, token: &ServiceToken) -> Assessment {
    let template = without_defaults(template);
    let (open, widest) = open_conditions(&template, stack);
    let mut verdicts = Verdicts::default();
    let mut ways = ways(open.len(), widest).into_iter().map(|way| {
        let decided = if open.is_empty() { None } else { Some(decided(&template, &open, &way)) };
        of_template(decided.as_ref().unwrap_or(&template), stack, token, &mut verdicts)
    });
    let first = ways.next().unwrap_or_default();
    ways.fold(first, |certain, other| both(certain, other, &open))
}

/// The template with no value for a parameter but the only one that it can have.
fn without_defaults(template: &Value) -> Value {
    let mut template = template.clone();
    let parameters = template.get_mut("Parameters").and_then(Value::as_object_mut).into_iter().flatten();
    for parameter in parameters.filter_map(|(_, parameter)| parameter.as_object_mut()) {
        let only = match parameter.get("AllowedValues").and_then(Value::as_array).map(Vec::as_slice) {
            Some([only]) => Some(only.clone()),
            _ => None,
        };
        match only {
            Some(only) => parameter.insert("Default".to_owned(), only),
            None => parameter.remove("Default"),
        };
    }
    template
}

/// The conditions that only a deployment decides and that a property of a resource of interest depends on, with how many of them one
/// resource depends on at most. Those that decide whether a resource is made are left open, and taken to hold.
fn open_conditions(template: &Value, stack: &Stack) -> (Vec<String>, usize) {
    let resolver = Resolver::of_template(template, stack);
    let of_interest = |resource: &&Value| {
        let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        kind.starts_with("AWS::SageMaker::") || ResourceType::named(kind).is_some()
    };
    let resources = template.get("Resources").and_then(Value::as_object).into_iter().flatten();
    let (mut all, mut widest) = (BTreeSet::new(), 0);
    for resource in resources.map(|(_, resource)| resource).filter(of_interest) {
        let mut used = BTreeSet::new();
        conditions_of(resource, &mut used);
        used.retain(|name| resolver.holds(name, "") == Ok(None));
        widest = widest.max(used.len());
        all.append(&mut used);
    }
    (all.into_iter().collect(), widest)
}

/// The conditions of every `Fn::If`.
fn conditions_of(value: &Value, used: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let condition = members.get("Fn::If").and_then(|parts| parts.get(0)?.as_str());
            used.extend(condition.map(str::to_owned));
            members.values().for_each(|member| conditions_of(member, used));
        }
        Value::Array(items) => items.iter().for_each(|item| conditions_of(item, used)),
        _ => {}
    }
}

/// The ways in which so many conditions may turn out, as far as they differ for resources that depend on `widest` of them at most.
fn ways(conditions: usize, widest: usize) -> Vec<Vec<bool>> {
    if conditions > 1 && widest == 1 {
        return vec![vec![true; conditions], vec![false; conditions]];
    }
    if conditions <= EVERY_WAY {
        let all = 0..1_usize << conditions;
        return all.map(|way| (0..conditions).map(|at| way >> at & 1 == 1).collect()).collect();
    }
    let mut ways = vec![vec![true; conditions], vec![false; conditions]];
    for at in 0..conditions.min(MOST_CONDITIONS) {
        for alone in [true, false] {
            ways.push((0..conditions).map(|other| (other == at) == alone).collect());
        }
    }
    ways
}

/// The template with these conditions decided.
fn decided(template: &Value, names: &[String], way: &[bool]) -> Value {
    let mut template = template.clone();
    for (name, holds) in names.iter().zip(way) {
        template["Conditions"][name] = json!({ "Fn::Equals": ["true", holds.to_string()] });
    }
    template
}

/// What is certain after two ways: what is found in each of them that makes its resource. Anything else is undecided.
fn both(mut certain: Assessment, mut other: Assessment, open: &[String]) -> Assessment {
    let mut doubtful = Vec::new();
    for (one, another) in [(&certain, &other), (&other, &certain)] {
        let lacks = |finding: &&Finding| another.resources.contains(&finding.logical_id) && !another.finds_as(finding);
        let lacking = one.findings.iter().filter(lacks);
        doubtful
            .extend(lacking.map(|finding| format!("{}, which depends on {}", finding.logical_id, conditions(open))));
    }
    certain.findings.retain(|one| other.finds_as(one) || !other.resources.contains(&one.logical_id));
    other.findings.retain(|one| !certain.resources.contains(&one.logical_id));
    certain.findings.append(&mut other.findings);
    certain.resources.append(&mut other.resources);
    add(&mut certain.undecided, doubtful.into_iter().chain(other.undecided));
    add(&mut certain.exempt, other.exempt);
    certain
}

/// Adds what isn't there yet.
fn add<T: PartialEq>(all: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}

fn conditions(names: &[String]) -> String {
    let word = if names.len() == 1 { "condition" } else { "conditions" };
    format!("{word} {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use cloudformation_template::read;

    use super::*;

    const VARIANTS: &str =
        "ProductionVariants: [{ VariantName: v, ModelName: m, InstanceType: ml.m5.large, InitialInstanceCount: 1 }]";

    fn assessed(template: &str) -> (Vec<String>, Vec<String>) {
        let stack =
            Stack { region: "us-east-1".into(), account: "123456789012".into(), name: "s".into(), ..Stack::default() };
        let template = read(&template.replace("VARIANTS", VARIANTS)).unwrap().value;
        let assessment = assess(&template, &stack, &ServiceToken::default());
        let findings =
            assessment.findings.iter().map(|finding| format!("{} {}", finding.logical_id, finding.rule.name()));
        (findings.collect(), assessment.undecided)
    }

    #[test]
    fn a_parameter_s_default_is_no_value_unless_it_can_have_no_other() {
        let template = |bounds: &str| {
            format!(
                "Parameters: {{ On: {{ Type: String, Default: false{bounds} }} }}
Resources:
  Config: {{ Type: AWS::SageMaker::EndpointConfig, Properties: {{ MetricsConfig: {{ EnableEnhancedMetrics: !Ref On }}, VARIANTS }} }}"
            )
        };
        let (findings, undecided) = assessed(&template(""));
        assert_eq!(
            (findings.len(), undecided),
            (0, vec!["enhanced metrics of Config, which depends on parameter On".to_owned()])
        );
        assert_eq!(assessed(&template(", AllowedValues: [false]")).0, ["Config enhanced-metrics"]);
    }

    #[test]
    fn what_depends_on_a_condition_is_found_only_where_it_holds_either_way() {
        let template = |otherwise: &str| {
            format!(
                "Parameters: {{ Stage: {{ Type: String }} }}
Conditions: {{ Prod: !Equals [!Ref Stage, prod] }}
Resources:
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties: {{ MetricsConfig: !If [Prod, {{ EnableEnhancedMetrics: false }}, {{ EnableEnhancedMetrics: {otherwise} }}], VARIANTS }}"
            )
        };
        let (findings, undecided) = assessed(&template("true"));
        assert_eq!((findings.len(), undecided), (0, vec!["Config, which depends on condition Prod".to_owned()]));
        assert_eq!(assessed(&template("false")).0, ["Config enhanced-metrics"]);
    }

    #[test]
    fn what_may_not_be_made_at_all_is_found_since_its_fix_is_the_same() {
        let template = "Parameters: { Stage: { Type: String } }
Conditions: { Prod: !Equals [!Ref Stage, prod] }
Resources:
  Endpoint: { Type: AWS::SageMaker::Endpoint, Condition: Prod, Properties: { EndpointConfigName: elsewhere } }";
        assert_eq!(assessed(template).0, ["Endpoint endpoint-monitored"]);
    }

    #[test]
    fn a_property_that_is_called_type_is_no_custom_resource_s_type() {
        let template = "Resources:
  Record: { Type: AWS::Route53::RecordSet, Properties: { Name: a.example.com, Type: !Ref Nowhere } }
  Watch: { Type: Custom::EndpointMonitorin, Properties: { ServiceToken: x, EndpointName: e } }";
        assert_eq!(assessed(template).0, ["Watch declaration-accepted"]);
    }

    #[test]
    fn every_way_is_tried_while_they_are_few_and_each_condition_alone_where_they_are_many() {
        let count = |conditions, widest| ways(conditions, widest).len();
        assert_eq!((count(0, 0), count(4, 2), count(5, 2), count(40, 3)), (1, 16, 12, 26));
        assert_eq!(
            (count(1, 1), count(4, 1), count(40, 1)),
            (2, 2, 2),
            "each resource has both ways of its one condition"
        );
        assert!(ways(40, 3).iter().all(|way| way.len() == 40));
    }
}
