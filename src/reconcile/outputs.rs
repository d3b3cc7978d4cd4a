//! What `Fn::GetAtt` finds.
//!
//! Every attribute of a type is always there, so that a template may output them all: what isn't made (a switched-off dashboard,
//! an alarm that the variants have no use for) is an empty string.

use crate::callback::Data;
use crate::envelope::ResourceType;
use crate::place::Place;
use crate::spec::{AlarmKind, FleetAlarm, Subject, Watched};

/// Something that exists, by its name and the ARN that AWS gave it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) arn: String,
}

/// What exists of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) endpoint_config: Option<Named>,
    pub(super) dashboard: Option<Named>,
    pub(super) alarms: Vec<(Watched, Named)>,
    /// The endpoint's own ARN, where the endpoint is ours.
    pub(super) endpoint_arn: Option<String>,
}

pub(super) fn data(made: &Made, subject: &Subject, region: &str, stack_id: &str) -> Data {
    let alarms = made.alarms.iter().map(|(_, alarm)| alarm);
    let known = made.endpoint_config.iter().chain(&made.dashboard).chain(alarms);
    let arn = known.map(|named| named.arn.as_str()).find(|arn| arn.starts_with("arn:"));
    let place = Place::of(arn.unwrap_or(stack_id), region);
    let config = made.endpoint_config.clone().unwrap_or_default();
    let dashboard = made.dashboard.clone().unwrap_or_default();
    let dashboard_url = if dashboard.name.is_empty() { String::new() } else { place.dashboard_url(&dashboard.name) };
    let mut data = Data::from([
        ("DashboardName", dashboard.name),
        ("DashboardArn", dashboard.arn),
        ("DashboardUrl", dashboard_url),
    ]);
    let alarm = |watched: Watched| {
        let made = made.alarms.iter().find(|(one, _)| *one == watched);
        made.map(|(_, alarm)| alarm.clone()).unwrap_or_default()
    };
    let Subject::Endpoint(monitoring) = subject else {
        let Named { name, arn } = alarm(Watched::Fleet);
        data.extend([(FleetAlarm::NAME_ATTRIBUTE, name), (FleetAlarm::ARN_ATTRIBUTE, arn)]);
        return data;
    };
    let endpoint = &monitoring.endpoint_name;
    data.extend([
        ("EndpointName", endpoint.to_string()),
        ("EndpointArn", made.endpoint_arn.clone().unwrap_or_else(|| place.endpoint_arn(endpoint, keeps_case(made)))),
        ("EndpointConfigName", config.name),
        ("EndpointConfigArn", config.arn),
    ]);
    for kind in AlarmKind::ALL {
        let Named { name, arn } = alarm(Watched::Endpoint(kind));
        data.extend([(kind.name_attribute(), name), (kind.arn_attribute(), arn)]);
    }
    data
}

const FLEET_ALARM_ATTRIBUTES: [&str; 2] = [FleetAlarm::NAME_ATTRIBUTE, FleetAlarm::ARN_ATTRIBUTE];
const DASHBOARD_ATTRIBUTES: [&str; 3] = ["DashboardName", "DashboardArn", "DashboardUrl"];

/// The names of all attributes of a resource type.
pub fn attributes_of(resource_type: ResourceType) -> impl Iterator<Item = &'static str> {
    let of_fleet = resource_type.watches_fleet();
    let of_endpoint = attributes().filter(move |_| !of_fleet);
    of_endpoint.chain(DASHBOARD_ATTRIBUTES.into_iter().chain(FLEET_ALARM_ATTRIBUTES).filter(move |_| of_fleet))
}

/// The names of all attributes, which every resource type about one endpoint has.
fn attributes() -> impl Iterator<Item = &'static str> {
    let endpoint = ["EndpointName", "EndpointArn", "EndpointConfigName", "EndpointConfigArn"];
    let dashboard = DASHBOARD_ATTRIBUTES;
    let alarms = AlarmKind::ALL.into_iter().flat_map(|kind| [kind.name_attribute(), kind.arn_attribute()]);
    endpoint.into_iter().chain(dashboard).chain(alarms)
}

/// The attribute of this name.
pub(crate) fn attribute(name: &str) -> Option<&'static str> {
    attributes().chain(FLEET_ALARM_ATTRIBUTES).find(|known| *known == name)
}

/// Whether SageMaker keeps the case of names in its ARNs. Reports disagree, and the endpoint may not exist yet, so the
/// config's ARN is asked; without one, the lower case that the documentation shows is taken.
fn keeps_case(made: &Made) -> bool {
    let has_capitals = |name: &str| name.bytes().any(|byte| byte.is_ascii_uppercase());
    made.endpoint_config.as_ref().is_some_and(|Named { name, arn }| has_capitals(name) && arn.ends_with(name.as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::spec::valid;

    fn endpoint() -> Subject {
        let variant =
            json!({"VariantName": "v", "ModelName": "m", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1});
        let metrics = json!({"EnableEnhancedMetrics": true});
        let declared = json!({"EndpointName": "Chat", "ProductionVariants": [variant], "MetricsConfig": metrics});
        valid(ResourceType::EndpointMonitoring, &declared).subject
    }

    #[test]
    fn a_fleet_has_attributes_of_its_own() {
        let fleet = valid(ResourceType::EndpointFleet, &json!({"Dashboard": {"DashboardName": "fleet"}})).subject;
        let data = data(&Made::default(), &fleet, "us-east-1", "");
        let names: std::collections::BTreeSet<&str> = attributes_of(ResourceType::EndpointFleet).collect();
        assert_eq!(data.keys().copied().collect::<std::collections::BTreeSet<_>>(), names);
        assert!(names.contains("UnallocatedCostAlarmArn") && !names.contains("EndpointName"));
    }

    #[test]
    fn the_endpoints_arn_is_spelt_as_the_configs_is() {
        let endpoint = endpoint();
        let endpoint_arn = |config: &str| {
            let arn = format!("arn:aws:sagemaker:us-east-1:1234:endpoint-config/{config}");
            let made = Made { endpoint_config: Some(Named { name: "Chat-1".to_owned(), arn }), ..Made::default() };
            data(&made, &endpoint, "us-east-1", "")["EndpointArn"].clone()
        };
        assert_eq!(endpoint_arn("Chat-1"), "arn:aws:sagemaker:us-east-1:1234:endpoint/Chat");
        assert_eq!(endpoint_arn("chat-1"), "arn:aws:sagemaker:us-east-1:1234:endpoint/chat");
    }

    #[test]
    fn places_come_from_any_arn_of_the_account() {
        let made = Made {
            dashboard: Some(Named {
                name: "chat-monitoring".to_owned(),
                arn: "arn:aws-cn:cloudwatch::1234:dashboard/chat-monitoring".to_owned(),
            }),
            ..Made::default()
        };
        let data = data(&made, &endpoint(), "cn-north-1", "arn:aws:cloudformation:x:9:stack/s/1");
        assert_eq!(data["EndpointArn"], "arn:aws-cn:sagemaker:cn-north-1:1234:endpoint/chat");
        assert_eq!(
            data["DashboardUrl"],
            "https://console.amazonaws.cn/cloudwatch/home?region=cn-north-1#dashboards/dashboard/chat-monitoring"
        );
        assert_eq!(AlarmKind::ALL.map(|kind| data[kind.arn_attribute()].as_str()), [""; AlarmKind::ALL.len()]);
    }
}
