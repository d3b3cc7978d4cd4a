//! The config of an endpoint that is made elsewhere: from a file, from the template, or made up and said to be.
use cloudformation_template::Open;
use serde_json::{Value, json};

use super::Assumed;
use crate::envelope::ResourceType;
use crate::properties::{Declaration, Problems};
use crate::spec::ObservedConfig;
use crate::template::DeclaredResource;

/// The members of a config that the provider reads from the account.
const MEMBERS: [&str; 4] = ["ProductionVariants", "ShadowProductionVariants", "AsyncInferenceConfig", "MetricsConfig"];

/// Placeholders of the template's own config, where it is what the provider would read.
pub(super) fn open_of_config<'d>(declared: &'d DeclaredResource, assumed: &Assumed) -> impl Iterator<Item = &'d Open> {
    let is_read = !declared.resource_type.owns_config() && assumed.endpoint_config.is_none();
    let config = declared.related.endpoint_config.as_ref().filter(|_| is_read);
    let open = config.into_iter().flat_map(|config| &config.open);
    open.filter(|open| {
        let member = open.path.trim_start_matches("Properties.").split(['.', '[']).next().unwrap_or_default();
        MEMBERS.contains(&member) && declared.properties.get(member).is_none()
    })
}

/// What the provider would read from the endpoint.
pub(super) fn observe(
    declared: &DeclaredResource,
    assumed: &Assumed,
    endpoint: &str,
    notes: &mut Vec<String>,
) -> ObservedConfig {
    let config = match (&assumed.endpoint_config, &declared.related.endpoint_config) {
        (Some(config), _) => {
            notes.push(format!("endpoint {endpoint} is taken to be as --endpoint-config says"));
            config.clone()
        }
        (None, Some(config)) => {
            let id = &config.logical_id;
            notes.push(format!("endpoint {endpoint} is taken to be on {id}, the endpoint config of this template"));
            for open in config.open.iter().filter(|open| open.path.ends_with(".InitialInstanceCount")) {
                let words = open.words();
                notes.push(format!("{} of {id} depends on {words}, and is taken to be 1 here", open.path));
            }
            config.properties.clone()
        }
        (None, None) => {
            notes.push(format!(
                "the provider reads the config of endpoint {endpoint} from the account; here two ml.g6.12xlarge with enhanced \
                 metrics every 60 s are made up in its place. Give --endpoint-config FILE, an answer of DescribeEndpointConfig"
            ));
            made_up()
        }
    };
    let mut properties = json!({ "EndpointName": endpoint });
    for name in MEMBERS {
        if let Some(value) = config.get(name) {
            properties[name] = value.clone();
        }
    }
    let open = open_of_config(declared, assumed).map(|open| open.path.as_str());
    let read = Declaration::read(ResourceType::EndpointMonitoring, &properties, &Problems::with_open(open));
    read.map(|declaration| ObservedConfig {
        production_variants: declaration.config.production_variants.unwrap_or_default(),
        shadow_production_variants: declaration.config.shadow_production_variants.unwrap_or_default(),
        metrics_config: declaration.config.metrics_config,
        asynchronous: declaration.config.async_inference_config.is_some(),
    })
    .unwrap_or_default()
}

fn made_up() -> Value {
    json!({
        "ProductionVariants": [
            { "VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": "2" },
        ],
        "MetricsConfig": { "EnableEnhancedMetrics": "true", "MetricPublishFrequencyInSeconds": "60" },
    })
}
