//! The parameters of the interactive panel over a fleet, and of its alarm: prices, what to leave out, and whose accounts.

use serde_json::{Map, Value, json};

use super::{PANEL, PRICE, REGION, is_region, region};
use crate::properties::reference::MOST_DOLLARS;
use crate::properties::{Node, Problems, named};
use crate::spec::{Dollars, EndpointName, Fleet};

const TYPE: &str = named::INSTANCE_TYPE.name;

/// The panel's name in parameters.
pub const FLEET_PANEL: &str = "Fleet";
/// What an alarm's expression asks the function for.
pub const FLEET_MEASURE: &str = "UnallocatedDollarsPerHour";

/// The parameters of the panel over a fleet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FleetParams {
    /// The endpoints' Region, where it may be another than the function's.
    pub region: Option<String>,
    /// Dollars per instance-hour by instance type; the list price of every other.
    pub prices: Vec<(String, Dollars)>,
    /// Endpoints to leave out.
    pub excluded: Vec<String>,
    /// Whether linked accounts are shown too.
    pub linked_accounts: bool,
}

impl FleetParams {
    /// What the dashboard and the alarm of `fleet` tell the function.
    #[must_use]
    pub fn of(fleet: &Fleet, region: &str) -> Self {
        Self {
            region: Some(region.to_owned()),
            prices: fleet.prices.clone(),
            excluded: fleet.excluded.iter().map(EndpointName::to_string).collect(),
            linked_accounts: fleet.linked_accounts,
        }
    }

    /// Whether parameters ask for this panel.
    #[must_use]
    pub fn asks_for_fleet(params: &Map<String, Value>) -> bool {
        params.get(PANEL).and_then(Value::as_str) == Some(FLEET_PANEL)
    }

    /// The parameters as a dashboard holds them: what is not known is left out.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut params = Map::from_iter([(PANEL.to_owned(), FLEET_PANEL.into())]);
        params.extend(self.region.iter().map(|region| (REGION.to_owned(), region.as_str().into())));
        if !self.prices.is_empty() {
            let price = |(name, Dollars(price)): &(String, Dollars)| json!({ TYPE: name, PRICE: price });
            params.insert(named::INSTANCE_PRICES.name.to_owned(), self.prices.iter().map(price).collect());
        }
        if !self.excluded.is_empty() {
            params.insert(named::EXCLUDE_ENDPOINTS.name.to_owned(), self.excluded.clone().into());
        }
        if self.linked_accounts {
            params.insert(named::INCLUDE_LINKED_ACCOUNTS.name.to_owned(), true.into());
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
        let fields = Node::outside(&value, "params", &problems).members();
        let items = |name: &str| fields.get(name).and_then(|list| list.items()).unwrap_or_default();
        let prices = items(named::INSTANCE_PRICES.name).into_iter().filter_map(|entry| {
            let fields = entry.members();
            let price = fields.number(PRICE).filter(|dollars| is_price(*dollars));
            if price.is_none() {
                entry.invalid(format!("give {PRICE}, 0 to {MOST_DOLLARS} dollars"));
            }
            Some((fields.text(TYPE)?, Dollars(price?)))
        });
        let read = Self {
            region: region(&fields),
            prices: prices.collect(),
            excluded: items(named::EXCLUDE_ENDPOINTS.name).iter().filter_map(Node::text).collect(),
            linked_accounts: params.get(named::INCLUDE_LINKED_ACCOUNTS.name).is_some_and(is_true),
        };
        if problems.is_empty() { Ok(read) } else { Err(problems.to_string()) }
    }

    /// The arguments with which an alarm asks for [`FLEET_MEASURE`]. A list is one text, its entries divided by spaces.
    #[must_use]
    pub fn to_arguments(&self) -> Vec<String> {
        let prices: Vec<String> = self.prices.iter().map(|(name, Dollars(price))| format!("{name}={price}")).collect();
        let region = self.region.clone().unwrap_or_default();
        vec![FLEET_MEASURE.to_owned(), region, prices.join(" "), self.excluded.join(" ")]
    }

    /// Reads such arguments.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn from_arguments(arguments: &[Value]) -> Result<Self, String> {
        let text = |at: usize| arguments.get(at).and_then(Value::as_str).unwrap_or_default();
        if text(0) != FLEET_MEASURE {
            return Err(format!("the first argument names what is asked for; give {FLEET_MEASURE}"));
        }
        let region = Some(text(1).to_owned()).filter(|region| !region.is_empty());
        if region.as_ref().is_some_and(|region| !is_region(region)) {
            return Err("the second argument is no Region; give one such as eu-west-1".to_owned());
        }
        let price = |entry: &str| {
            let (name, dollars) = entry.split_once('=')?;
            let dollars = dollars.parse().ok().filter(|dollars| is_price(*dollars))?;
            Some((name.to_owned(), Dollars(dollars)))
        };
        let prices: Option<Vec<(String, Dollars)>> = text(2).split_whitespace().map(price).collect();
        let prices = prices.ok_or("the third argument has prices; give each as TYPE=DOLLARS")?;
        let excluded = text(3).split_whitespace().map(str::to_owned).collect();
        Ok(Self { region, prices, excluded, linked_accounts: false })
    }
}

fn is_price(dollars: f64) -> bool {
    (0.0..=MOST_DOLLARS).contains(&dollars)
}

fn is_true(value: &Value) -> bool {
    *value == Value::Bool(true) || value.as_str() == Some("true")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params() -> FleetParams {
        FleetParams {
            region: Some("eu-west-1".to_owned()),
            prices: vec![("ml.g5.xlarge".to_owned(), Dollars(1.408)), ("ml.p5.48xlarge".to_owned(), Dollars(63.3))],
            excluded: vec!["sandbox".to_owned(), "demo".to_owned()],
            linked_accounts: false,
        }
    }

    #[test]
    fn what_a_dashboard_or_an_alarm_is_told_reads_back() {
        let linked = FleetParams { linked_accounts: true, ..params() };
        for params in [FleetParams::default(), params(), linked] {
            let json = params.to_json();
            assert!(FleetParams::asks_for_fleet(json.as_object().unwrap()));
            assert_eq!(FleetParams::read(json.as_object().unwrap()), Ok(params));
        }
        let arguments: Vec<Value> = params().to_arguments().into_iter().map(Value::from).collect();
        assert_eq!(FleetParams::from_arguments(&arguments), Ok(params()));
    }

    #[test]
    fn what_anybody_may_have_written_is_refused_in_words() {
        for (params, said) in [
            (json!({"Region": "http://x"}), "params.Region"),
            (json!({"InstancePrices": [{"InstanceType": "ml.g5.xlarge", "CostPerHour": -1}]}), "CostPerHour"),
            (json!({"InstancePrices": "ml.g5.xlarge"}), "InstancePrices"),
        ] {
            let refused = FleetParams::read(params.as_object().unwrap()).unwrap_err();
            assert!(refused.contains(said), "{refused}");
        }
        for arguments in [json!([]), json!(["Cost"]), json!([FLEET_MEASURE, "a b"]), json!([FLEET_MEASURE, "", "x"])] {
            assert!(FleetParams::from_arguments(arguments.as_array().unwrap()).is_err(), "{arguments}");
        }
    }
}
