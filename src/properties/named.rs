//! Properties that other modules name: in errors, and as the parameters of interactive panels, which have the same names.
//!
//! Each is its row of the tables, so that a name is written once.

use super::fleet::{instance_price, of_fleets};
use super::property::Property;
use super::reference::{before_alarms, component, dashboard, settings, variant};

/// `ServiceToken`.
pub const SERVICE_TOKEN: Property = before_alarms::SERVICE_TOKEN.property;
/// `EndpointName`.
pub const ENDPOINT_NAME: Property = before_alarms::ENDPOINT_NAME.property;
/// `GpusPerInstance`.
pub const GPUS_PER_INSTANCE: Property = before_alarms::GPUS_PER_INSTANCE.property;
/// `CostPerHour`.
pub const COST_PER_HOUR: Property = before_alarms::COST_PER_HOUR.property;
/// `InferenceComponents`.
pub const INFERENCE_COMPONENTS: Property = before_alarms::INFERENCE_COMPONENTS.property;
/// `Name` of an entry of `InferenceComponents`.
pub const COMPONENT_NAME: Property = component::NAME.property;
/// `Label` of an entry of `InferenceComponents`.
pub const COMPONENT_LABEL: Property = component::LABEL.property;
/// `Variants`.
pub const VARIANTS: Property = before_alarms::VARIANTS.property;
/// `VariantName` of an entry of `Variants`.
pub const VARIANT_NAME: Property = variant::NAME.property;
/// `Dashboard`.
pub const DASHBOARD: Property = before_alarms::DASHBOARD_SETTINGS.property;
/// `DashboardName` of `Dashboard`.
pub const DASHBOARD_NAME: Property = dashboard::NAME.property;
/// `Interactive` of `Dashboard`.
pub const INTERACTIVE: Property = dashboard::INTERACTIVE.property;
/// `AlarmName` of an alarm.
pub const ALARM_NAME: Property = settings::NAME.property;
/// `Source` of an alarm.
pub const ALARM_SOURCE: Property = settings::SOURCE.property;
/// `ExcludeEndpoints`.
pub const EXCLUDE_ENDPOINTS: Property = of_fleets::EXCLUDE_ENDPOINTS.property;
/// `IncludeLinkedAccounts`.
pub const INCLUDE_LINKED_ACCOUNTS: Property = of_fleets::INCLUDE_LINKED_ACCOUNTS.property;
/// `InstancePrices`.
pub const INSTANCE_PRICES: Property = of_fleets::INSTANCE_PRICES.property;
/// `InstanceType` of an entry of `InstancePrices`.
pub const INSTANCE_TYPE: Property = instance_price::INSTANCE_TYPE.property;
