//! The provider's own validation of what a file declares, and its plan where the validation is good.
//!
//! Nothing is validated here: `properties`, `spec` and `plan` of the provider's library do that. What this adds is patience with
//! placeholders: a value that only a deployment knows is never called a mistake.

mod attempt;
mod observed;
mod placed;

use std::collections::BTreeMap;

use aws_sdk_sagemaker::types::ProductionVariant;
use cloudformation_template::{Open, Stack, Unknown};
use serde_json::Value;
use thiserror::Error;

use crate::envelope::ResourceType;
use crate::plan::{Environment, Owner, Plan, PlanError, PlannedWidget, Request, RequestError};
use crate::pricing::{ListPrice, ListPrices};
use crate::properties::{Declaration, Problem, Problems};
use crate::request;
use crate::spec::{AlarmWarning, Capacity, Dollars, GpuDimension, PriceBasis, Spec, Validated};
use crate::template::{DeclaredResource, Policies, RelatedResources, SourcePlace};
use attempt::Attempt;

/// What is assumed, as the file doesn't say it.
#[derive(Clone, Debug, Default)]
pub struct Assumed {
    /// The config of an endpoint that was made elsewhere, as `DescribeEndpointConfig` answers it.
    pub endpoint_config: Option<Value>,
    /// Dollars per instance-hour by instance type, for `CostPerHour: Auto`.
    pub prices: BTreeMap<String, f64>,
    /// Dollars per instance-hour of every other type: where a deployment looks the price up, and any does.
    pub other_price: Option<f64>,
    /// Dimensions that are taken to identify a GPU, where the declaration leaves it open.
    pub gpu_dimensions: Vec<GpuDimension>,
}

/// What became of one resource's declaration.
#[derive(Debug)]
pub struct Validation {
    /// Its name in the template.
    pub logical_id: String,
    /// Which of this provider's types it is.
    pub resource_type: ResourceType,
    /// The declaration and its plan, where there is no problem.
    pub valid: Option<Box<Valid>>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The placeholders that are in the way: what they stand for decides.
    pub undecided: Vec<Open>,
    /// What was assumed, what was left out, and the warnings.
    pub notes: Vec<String>,
    /// What is valid about its alarms and looks wrong.
    pub warnings: Vec<AlarmWarning>,
    /// Whether the endpoint's config was made up, since only the account knows it. What is wrong may then be wrong with that config
    /// alone.
    pub config_made_up: bool,
    /// Where its properties stand.
    pub place: SourcePlace,
    /// What becomes of it when it is removed or replaced.
    pub policies: Policies,
}

/// A declaration without problems.
#[derive(Debug)]
pub struct Valid {
    /// As read, with types.
    pub declaration: Declaration,
    /// As valid.
    pub spec: Spec,
    /// What the provider would make.
    pub plan: Plan,
    /// The widgets of its dashboard, top to bottom.
    pub widgets: Vec<PlannedWidget>,
    /// What a Create sends.
    pub requests: Vec<Request>,
    /// The endpoint's production variants and then its shadow variants, declared or observed.
    pub variants: Vec<ProductionVariant>,
    /// What the same template says about the endpoint.
    pub related: RelatedResources,
}

impl Valid {
    /// The panels of its dashboard with their titles: every widget but the texts.
    pub fn panels(&self) -> impl Iterator<Item = (&str, &PlannedWidget)> {
        self.widgets.iter().filter_map(|widget| Some((widget.title()?, widget)))
    }
}

impl Validation {
    /// The id that CloudFormation will know the resource by, where it can be planned.
    #[must_use]
    pub fn physical_id(&self) -> Option<&str> {
        self.valid.as_ref().map(|valid| valid.plan.physical_id.as_str())
    }

    /// The problems in the words of the provider's answer.
    #[must_use]
    pub fn reason(&self) -> String {
        let problems = Problems::default();
        for problem in &self.problems {
            problems.add(&problem.path, problem.severity, problem.message.clone());
        }
        problems.to_string()
    }
}

/// Why a valid declaration has no plan.
#[derive(Debug, Error)]
pub enum ValidationError {
    /// It can't be planned.
    #[error(transparent)]
    Plan(PlanError),
    /// Its requests can't be shown.
    #[error(transparent)]
    Requests(#[from] RequestError),
}

/// The command line's options that give the value of a placeholder.
#[must_use]
pub fn options(open: &Open) -> String {
    let option = |unknown: &Unknown| match unknown {
        Unknown::Parameter(name) => format!("--parameter {name}=VALUE"),
        Unknown::Value(what) => format!("--value '{what}=VALUE'"),
    };
    open.depends_on.iter().map(option).collect::<Vec<_>>().join(" ")
}

/// The resource of a stack that owns what is planned.
#[must_use]
pub fn owner(stack: &Stack, logical_id: &str) -> Owner {
    Owner { stack_id: stack.id(), logical_id: logical_id.to_owned() }
}

/// Validates one declared resource.
///
/// # Errors
/// Where a valid declaration can't be planned.
pub fn validate(declared: &DeclaredResource, stack: &Stack, assumed: &Assumed) -> Result<Validation, ValidationError> {
    validate_for(Purpose::Plan, declared, stack, assumed)
}

/// As [`validate`], for who wants to hear of problems only: `valid` stays empty, and the requests aren't written out.
///
/// # Errors
/// Where a valid declaration can't be planned.
pub fn find_problems(
    declared: &DeclaredResource,
    stack: &Stack,
    assumed: &Assumed,
) -> Result<Validation, ValidationError> {
    validate_for(Purpose::Problems, declared, stack, assumed)
}

/// What a validation is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Plan,
    Problems,
}

fn validate_for(
    purpose: Purpose,
    declared: &DeclaredResource,
    stack: &Stack,
    assumed: &Assumed,
) -> Result<Validation, ValidationError> {
    let mut validation =
        if declared.unreadable { empty(declared) } else { by_provider(purpose, declared, stack, assumed)? };
    // What CloudFormation refuses comes first: the provider doesn't hear of it.
    validation.problems.splice(0..0, declared.problems.iter().cloned());
    if !declared.problems.is_empty() {
        validation.valid = None;
    }
    Ok(validation)
}

fn empty(declared: &DeclaredResource) -> Validation {
    Validation {
        logical_id: declared.logical_id.clone(),
        resource_type: declared.resource_type,
        valid: None,
        problems: Vec::new(),
        undecided: Vec::new(),
        notes: Vec::new(),
        warnings: Vec::new(),
        config_made_up: false,
        place: declared.place.clone(),
        policies: declared.policies,
    }
}

/// The provider's own validation, with placeholders left out where they are in the way.
fn by_provider(
    purpose: Purpose,
    declared: &DeclaredResource,
    stack: &Stack,
    assumed: &Assumed,
) -> Result<Validation, ValidationError> {
    let owner = owner(stack, &declared.logical_id);
    let mut attempt = Attempt::new(purpose, declared, assumed);
    loop {
        let problems = Problems::with_open(attempt.open.iter().map(|open| open.path.as_str()));
        let declaration = request::read(&owner, declared.resource_type, &attempt.properties, &problems);
        let validated = declaration.as_ref().map(|declaration| {
            Spec::validate(declared.resource_type, declaration, attempt.observed.as_ref(), &problems)
        });
        match (declaration, validated) {
            (Some(_), Some(Validated::NeedsEndpoint(endpoint))) if attempt.observed.is_none() => {
                attempt.observe(assumed, endpoint.as_str());
            }
            (Some(declaration), Some(Validated::Valid(spec))) => {
                let environment = environment(&spec, stack, assumed);
                return attempt.planned(declaration, *spec, &owner, &environment);
            }
            _ => {
                if !attempt.leave_out(&problems) {
                    return Ok(attempt.given_up(&problems));
                }
            }
        }
    }
}

/// Default of the provider stack's parameter `WidgetsFunctionName`.
const WIDGETS_FUNCTION: &str = "monitored-endpoint-widgets";

fn environment(spec: &Spec, stack: &Stack, assumed: &Assumed) -> Environment {
    let variants = spec.monitoring().map(|monitoring| monitoring.variants.as_slice()).unwrap_or_default();
    let asked = variants.iter().filter_map(|variant| match &variant.capacity {
        Capacity::Instances { instance_types, price: PriceBasis::ListPrice, .. } => Some(instance_types),
        _ => None,
    });
    let price = |instance_type: &String| match assumed.prices.get(instance_type).or(assumed.other_price.as_ref()) {
        Some(dollars) => {
            Ok(ListPrice { per_hour: Dollars(*dollars), effective: "as given to the preview".to_owned(), sku: None })
        }
        None => Err(format!("the price of {instance_type} is looked up when the stack is deployed")),
    };
    let prices = asked.flatten().map(|instance_type| (instance_type.clone(), price(instance_type))).collect();
    Environment {
        region: stack.region.clone(),
        gpu_dimensions: spec
            .monitoring()
            .and_then(|monitoring| monitoring.gpu_dimension)
            .map_or_else(|| assumed.gpu_dimensions.clone(), |declared| vec![declared]),
        prices: ListPrices(prices),
        // The provider stack has the function unless its InteractivePanels says otherwise.
        widgets_function: Some(format!(
            "arn:{}:lambda:{}:{}:function:{WIDGETS_FUNCTION}",
            stack.partition(),
            stack.region,
            stack.account
        )),
        // A declaration of a fleet says that the provider stack is to have it.
        reads_fleet: true,
        runbooks_url: None,
    }
}
