//! The guardrail's rules over a template's declarations, or over one resource.
//!
//! What depends on a value that only a deployment knows is no finding: it is undecided, and said to be.

use std::collections::{BTreeMap, BTreeSet};

use cloudformation_template::{Open, Stack, as_sent};
use serde_json::{Value, json};

use super::ServiceToken;
use super::exemption::{self, Exemption, TAG};
use super::finding::Finding;
use crate::envelope::ResourceType;
use crate::properties::{Problem, ROOT, named};
use crate::scalar;
use crate::spec::GpuDimension;
use crate::template::{
    Declarations, DeclaredResource, ENDPOINT, ENDPOINT_CONFIG, NativeConfig, NativeEndpoint, SourcePlace, declarations,
};
use crate::validation::{Assumed, Validation, find_problems};

/// Any price: whether a deployment finds one isn't a template's to know.
const SOME_PRICE: f64 = 1.0;

/// What the rules say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Assessment {
    /// Rules that aren't kept.
    pub findings: Vec<Finding>,
    /// What a deployment alone decides, in words.
    pub undecided: Vec<String>,
    /// Resources that are exempt, with the reasons.
    pub exempt: Vec<(String, String)>,
    /// The resources that were assessed, by logical id.
    pub resources: BTreeSet<String>,
}

/// Applies the rules to a template.
pub(super) fn of_template(
    template: &Value,
    stack: &Stack,
    token: &ServiceToken,
    verdicts: &mut Verdicts,
) -> Assessment {
    let declared = declarations(template, stack, true, &SourcePlace::default());
    let mut assessment = Assessment::default();
    for config in &declared.native_configs {
        assessment.config(config);
    }
    for endpoint in &declared.native_endpoints {
        assessment.endpoint(endpoint, &declared, || {
            let condition = template.pointer(&format!("/Resources/{}/Condition", endpoint.logical_id));
            Finding::monitored(&endpoint.logical_id, condition, token)
        });
    }
    for one in &declared.resources {
        assessment.declaration(one, stack, verdicts);
    }
    assessment.undecided.extend(declared.unseen);
    for (id, what) in declared.wrong_types {
        assessment.findings.push(Finding::refused(&id, "a custom resource", &what));
        assessment.resources.insert(id);
    }
    assessment
}

/// Applies the rules to a resource with all its values.
pub(super) fn of_resource(type_name: &str, logical_id: &str, properties: &Value, stack: &Stack) -> Assessment {
    let mut assessment = Assessment::default();
    let properties = as_sent(properties.clone());
    match type_name {
        ENDPOINT_CONFIG => assessment.config(&NativeConfig {
            logical_id: logical_id.to_owned(),
            properties,
            open: Vec::new(),
            extended: false,
        }),
        ENDPOINT => {
            assessment.resources.insert(logical_id.to_owned());
            if !assessment.is_exempt(logical_id, &exemption::of(&properties, &[])) {
                assessment.undecided.push(format!(
                    "whether {logical_id} is monitored: an endpoint by itself doesn't show it, its stack's template does"
                ));
            }
        }
        _ if ResourceType::named(type_name).is_some() => {
            let template = json!({ "Resources": { logical_id: { "Type": type_name, "Properties": properties } } });
            for one in &declarations(&template, stack, false, &SourcePlace::default()).resources {
                assessment.declaration(one, stack, &mut Verdicts::default());
            }
        }
        _ => {}
    }
    assessment
}

impl Assessment {
    /// Whether it has a finding of the same rule on the same resource.
    pub(super) fn finds_as(&self, finding: &Finding) -> bool {
        self.findings.iter().any(|own| own.rule == finding.rule && own.logical_id == finding.logical_id)
    }

    /// Enhanced metrics of an endpoint config.
    fn config(&mut self, config: &NativeConfig) {
        let id = &config.logical_id;
        self.resources.insert(id.clone());
        let exemption = exemption::of(&config.properties, &config.open);
        let is_off = match enhanced_metrics(config) {
            Enhanced::On => return,
            Enhanced::Off => true,
            Enhanced::Default => false,
            Enhanced::Open(why) => {
                if !self.is_exempt(id, &exemption) {
                    self.undecided.push(format!("enhanced metrics of {id}, which {why}"));
                }
                return;
            }
        };
        self.find(Finding::enhanced_metrics(id, is_off), &exemption);
    }

    /// Monitoring of an endpoint.
    fn endpoint(&mut self, endpoint: &NativeEndpoint, declared: &Declarations, missing: impl FnOnce() -> Finding) {
        let id = &endpoint.logical_id;
        self.resources.insert(id.clone());
        let exemption = exemption::of(&endpoint.properties, &endpoint.open);
        match monitoring(endpoint, declared) {
            Monitoring::There => {}
            Monitoring::Missing => self.find(missing(), &exemption),
            Monitoring::Open(why) => {
                if !self.is_exempt(id, &exemption) {
                    self.undecided.push(format!("monitoring of {id}: {why}"));
                }
            }
        }
    }

    /// What the provider, or CloudFormation before it, would refuse. No tag exempts from that: it would fail all the same.
    fn declaration(&mut self, declared: &DeclaredResource, stack: &Stack, verdicts: &mut Verdicts) {
        self.resources.insert(declared.logical_id.clone());
        let verdict =
            verdicts.by_declaration.entry(Verdicts::key(declared)).or_insert_with(|| verdict(declared, stack));
        self.findings.extend(verdict.finding.clone());
        self.undecided.extend(verdict.undecided.clone());
    }

    /// Adds a finding, unless its resource is exempt.
    fn find(&mut self, mut finding: Finding, exemption: &Exemption) {
        if self.is_exempt(&finding.logical_id, exemption) {
            return;
        }
        match exemption {
            Exemption::Open(why) => {
                self.undecided.push(format!("{}: whether its tags exempt it depends on {why}", finding.logical_id));
                return;
            }
            Exemption::WithoutReason => {
                finding.message =
                    format!("(its tag {TAG} has no reason as its value, so it doesn't count) {}", finding.message);
            }
            Exemption::No | Exemption::For(_) => {}
        }
        self.findings.push(finding);
    }

    fn is_exempt(&mut self, id: &str, exemption: &Exemption) -> bool {
        let Exemption::For(reason) = exemption else { return false };
        self.exempt.push((id.to_owned(), reason.clone()));
        true
    }
}

/// What was said of declarations, since a template is assessed several times and most of it is the same each time.
#[derive(Default)]
pub(super) struct Verdicts {
    by_declaration: BTreeMap<String, Verdict>,
}

impl Verdicts {
    /// Everything that a verdict depends on.
    fn key(declared: &DeclaredResource) -> String {
        let config = declared.related.endpoint_config.as_ref().map(|config| &config.properties);
        let problems: Vec<String> = declared.problems.iter().map(Problem::to_string).collect();
        json!([declared.logical_id, declared.properties, config, declared.related.components, problems]).to_string()
    }
}

/// What is to be said of one declaration.
struct Verdict {
    finding: Option<Finding>,
    undecided: Option<String>,
}

/// Validates a declaration as the provider does.
fn verdict(declared: &DeclaredResource, stack: &Stack) -> Verdict {
    let known =
        Assumed { gpu_dimensions: GpuDimension::ALL.to_vec(), other_price: Some(SOME_PRICE), ..Assumed::default() };
    let id = &declared.logical_id;
    let refused = |reason: &str| Verdict {
        finding: Some(Finding::refused(id, &format!("a {}", declared.resource_type), reason)),
        undecided: None,
    };
    let validation = match find_problems(declared, stack, &known) {
        Ok(validation) => validation,
        Err(error) => return refused(&error.to_string()),
    };
    // What CloudFormation refuses is certain, whatever the endpoint is like.
    let is_certain = |problem: &Problem| !validation.config_made_up || declared.problems.contains(problem);
    if validation.problems.iter().any(is_certain) {
        return refused(&validation.reason());
    }
    Verdict { finding: None, undecided: undecided(&validation) }
}

/// What of a declaration only the deployment decides.
fn undecided(validation: &Validation) -> Option<String> {
    let id = &validation.logical_id;
    if !validation.problems.is_empty() {
        return Some(format!("{id}, which depends on the config of an endpoint made elsewhere"));
    }
    let mut words: Vec<String> = validation.undecided.iter().map(Open::words).collect();
    words.dedup();
    (!words.is_empty()).then(|| format!("{id}, which depends on {}", words.join(", ")))
}

enum Enhanced {
    On,
    Off,
    Default,
    Open(String),
}

const METRICS: &str = "MetricsConfig";
const ENHANCED: &str = "EnableEnhancedMetrics";

/// Whether a config has enhanced metrics. A serverless variant has no instance whose metrics could be.
fn enhanced_metrics(config: &NativeConfig) -> Enhanced {
    let properties = &config.properties;
    let variants = properties.get("ProductionVariants").and_then(Value::as_array);
    let is_serverless = |variant: &Value| variant.get("ServerlessConfig").is_some();
    if variants.is_some_and(|all| !all.is_empty() && all.iter().all(is_serverless)) {
        return Enhanced::On;
    }
    let open = |path: &str| {
        let open = config.open.iter().find(|open| open.path == path);
        let why = open
            .map_or_else(|| "is neither true nor false here".to_owned(), |open| format!("depends on {}", open.words()));
        Enhanced::Open(why)
    };
    let flag = match properties.get(METRICS) {
        Some(Value::Object(metrics)) => metrics.get(ENHANCED),
        Some(_) => return open(&format!("{ROOT}.{METRICS}")),
        None => None,
    };
    match flag.map(scalar::boolean) {
        None if config.extended => Enhanced::Open("an include or a loop may set".to_owned()),
        None => Enhanced::Default,
        Some(Some(true)) => Enhanced::On,
        Some(Some(false)) => Enhanced::Off,
        Some(None) => open(&format!("{ROOT}.{METRICS}.{ENHANCED}")),
    }
}

enum Monitoring {
    There,
    Missing,
    Open(String),
}

/// Whether a template monitors one of its endpoints.
fn monitoring(endpoint: &NativeEndpoint, declared: &Declarations) -> Monitoring {
    // On a config of ours.
    let Some((_, suggested)) = declared.suggested.iter().find(|(id, _)| *id == endpoint.logical_id) else {
        return Monitoring::There;
    };
    let member = |properties: &Value, name: &str| properties.get(name).and_then(Value::as_str).map(str::to_owned);
    let config = member(&endpoint.properties, "EndpointConfigName");
    let makes_config = |one: &DeclaredResource| {
        one.resource_type.owns_config() && member(&one.properties, "EndpointConfigName") == config
    };
    let name = member(&suggested.properties, named::ENDPOINT_NAME.name);
    let monitoring = || declared.resources.iter().filter(|one| one.resource_type.watches_elsewhere());
    let names = |one: &DeclaredResource| member(&one.properties, named::ENDPOINT_NAME.name) == name;
    if config.is_some() && declared.resources.iter().any(makes_config) || monitoring().any(names) {
        return Monitoring::There;
    }
    let path = named::ENDPOINT_NAME.path();
    let open = |one: &DeclaredResource| one.open.iter().find(|open| open.path == path).map(Open::words);
    if let Some((one, words)) = monitoring().find_map(|one| Some((one, open(one)?))) {
        return Monitoring::Open(format!("{} may mean it, by {words}", one.logical_id));
    }
    declared.unseen.first().cloned().map_or(Monitoring::Missing, Monitoring::Open)
}
