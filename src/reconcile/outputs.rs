//! What `Fn::GetAtt` finds.
//!
//! Every attribute is always there, so that a template may output them all: what isn't made (a switched-off dashboard,
//! an alarm that the variants have no use for) is an empty string.

use std::collections::BTreeMap;

use crate::callback::Data;
use crate::place::Place;
use crate::spec::{AlarmKind, EndpointName};

/// ARNs as AWS gave them, where they exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) endpoint_config: Option<(String, String)>,
    pub(super) dashboard: Option<(String, String)>,
    pub(super) alarms: BTreeMap<AlarmKind, (String, String)>,
    /// The endpoint's own ARN, where the endpoint is ours.
    pub(super) endpoint_arn: Option<String>,
}

pub(super) fn data(made: &Made, endpoint: &EndpointName, region: &str, stack_id: &str) -> Data {
    let known = made.endpoint_config.iter().chain(&made.dashboard).chain(made.alarms.values());
    let arn = known.map(|(_, arn)| arn.as_str()).find(|arn| arn.starts_with("arn:"));
    let place = Place::of(arn.unwrap_or(stack_id), region);
    let (config_name, config_arn) = made.endpoint_config.clone().unwrap_or_default();
    let (dashboard_name, dashboard_arn) = made.dashboard.clone().unwrap_or_default();
    let dashboard_url = if dashboard_name.is_empty() { String::new() } else { place.dashboard_url(&dashboard_name) };
    let mut data = Data::from([
        ("EndpointName", endpoint.to_string()),
        ("EndpointArn", made.endpoint_arn.clone().unwrap_or_else(|| place.endpoint_arn(endpoint, keeps_case(made)))),
        ("EndpointConfigName", config_name),
        ("EndpointConfigArn", config_arn),
        ("DashboardName", dashboard_name),
        ("DashboardArn", dashboard_arn),
        ("DashboardUrl", dashboard_url),
    ]);
    for kind in AlarmKind::ALL {
        let (name, arn) = made.alarms.get(&kind).cloned().unwrap_or_default();
        data.extend([(kind.name_attribute(), name), (kind.arn_attribute(), arn)]);
    }
    data
}

/// The names of all attributes, which every resource type has.
pub fn attributes() -> impl Iterator<Item = &'static str> {
    let endpoint = ["EndpointName", "EndpointArn", "EndpointConfigName", "EndpointConfigArn"];
    let dashboard = ["DashboardName", "DashboardArn", "DashboardUrl"];
    let alarms = AlarmKind::ALL.into_iter().flat_map(|kind| [kind.name_attribute(), kind.arn_attribute()]);
    endpoint.into_iter().chain(dashboard).chain(alarms)
}

/// The attribute of this name.
pub(crate) fn attribute(name: &str) -> Option<&'static str> {
    attributes().find(|known| *known == name)
}

/// Whether SageMaker keeps the case of names in its ARNs. Reports disagree, and the endpoint may not exist yet, so the
/// config's ARN is asked; without one, the lower case that the documentation shows is taken.
fn keeps_case(made: &Made) -> bool {
    let has_capitals = |name: &str| name.bytes().any(|byte| byte.is_ascii_uppercase());
    made.endpoint_config.as_ref().is_some_and(|(name, arn)| has_capitals(name) && arn.ends_with(name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoints_arn_is_spelt_as_the_configs_is() {
        let endpoint = EndpointName::parse("Chat").unwrap();
        let arn_beside = |config: &str| {
            let arn = format!("arn:aws:sagemaker:us-east-1:1234:endpoint-config/{config}");
            let made = Made { endpoint_config: Some(("Chat-1".to_owned(), arn)), ..Made::default() };
            data(&made, &endpoint, "us-east-1", "")["EndpointArn"].clone()
        };
        assert_eq!(arn_beside("Chat-1"), "arn:aws:sagemaker:us-east-1:1234:endpoint/Chat");
        assert_eq!(arn_beside("chat-1"), "arn:aws:sagemaker:us-east-1:1234:endpoint/chat");
    }

    #[test]
    fn places_come_from_any_arn_of_the_account() {
        let made = Made {
            dashboard: Some((
                "chat-monitoring".to_owned(),
                "arn:aws-cn:cloudwatch::1234:dashboard/chat-monitoring".to_owned(),
            )),
            ..Made::default()
        };
        let endpoint = EndpointName::parse("Chat").unwrap();
        let data = data(&made, &endpoint, "cn-north-1", "arn:aws:cloudformation:x:9:stack/s/1");
        assert_eq!(data["EndpointArn"], "arn:aws-cn:sagemaker:cn-north-1:1234:endpoint/chat");
        assert_eq!(
            data["DashboardUrl"],
            "https://console.amazonaws.cn/cloudwatch/home?region=cn-north-1#dashboards/dashboard/chat-monitoring"
        );
        assert_eq!(AlarmKind::ALL.map(|kind| data[kind.arn_attribute()].as_str()), [""; AlarmKind::ALL.len()]);
    }
}
