//! The provider's own judgement of what a file declares, and its plan where the judgement is good.
//!
//! Nothing is judged here: `properties`, `spec` and `plan` of the provider's library do that. What this adds is patience with
//! placeholders: a value that only a deployment knows is never called a mistake.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::types::ProductionVariant;
use monitored_endpoint::envelope::ResourceType;
use monitored_endpoint::plan::{Plan, PlanError, Request, RequestError, Surroundings, plan};
use monitored_endpoint::pricing::{ListPrice, ListPrices};
use monitored_endpoint::properties::{Declaration, Problem, Problems, Severity};
use monitored_endpoint::reconcile::reason;
use monitored_endpoint::request;
use monitored_endpoint::spec::{Capacity, Dollars, GpuDimension, Judged, ObservedConfig, PriceBasis, Spec};
use serde_json::{Value, json};
use thiserror::Error;

use crate::template::{Beside, Declared, Open, Stack};

/// What is known beside the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// The config of an endpoint that was made elsewhere, as `DescribeEndpointConfig` answers it.
    pub(crate) endpoint_config: Option<Value>,
    /// Dollars per instance-hour by instance type, for `CostPerHour: Auto`.
    pub(crate) prices: BTreeMap<String, f64>,
    /// Dimensions that are taken to tell GPUs apart, where the declaration leaves it open.
    pub(crate) gpu_dimensions: Vec<GpuDimension>,
}

/// What became of one resource's declaration.
#[derive(Debug)]
pub(crate) struct Judgement {
    pub(crate) logical_id: String,
    pub(crate) resource_type: ResourceType,
    /// The declaration and its plan, where there is no problem.
    pub(crate) valid: Option<Box<Valid>>,
    /// What is wrong.
    pub(crate) problems: Vec<Problem>,
    /// What can't be judged before somebody says what a placeholder stands for.
    pub(crate) undecided: Vec<String>,
    /// What was assumed, and what was left out.
    pub(crate) notes: Vec<String>,
}

/// A declaration without problems.
#[derive(Debug)]
pub(crate) struct Valid {
    pub(crate) declaration: Declaration,
    pub(crate) spec: Spec,
    pub(crate) plan: Plan,
    /// What a Create sends.
    pub(crate) requests: Vec<Request>,
    /// The endpoint's production variants, declared or observed.
    pub(crate) variants: Vec<ProductionVariant>,
    pub(crate) beside: Beside,
}

impl Judgement {
    /// The problems in the words of the provider's answer.
    pub(crate) fn reason(&self) -> String {
        let problems = Problems::default();
        for problem in &self.problems {
            problems.add(&problem.path, problem.severity, problem.message.clone());
        }
        problems.to_string()
    }
}

/// Why a valid declaration has no plan.
#[derive(Debug, Error)]
pub(crate) enum JudgeError {
    /// It can't be planned.
    #[error("{}", reason(.0))]
    Plan(PlanError),
    /// Its requests can't be shown.
    #[error("{}", reason(.0))]
    Requests(#[from] RequestError),
}

/// Judges one declared resource.
///
/// # Errors
/// Where a valid declaration can't be planned.
pub(crate) fn judge(declared: &Declared, stack: &Stack, known: &Known) -> Result<Judgement, JudgeError> {
    let mut judgement = Judgement {
        logical_id: declared.logical_id.clone(),
        resource_type: declared.resource_type,
        valid: None,
        problems: Vec::new(),
        undecided: Vec::new(),
        notes: Vec::new(),
    };
    let owner = stack.owner(&declared.logical_id);
    let mut properties = declared.properties.clone();
    let mut observed = None;
    let mut open: Vec<&Open> = declared.open.iter().filter(|open| open.path != "Properties.ServiceToken").collect();
    loop {
        let problems = Problems::with_open(declared.open.iter().map(|open| open.path.as_str()));
        let declaration = request::read(&owner, declared.resource_type, &properties, &problems);
        let judged = declaration
            .as_ref()
            .map(|declaration| Spec::judge(declared.resource_type, declaration, observed.as_ref(), &problems));
        match (declaration, judged) {
            (Some(_), Some(Judged::NeedsEndpoint(endpoint))) if observed.is_none() => {
                observed = Some(observe(declared, known, endpoint.as_str(), &mut judgement.notes));
            }
            (Some(declaration), Some(Judged::Valid(spec))) => {
                judgement.notes.splice(0..0, open.into_iter().map(said));
                let plan = match plan(&spec, &owner, &surroundings(&spec, stack, known)) {
                    Ok(plan) => plan,
                    Err(PlanError::Dashboard(too_large)) => {
                        judgement.problems.push(Problem {
                            path: "Properties.Dashboard".to_owned(),
                            severity: Severity::Conflict,
                            message: too_large.to_string(),
                        });
                        return Ok(judgement);
                    }
                    Err(error @ PlanError::NoPrice(_)) => {
                        let said = error.to_string();
                        let (path, message) = said.split_once(": ").unwrap_or(("Properties", &said));
                        let message = format!("{message}; here, --list-price TYPE=DOLLARS says what is to be found");
                        judgement.problems.push(Problem {
                            path: path.to_owned(),
                            severity: Severity::Conflict,
                            message,
                        });
                        return Ok(judgement);
                    }
                    Err(error) => return Err(JudgeError::Plan(error)),
                };
                let requests = plan.requests()?;
                let observed = observed.filter(|_| !declaration.declares_variants());
                let variants = observed.map(|observed| observed.production_variants);
                let variants = variants.unwrap_or_else(|| declaration.config.production_variants().to_vec());
                let beside = declared.beside.clone();
                judgement.valid = Some(Box::new(Valid { declaration, spec: *spec, plan, requests, variants, beside }));
                return Ok(judgement);
            }
            _ => {
                let (placeholders, real): (Vec<Problem>, Vec<Problem>) =
                    problems.sorted().into_iter().partition(|problem| cause(problem, &declared.open).is_some());
                let mut removed = false;
                for one in placeholders.iter().filter_map(|problem| cause(problem, &declared.open)) {
                    if let Some(left_out) = leave_out(&mut properties, &one.path) {
                        removed = true;
                        open.retain(|still| !still.path.starts_with(left_out));
                        let note =
                            format!("{left_out} is left out here: {} has no value before a deployment", one.stands_for);
                        judgement.notes.push(note);
                    }
                }
                if !removed {
                    judgement.notes.splice(0..0, open.into_iter().map(said));
                    judgement.problems = real;
                    judgement.undecided = placeholders.iter().map(undecided).collect();
                    return Ok(judgement);
                }
            }
        }
    }
}

fn said(open: &Open) -> String {
    format!("{} is {}, which only a deployment knows", open.path, open.stands_for)
}

fn undecided(problem: &Problem) -> String {
    format!("{problem}. Say what it is, with --parameter")
}

/// The placeholder that a problem is about, where it is about one.
fn cause<'o>(problem: &Problem, open: &'o [Open]) -> Option<&'o Open> {
    open.iter().find(|open| {
        problem
            .path
            .strip_prefix(open.path.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    })
}

/// Takes the property at `path` out, or the list that an item at `path` is in, and gives its path; none where it isn't there any
/// more.
fn leave_out<'p>(properties: &mut Value, path: &'p str) -> Option<&'p str> {
    let mut named = path;
    while let Some((list, _)) = named.rsplit_once('[').filter(|_| named.ends_with(']')) {
        named = list;
    }
    let (parent, name) = named.rsplit_once('.')?;
    let steps = parent.trim_start_matches("Properties").split(['.', '[']).filter(|step| !step.is_empty());
    let pointer = steps.fold(String::new(), |pointer, step| pointer + "/" + step.trim_end_matches(']'));
    let parent = properties.pointer_mut(&pointer)?.as_object_mut()?;
    parent.remove(name).map(|_| named)
}

/// What the provider would read from the endpoint: from the file, from the template, or made up and said to be.
fn observe(declared: &Declared, known: &Known, endpoint: &str, notes: &mut Vec<String>) -> ObservedConfig {
    let assumed = || {
        json!({
            "ProductionVariants": [
                { "VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": "2" },
            ],
            "MetricsConfig": { "EnableEnhancedMetrics": "true", "MetricPublishFrequencyInSeconds": "60" },
        })
    };
    let (config, note) = match (&known.endpoint_config, &declared.beside.endpoint_config) {
        (Some(config), _) => (config.clone(), format!("endpoint {endpoint} is taken to be as --endpoint-config says")),
        (None, Some(config)) => {
            (config.clone(), format!("endpoint {endpoint} is taken to be on the endpoint config of this template"))
        }
        (None, None) => (
            assumed(),
            format!(
                "the provider reads the config of endpoint {endpoint} from the account; here two ml.g6.12xlarge with enhanced \
                 metrics every 60 s are made up in its place. Give --endpoint-config FILE, an answer of DescribeEndpointConfig"
            ),
        ),
    };
    notes.push(note);
    let members = ["ProductionVariants", "ShadowProductionVariants", "AsyncInferenceConfig", "MetricsConfig"];
    let mut properties = json!({ "EndpointName": endpoint });
    for name in members {
        if let Some(value) = config.get(name) {
            properties[name] = value.clone();
        }
    }
    let read = Declaration::read(ResourceType::EndpointMonitoring, &properties, &Problems::default());
    read.map(|declaration| ObservedConfig {
        production_variants: declaration.config.production_variants.unwrap_or_default(),
        shadow_production_variants: declaration.config.shadow_production_variants.unwrap_or_default(),
        metrics_config: declaration.config.metrics_config,
        asynchronous: declaration.config.async_inference_config.is_some(),
    })
    .unwrap_or_default()
}

/// Default of the provider stack's parameter `WidgetsFunctionName`.
const WIDGETS_FUNCTION: &str = "monitored-endpoint-widgets";

fn surroundings(spec: &Spec, stack: &Stack, known: &Known) -> Surroundings {
    let monitoring = &spec.monitoring;
    let asked = monitoring.variants.iter().filter_map(|variant| match &variant.capacity {
        Capacity::Instances { instance_types, price: PriceBasis::ListPrice, .. } => Some(instance_types),
        _ => None,
    });
    let price = |instance_type: &String| match known.prices.get(instance_type) {
        Some(dollars) => Ok(ListPrice { per_hour: Dollars(*dollars), effective: "as given to the preview".to_owned() }),
        None => Err(format!("the price of {instance_type} is looked up when the stack is deployed")),
    };
    let prices = asked.flatten().map(|instance_type| (instance_type.clone(), price(instance_type))).collect();
    Surroundings {
        region: stack.region.clone(),
        gpu_dimensions: monitoring
            .gpu_dimension
            .map_or_else(|| known.gpu_dimensions.clone(), |declared| vec![declared]),
        prices: ListPrices(prices),
        // The provider stack has the function unless its InteractivePanels says otherwise.
        widgets_function: Some(format!(
            "arn:{}:lambda:{}:{}:function:{WIDGETS_FUNCTION}",
            stack.partition(),
            stack.region,
            stack.account
        )),
        runbooks_url: None,
    }
}

#[cfg(test)]
mod tests {
    use monitored_endpoint::properties::Severity;

    use super::*;

    #[test]
    fn what_is_left_out_is_the_property_or_the_list_it_is_in() {
        let mut properties = json!({"A": {"B": ["x", "y"]}, "C": [{"D": "z"}]});
        assert_eq!(leave_out(&mut properties, "Properties.A.B[1]"), Some("Properties.A.B"));
        assert_eq!(leave_out(&mut properties, "Properties.C[0].D"), Some("Properties.C[0].D"));
        assert_eq!(leave_out(&mut properties, "Properties.C[0].D"), None);
        assert_eq!(properties, json!({"A": {}, "C": [{}]}));
    }

    #[test]
    fn a_problem_is_a_placeholder_s_only_at_or_below_its_path() {
        let open = [Open { path: "Properties.A".to_owned(), stands_for: "Ref X".to_owned() }];
        let at = |path: &str| {
            let problem = Problem { path: path.to_owned(), severity: Severity::Invalid, message: String::new() };
            cause(&problem, &open).is_some()
        };
        assert!(at("Properties.A") && at("Properties.A[0]") && at("Properties.A.B"));
        assert!(!at("Properties.AB") && !at("Properties"));
    }
}
