//! The parameters of an interactive panel: which panel of which endpoint, and what its dashboard knows of prices, GPUs and
//! labels. The plan writes them into the dashboard; the function that draws the panel reads them.
//!
//! They have the names of a declaration's properties.

mod fleet;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub use fleet::{FLEET_MEASURE, FLEET_PANEL, FleetParams};

use crate::properties::reference::{MOST_DOLLARS, MOST_GPUS};
use crate::properties::{Fields, Node, Problems, named};
use crate::spec::{Dollars, EndpointName};

const PANEL: &str = "Panel";
const REGION: &str = "Region";
const PRICE_BASIS: &str = "PriceBasis";
const GPUS: &str = named::GPUS_PER_INSTANCE.name;
const PRICE: &str = named::COST_PER_HOUR.name;
const NAME: &str = named::COMPONENT_NAME.name;
const LABEL: &str = named::COMPONENT_LABEL.name;

/// A panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InteractivePanel {
    /// Instances and their GPUs.
    Cluster,
    /// What models cost.
    Cost,
}

impl InteractivePanel {
    /// Both, with their names in parameters.
    pub const ALL: [(&'static str, Self); 2] = [(Self::Cluster.name(), Self::Cluster), (Self::Cost.name(), Self::Cost)];

    /// Its name in parameters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cluster => "Cluster",
            Self::Cost => "Cost",
        }
    }
}

/// What instances have and cost, as far as whoever asks knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    /// Of every variant that has none of its own.
    pub default: InstanceTerms,
    /// Of single variants, by their names.
    pub by_variant: BTreeMap<String, InstanceTerms>,
}

/// What one instance has and costs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct InstanceTerms {
    /// GPUs, where the catalogue of instance types isn't to be asked.
    pub gpus: Option<u32>,
    /// Dollars per hour. Without it nothing is said about costs.
    pub price_per_hour: Option<Dollars>,
}

impl Terms {
    /// What is known about the instances of a variant.
    #[must_use]
    pub fn of(&self, variant: &str) -> InstanceTerms {
        let own = self.by_variant.get(variant).copied().unwrap_or_default();
        InstanceTerms {
            gpus: own.gpus.or(self.default.gpus),
            price_per_hour: own.price_per_hour.or(self.default.price_per_hour),
        }
    }
}

/// The parameters of an interactive panel.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelParams {
    /// Which panel it is.
    pub panel: InteractivePanel,
    /// The endpoint it is about.
    pub endpoint: EndpointName,
    /// The endpoint's Region, where it may be another than the function's.
    pub region: Option<String>,
    /// What instances have and cost, of every variant that isn't in `variants`.
    pub default: InstanceTerms,
    /// Variants by name, in the order in which they are written, with what their instances have and cost.
    pub variants: Vec<(String, InstanceTerms)>,
    /// Where prices come from, in words.
    pub price_basis: Option<String>,
    /// Names of models, each with what panels call it.
    pub labels: Vec<(String, String)>,
}

impl PanelParams {
    /// The parameters as a dashboard holds them: what is not known is left out.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut params = terms_json(self.default);
        params.insert(PANEL.to_owned(), self.panel.name().into());
        params.insert(named::ENDPOINT_NAME.name.to_owned(), self.endpoint.as_str().into());
        params.extend(self.region.iter().map(|region| (REGION.to_owned(), region.as_str().into())));
        let variants = self.variants.iter().map(|(name, terms)| {
            let mut variant = terms_json(*terms);
            variant.insert(named::VARIANT_NAME.name.to_owned(), name.as_str().into());
            Value::Object(variant)
        });
        params.insert(named::VARIANTS.name.to_owned(), variants.collect());
        params.extend(self.price_basis.iter().map(|basis| (PRICE_BASIS.to_owned(), basis.as_str().into())));
        if !self.labels.is_empty() {
            let labels = self.labels.iter().map(|(name, label)| json!({ NAME: name, LABEL: label }));
            params.insert(named::INFERENCE_COMPONENTS.name.to_owned(), labels.collect());
        }
        Value::Object(params)
    }

    /// Reads parameters as a dashboard holds them. Anyone may write some: members that aren't known are ignored.
    ///
    /// # Errors
    /// All that is wrong, in one sentence.
    pub fn read(params: &Map<String, Value>) -> Result<Self, String> {
        let value = Value::Object(params.clone());
        let problems = Problems::default();
        let read = Self::from_node(&Node::outside(&value, "params", &problems), &problems);
        read.filter(|_| problems.is_empty()).ok_or_else(|| problems.to_string())
    }

    /// The parameters of an interactive panel about this Region's endpoint, on a dashboard with this body; none where there is no such panel.
    /// Dashboards belong to the account: one of the right name may be about an endpoint of another Region.
    #[must_use]
    pub fn on_dashboard(body: &str, endpoint: &EndpointName, region: &str) -> Option<Self> {
        let body: Value = serde_json::from_str(body).ok()?;
        let widgets = body.get("widgets")?.as_array()?;
        let params = widgets.iter().filter_map(|widget| widget.pointer("/properties/params")?.as_object());
        let mut params = params.filter_map(|params| Self::read(params).ok());
        let is_here = |params: &Self| params.region.as_deref().is_none_or(|other| other == region);
        params.find(|params| params.endpoint == *endpoint && is_here(params) && !params.variants.is_empty())
    }

    fn from_node(node: &Node<'_>, problems: &Problems) -> Option<Self> {
        let fields = node.members();
        let panel = fields.text(PANEL);
        let panel =
            panel.as_deref().and_then(|panel| InteractivePanel::ALL.into_iter().find(|(name, _)| *name == panel));
        if panel.is_none() {
            problems.missing(
                &fields.path_of(PANEL),
                format!("give {} or {FLEET_PANEL}", InteractivePanel::ALL.map(|(name, _)| name).join(", ")),
            );
        }
        let name = named::ENDPOINT_NAME.name;
        let endpoint = EndpointName::parse(&fields.text(name).unwrap_or_default()).map_err(|rule| {
            problems.missing(&fields.path_of(name), format!("give the endpoint's name; {rule}"));
        });
        let items = |name: &str| fields.get(name).and_then(|list| list.items()).unwrap_or_default();
        let variants = items(named::VARIANTS.name).into_iter().filter_map(|variant| {
            let name = variant.members().text(named::VARIANT_NAME.name)?;
            Some((name, terms(&variant)))
        });
        let labels = items(named::INFERENCE_COMPONENTS.name).into_iter().filter_map(|component| {
            let fields = component.members();
            Some((fields.text(NAME)?, fields.text(LABEL)?))
        });
        Some(Self {
            panel: panel?.1,
            endpoint: endpoint.ok()?,
            region: region(&fields),
            default: terms(node),
            variants: variants.collect(),
            price_basis: fields.text(PRICE_BASIS),
            labels: labels.collect(),
        })
    }

    /// What instances have and cost.
    #[must_use]
    pub fn terms(&self) -> Terms {
        let by_variant: BTreeMap<String, InstanceTerms> = self.variants.iter().cloned().collect();
        Terms { default: self.default, by_variant }
    }

    /// What panels call a model.
    #[must_use]
    pub fn label<'a>(&'a self, model: &'a str) -> &'a str {
        let named = self.labels.iter().rev().find(|(name, _)| name == model);
        named.map_or(model, |(_, label)| label)
    }
}

fn terms_json(terms: InstanceTerms) -> Map<String, Value> {
    let mut json = Map::new();
    json.extend(terms.gpus.map(|gpus| (GPUS.to_owned(), gpus.into())));
    json.extend(terms.price_per_hour.map(|Dollars(price)| (PRICE.to_owned(), price.into())));
    json
}

fn terms(node: &Node<'_>) -> InstanceTerms {
    let fields = node.members();
    let validated = |name: &str, fix: &str, valid: bool| {
        if let Some(node) = fields.get(name).filter(|_| !valid) {
            node.invalid(format!("{} is not possible; {fix}", node.quoted()));
        }
    };
    // Beyond these an answer would be larger than Lambda gives, or a sum no number any more.
    let gpus: Option<u32> = fields.sized(GPUS);
    let fix = format!("use 1 to {MOST_GPUS}");
    validated(GPUS, &fix, gpus.is_none_or(|gpus| (1..=MOST_GPUS).contains(&i64::from(gpus))));
    let price = fields.number(PRICE);
    let fix = format!("use 0 to {MOST_DOLLARS} dollars");
    validated(PRICE, &fix, price.is_none_or(|dollars| (0.0..=MOST_DOLLARS).contains(&dollars)));
    InstanceTerms { gpus, price_per_hour: price.map(Dollars) }
}

/// The Region, where one is given.
fn region(fields: &Fields<'_>) -> Option<String> {
    let node = fields.get(REGION)?;
    let region = node.text()?;
    if !is_region(&region) {
        node.invalid("give the name of a Region, such as eu-west-1".to_owned());
        return None;
    }
    Some(region)
}

/// A Region becomes part of a host name: nothing else may.
fn is_region(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=30).contains(&text.len()) && text.bytes().all(inside)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(params: &Value) -> Result<PanelParams, String> {
        PanelParams::read(params.as_object().unwrap())
    }

    #[test]
    fn parameters_have_the_names_of_properties() {
        let params = read(&json!({
            "Panel": "Cost", "EndpointName": "chat", "Region": "eu-west-1", "CostPerHour": 5.752, "GpusPerInstance": "4",
            "Variants": [{"VariantName": "Big", "CostPerHour": "98.32"}],
            "InferenceComponents": [{"Name": "llama", "Label": "Llama 3"}, {"Name": "plain"}],
            "Another": true,
        }));
        let params = params.unwrap();
        assert_eq!(
            (params.panel, params.endpoint.as_str(), params.region.as_deref()),
            (InteractivePanel::Cost, "chat", Some("eu-west-1"))
        );
        let terms = params.terms();
        assert_eq!(terms.of("AllTraffic"), InstanceTerms { gpus: Some(4), price_per_hour: Some(Dollars(5.752)) });
        assert_eq!(terms.of("Big"), InstanceTerms { gpus: Some(4), price_per_hour: Some(Dollars(98.32)) });
        assert_eq!((params.label("llama"), params.label("plain")), ("Llama 3", "plain"));
    }

    /// `Variants` is from the dashboard, which anyone who may edit it can change.
    #[test]
    fn numbers_beyond_any_instance_are_refused() {
        for (variants, path) in [
            (json!([{"VariantName": "v", "GpusPerInstance": 4_000_000_000_u32}]), "params.Variants[0].GpusPerInstance"),
            (json!([{"VariantName": "v", "GpusPerInstance": 65}]), "params.Variants[0].GpusPerInstance"),
            (json!([{"VariantName": "v", "CostPerHour": 1e308}]), "params.Variants[0].CostPerHour"),
        ] {
            let wrong = read(&json!({"Panel": "Cost", "EndpointName": "chat", "Variants": variants}));
            let wrong = wrong.unwrap_err();
            assert!(wrong.contains(path) && wrong.contains("is not possible; use "), "{wrong}");
        }
        assert!(read(&json!({"Panel": "Cost", "EndpointName": "chat", "GpusPerInstance": 64})).is_ok());
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once_with_the_fix() {
        let wrong = read(&json!({"EndpointName": "a b", "Region": "evil.example/", "CostPerHour": "much"}));
        let wrong = wrong.unwrap_err();
        for part in [
            "params.Panel: give Cluster, Cost or Fleet",
            "params.EndpointName: give the endpoint's name; use 1 to 63 letters",
        ] {
            assert!(wrong.contains(part), "{wrong}");
        }
        let wrong =
            read(&json!({"Panel": "Cost", "EndpointName": "chat", "Region": "evil.example/", "CostPerHour": "much"}));
        let wrong = wrong.unwrap_err();
        assert!(
            wrong.contains("such as eu-west-1") && wrong.contains("params.CostPerHour: expected a number"),
            "{wrong}"
        );
    }

    #[test]
    fn a_dashboard_s_panel_is_about_the_endpoint_of_its_region() {
        let params =
            json!({"Panel": "Cost", "EndpointName": "chat", "Region": "eu-west-1", "Variants": [{"VariantName": "v"}]});
        let body =
            json!({"widgets": [{"type": "text"}, {"type": "custom", "properties": {"params": params}}]}).to_string();
        let found = |name: &str, region: &str| {
            PanelParams::on_dashboard(&body, &EndpointName::parse(name).unwrap(), region).is_some()
        };
        assert!(found("chat", "eu-west-1") && !found("chat", "us-east-1") && !found("other", "eu-west-1"));
    }

    fn terms_of_any_instance() -> impl Strategy<Value = InstanceTerms> {
        let gpus = prop::option::of(1_u32..=64);
        // With four decimals, as the Price List has them.
        let price = prop::option::of((0_u32..=1_000_000_000).prop_map(|price| Dollars(f64::from(price) / 10_000.0)));
        (gpus, price).prop_map(|(gpus, price_per_hour)| InstanceTerms { gpus, price_per_hour })
    }

    fn any_params() -> impl Strategy<Value = PanelParams> {
        let panel = prop::sample::select(InteractivePanel::ALL.map(|(_, panel)| panel).to_vec());
        let endpoint = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,20}[a-zA-Z0-9])?";
        let region = prop::option::of("[a-z]{2}-[a-z]{4,9}-[0-9]");
        let variants = prop::collection::vec(("[a-zA-Z0-9]{1,12}", terms_of_any_instance()), 0..4);
        let labels = prop::collection::vec(("[a-zA-Z0-9]{1,12}", "\\PC{1,20}"), 0..4);
        let all = (panel, endpoint, region, terms_of_any_instance(), variants, prop::option::of("\\PC{1,40}"), labels);
        all.prop_map(|(panel, endpoint, region, default, variants, price_basis, labels)| PanelParams {
            panel,
            endpoint: EndpointName::parse(&endpoint).unwrap(),
            region,
            default,
            variants,
            price_basis,
            labels,
        })
    }

    proptest! {
        #[test]
        fn what_a_dashboard_holds_is_what_the_panel_reads(params in any_params()) {
            // As text, which a dashboard's body is.
            let held: Value = serde_json::from_str(&params.to_json().to_string()).unwrap();
            prop_assert_eq!(read(&held), Ok(params));
        }
    }
}
