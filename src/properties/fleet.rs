//! What `Custom::EndpointFleet` alone declares: the tables of its properties, and what is read by them.

use super::declaration::{DeclaredAlarm, read_alarm};
use super::entry::{
    Cost, Declared, Entry, Members, boolean, endpoint_names, integer, list, number, object, price, text,
};
use super::node::Fields;
use super::property::{Absent, Property, Refusal};
use super::reference::{settings, table};
use crate::alarm::{FleetAlarm, MissingData};

use Absent::{Depends, Is, Nothing, Refused};
use Refusal::IsNot;

/// Properties of [`COMMON`](super::reference::COMMON) that say something to `Custom::EndpointFleet`, which is about no endpoint in particular.
pub const SHARED_WITH_FLEETS: &[&str] = &[
    "ServiceToken",
    "ServiceTimeout",
    "Dashboard",
    "AlarmActions",
    "OKActions",
    "InsufficientDataActions",
    "ActionsEnabled",
    "AlarmTagsPropagation",
    "AdoptExisting",
    "NoEcho",
];

/// The one member of `CreateEndpointConfig` that does.
pub const MEMBERS_OF_FLEETS: &[&str] = &["Tags"];

table! {
    /// Properties of `Custom::EndpointFleet` alone.
    OF_FLEETS, read by of_fleets {
        EXCLUDE_ENDPOINTS: Vec<String> = endpoint_names(
            "ExcludeEndpoints",
            Nothing,
            "Names of endpoints to leave out of the interactive panel and of the alarm. Graphs show them all the same",
        );
        INCLUDE_LINKED_ACCOUNTS: bool = boolean(
            "IncludeLinkedAccounts",
            Is("false"),
            "Whether the interactive panel shows what linked accounts publish too, where this account is a monitoring \
             account of CloudWatch's cross-account observability",
        );
        INSTANCE_PRICES: Members = list(
            "InstancePrices",
            INSTANCE_PRICE,
            Depends("the Region's on-demand list price of each type"),
            "What an instance-hour costs you, by instance type",
        );
        UNALLOCATED_COST_ALARM: Members = object(
            FleetAlarm::PROPERTY,
            FLEET_ALARM,
            Depends("none"),
            FleetAlarm::MEANING,
        );
    }
}

table! {
    /// An entry of `InstancePrices`.
    INSTANCE_PRICE, read by instance_price {
        INSTANCE_TYPE: String =
            text("InstanceType", Refused("give the instance type that this is the price of"), "Such as `ml.g6.12xlarge`");
        COST_PER_HOUR: Cost = price(
            "CostPerHour",
            Refused("give dollars per instance-hour, or leave the entry out"),
            "Dollars per instance-hour, or `Auto` for the list price",
        );
    }
}

table! {
    /// `UnallocatedCostAlarm`: what of [`ALARM`](super::reference::ALARM) is the author's to say of a number that the panels' function counts.
    FLEET_ALARM, read by fleet_alarm {
        ENABLED: bool = settings::ENABLED;
        NAME: String = text("AlarmName", Depends(FleetAlarm::DEFAULT_NAME), "1 to 255 printable characters");
        DESCRIPTION: String = settings::DESCRIPTION;
        THRESHOLD: f64 = number("Threshold", Depends("required"), "Dollars per hour, more than 0");
        EVALUATION_PERIODS: i32 = integer(
            "EvaluationPeriods",
            (1, 96),
            IsNot("a number of quarters of an hour"),
            Is(FleetAlarm::EVALUATION_PERIODS_JSON),
            "For how many quarters of an hour in a row it has to cost more",
        );
        TREAT_MISSING_DATA: MissingData = settings::TREAT_MISSING_DATA;
        ACTIONS_ENABLED: bool = settings::ACTIONS_ENABLED;
        ALARM_ACTIONS: Vec<String> = settings::ALARM_ACTIONS;
        OK_ACTIONS: Vec<String> = settings::OK_ACTIONS;
        INSUFFICIENT_DATA_ACTIONS: Vec<String> = settings::INSUFFICIENT_DATA_ACTIONS;
    }
}

/// What `Custom::EndpointFleet` alone says.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredFleet {
    /// Endpoints to leave out.
    pub exclude_endpoints: Declared<Vec<String>>,
    /// Whether linked accounts are shown too.
    pub include_linked_accounts: bool,
    /// Prices by instance type.
    pub instance_prices: Vec<DeclaredInstancePrice>,
    /// `UnallocatedCostAlarm`.
    pub alarm: DeclaredAlarm,
}

/// One entry of `InstancePrices`.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredInstancePrice {
    /// The instance type.
    pub instance_type: Declared<String>,
    /// What an hour of one instance costs.
    pub cost_per_hour: Declared<Cost>,
}

/// Reads what the type alone says.
pub(super) fn read_fleet(fields: &Fields<'_>) -> DeclaredFleet {
    DeclaredFleet {
        exclude_endpoints: fields.read(&of_fleets::EXCLUDE_ENDPOINTS),
        include_linked_accounts: fields.read(&of_fleets::INCLUDE_LINKED_ACCOUNTS).value.unwrap_or_default(),
        instance_prices: fields.each(&of_fleets::INSTANCE_PRICES, |fields| DeclaredInstancePrice {
            instance_type: fields.read(&instance_price::INSTANCE_TYPE),
            cost_per_hour: fields.read(&instance_price::COST_PER_HOUR),
        }),
        alarm: read_fleet_alarm(&fields.members(&of_fleets::UNALLOCATED_COST_ALARM)),
    }
}

/// An alarm, with those settings that have rules of their own.
fn read_fleet_alarm(fields: &Fields<'_>) -> DeclaredAlarm {
    DeclaredAlarm { evaluation_periods: fields.read(&fleet_alarm::EVALUATION_PERIODS), ..read_alarm(fields) }
}
