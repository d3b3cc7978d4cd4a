//! A widget's parameters: which panel of which endpoint, and what its dashboard knows of prices, GPUs and labels.
//!
//! The names are those of a declaration's properties. The dashboard sends parameters at the top of the event, and again
//! as `widgetContext.params`; a button of ours sends them back as it got them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::choice::RANGE;
use crate::properties::reference::{MOST_DOLLARS, MOST_GPUS};
use crate::properties::{Node, Problems};
use crate::spec::{Dollars, EndpointName};
use crate::usage::{InstanceTerms, Terms};

/// A panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// Instances and their GPUs.
    Cluster,
    /// What models cost.
    Cost,
}

impl Panel {
    /// Both, with their names in parameters.
    pub const ALL: [(&'static str, Self); 2] = [("Cluster", Self::Cluster), ("Cost", Self::Cost)];

    /// Its name in parameters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cluster => "Cluster",
            Self::Cost => "Cost",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Params {
    pub(super) panel: Panel,
    pub(super) endpoint: EndpointName,
    pub(super) region: Option<String>,
    pub(super) terms: Terms,
    /// Where prices come from, in words.
    pub(super) price_basis: Option<String>,
    labels: BTreeMap<String, String>,
    /// All parameters as they came, for buttons to send back.
    pub(super) forwarded: Map<String, Value>,
}

impl Params {
    /// Reads them, or says in one sentence all that is wrong.
    pub(super) fn read(event: &Value) -> Result<Self, String> {
        let forwarded = Self::forwarded(event);
        let value = Value::Object(forwarded.clone());
        let problems = Problems::default();
        let params = Self::fields(&value, forwarded, &problems);
        params.filter(|_| problems.is_empty()).ok_or_else(|| problems.to_string())
    }

    /// The parameters alone: what is at the top of the event, over what the widget was configured with.
    pub(super) fn forwarded(event: &Value) -> Map<String, Value> {
        let configured = event["widgetContext"]["params"].as_object();
        let at_top = event.as_object();
        let all = configured.into_iter().flatten().chain(at_top.into_iter().flatten());
        let ours = |(name, _): &(&String, &Value)| !["widgetContext", "describe", RANGE].contains(&name.as_str());
        all.filter(ours).map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn fields(value: &Value, forwarded: Map<String, Value>, problems: &Problems) -> Option<Self> {
        let fields = Node::outside(value, "params", problems).members();
        let names = Panel::ALL.map(|(name, _)| name);
        let panel = fields.text("Panel");
        let panel = panel.as_deref().and_then(|panel| Panel::ALL.into_iter().find(|(name, _)| *name == panel));
        if panel.is_none() {
            problems.missing("params.Panel", format!("give {}", names.join(" or ")));
        }
        let endpoint = fields.text("EndpointName").unwrap_or_default();
        let endpoint = EndpointName::parse(&endpoint).map_err(|rule| {
            problems.missing("params.EndpointName", format!("give the endpoint's name; {rule}"));
        });
        let terms = |node: &Node<'_>| {
            let fields = node.members();
            let validated = |name: &str, fix: &str, valid: bool| {
                if let Some(node) = fields.get(name).filter(|_| !valid) {
                    node.invalid(format!("{} is not possible; {fix}", node.quoted()));
                }
            };
            // Beyond these an answer would be larger than Lambda gives, or a sum no number any more.
            let gpus: Option<u32> = fields.sized("GpusPerInstance");
            let fix = format!("use 1 to {MOST_GPUS}");
            validated("GpusPerInstance", &fix, gpus.is_none_or(|gpus| (1..=MOST_GPUS).contains(&i64::from(gpus))));
            let price = fields.number("CostPerHour");
            let fix = format!("use 0 to {MOST_DOLLARS} dollars");
            validated("CostPerHour", &fix, price.is_none_or(|dollars| (0.0..=MOST_DOLLARS).contains(&dollars)));
            InstanceTerms { gpus, price_per_hour: price.map(Dollars) }
        };
        let items = |name: &str| fields.get(name).and_then(|list| list.items()).unwrap_or_default();
        let by_variant = items("Variants").into_iter().filter_map(|variant| {
            let name = variant.members().text("VariantName")?;
            Some((name, terms(&variant)))
        });
        let labels = items("InferenceComponents").into_iter().filter_map(|component| {
            let fields = component.members();
            Some((fields.text("Name")?, fields.text("Label")?))
        });
        Some(Self {
            panel: panel?.1,
            endpoint: endpoint.ok()?,
            region: fields.text("Region").filter(|region| is_region(region, problems)),
            terms: Terms {
                default: terms(&Node::outside(value, "params", problems)),
                by_variant: by_variant.collect(),
            },
            price_basis: fields.text("PriceBasis"),
            labels: labels.collect(),
            forwarded,
        })
    }

    /// What panels call a model.
    pub(super) fn label<'a>(&'a self, model: &'a str) -> &'a str {
        self.labels.get(model).map_or(model, String::as_str)
    }
}

/// A Region becomes part of a host name: nothing else may.
fn is_region(text: &str, problems: &Problems) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let valid = (1..=30).contains(&text.len()) && text.bytes().all(inside);
    if !valid {
        problems.invalid("params.Region", "give the name of a Region, such as eu-west-1");
    }
    valid
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parameters_are_read_from_the_top_of_the_event() {
        let event = json!({
            "Panel": "Cost", "EndpointName": "chat", "Region": "eu-west-1", "CostPerHour": 5.752, "GpusPerInstance": "4",
            "Variants": [{"VariantName": "Big", "CostPerHour": "98.32"}],
            "InferenceComponents": [{"Name": "llama", "Label": "Llama 3"}, {"Name": "plain"}],
            "widgetContext": {"params": {"Panel": "Cluster"}}, "Range": "PT5M",
        });
        let params = Params::read(&event).unwrap();
        assert_eq!(
            (params.panel, params.endpoint.as_str(), params.region.as_deref()),
            (Panel::Cost, "chat", Some("eu-west-1"))
        );
        assert_eq!(
            params.terms.of("AllTraffic"),
            InstanceTerms { gpus: Some(4), price_per_hour: Some(Dollars(5.752)) }
        );
        assert_eq!(params.terms.of("Big"), InstanceTerms { gpus: Some(4), price_per_hour: Some(Dollars(98.32)) });
        assert_eq!((params.label("llama"), params.label("plain")), ("Llama 3", "plain"));
        assert!(!params.forwarded.contains_key("Range") && !params.forwarded.contains_key("widgetContext"));
    }

    /// `Variants` is from the dashboard, which anyone who may edit it can change.
    #[test]
    fn numbers_beyond_any_instance_are_refused() {
        for (variants, path) in [
            (json!([{"VariantName": "v", "GpusPerInstance": 4_000_000_000_u32}]), "params.Variants[0].GpusPerInstance"),
            (json!([{"VariantName": "v", "GpusPerInstance": 65}]), "params.Variants[0].GpusPerInstance"),
            (json!([{"VariantName": "v", "CostPerHour": 1e308}]), "params.Variants[0].CostPerHour"),
        ] {
            let wrong = Params::read(&json!({"Panel": "Cost", "EndpointName": "chat", "Variants": variants}));
            let wrong = wrong.unwrap_err();
            assert!(wrong.contains(path) && wrong.contains("is not possible; use "), "{wrong}");
        }
        assert!(Params::read(&json!({"Panel": "Cost", "EndpointName": "chat", "GpusPerInstance": 64})).is_ok());
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once_with_the_fix() {
        let wrong = Params::read(&json!({"EndpointName": "a b", "Region": "evil.example/", "CostPerHour": "much"}));
        let wrong = wrong.unwrap_err();
        for part in
            ["params.Panel: give Cluster or Cost", "params.EndpointName: give the endpoint's name; use 1 to 63 letters"]
        {
            assert!(wrong.contains(part), "{wrong}");
        }
        let event = json!({"Panel": "Cost", "EndpointName": "chat", "Region": "evil.example/", "CostPerHour": "much"});
        let wrong = Params::read(&event).unwrap_err();
        assert!(
            wrong.contains("such as eu-west-1") && wrong.contains("params.CostPerHour: expected a number"),
            "{wrong}"
        );
    }
}
