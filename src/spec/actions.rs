//! What an alarm may do: ARNs that CloudWatch takes from alarms like ours, checked before anything is made.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>, `AlarmActions`. What ends
//! an EC2 instance belongs to alarms on that instance's own metrics, and none of ours is.

use super::quote;
use crate::alarm::AlarmActions;
use crate::place::{Arn, is_account};
use crate::properties::{Declaration, Declared, DeclaredActions, Problems};

const TAKEN: &str = "use an SNS topic, a Lambda function, a scaling policy, a Systems Manager OpsItem or response plan, or an \
                     investigation group";

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>.
const MAX_ACTIONS: usize = 5;

/// Reads an action. The error goes behind the quoted text.
fn read(text: &str) -> Result<Arn<'_>, String> {
    let action = Arn::parse(text).filter(|arn| arn.partition.starts_with("aws") && !arn.resource.is_empty());
    let Some(action) = action else { return Err("is not an ARN; use the ARN of the action".to_owned()) };
    let Arn { service, region, account, resource, .. } = action;
    let parts = resource.split(':').count();
    let wrong = match service {
        "sns" if parts == 2 => {
            Some("is a subscription; use the topic's ARN, which ends before the last colon".to_owned())
        }
        "sns" => (parts != 1).then(|| "is not a topic; use the topic's ARN".to_owned()),
        "lambda" => (!resource.starts_with("function:") || !(2..=3).contains(&parts))
            .then(|| "is not a function; use its ARN".to_owned()),
        "autoscaling" => {
            (!resource.starts_with("scalingPolicy:")).then(|| "is not a scaling policy; use its ARN".to_owned())
        }
        "ssm" => (!resource.starts_with("opsitem:")).then(|| "is not an OpsItem; use …:opsitem:<severity>".to_owned()),
        "ssm-incidents" => {
            (!resource.starts_with("responseplan/")).then(|| "is not a response plan; use its ARN".to_owned())
        }
        "aiops" => (!resource.starts_with("investigation-group:"))
            .then(|| "is not an investigation group; use its ARN".to_owned()),
        "automate" | "swf" => {
            Some(format!("acts on the EC2 instance of a metric, and this alarm's have none; {TAKEN}"))
        }
        _ => Some(format!("belongs to a service that alarms can't call; {TAKEN}")),
    };
    match wrong {
        Some(wrong) => Err(wrong),
        None if !is_account(account) => Err("has no account of twelve digits; use the whole ARN".to_owned()),
        None if region.is_empty() != (service == "ssm-incidents") => {
            Err("has no Region where one belongs; use the whole ARN".to_owned())
        }
        None => Ok(action),
    }
}

/// Why an alarm of the stack with this ARN can't call the action.
fn why_too_far(action: Arn<'_>, stack_id: &str) -> Option<String> {
    let Arn { partition, region, account, .. } = Arn::parse(stack_id)?;
    if action.partition != partition {
        return Some(format!("is in partition {}, and the alarm in {partition}", action.partition));
    }
    if !action.region.is_empty() && action.region != region {
        return Some(format!(
            "is in {}, and an alarm calls only what is in its own Region; use one in {region}",
            action.region
        ));
    }
    // A topic's or function's own policy may let another account in.
    let shared = ["sns", "lambda"].contains(&action.service);
    (!shared && action.account != account).then(|| {
        format!("is in account {}, and an alarm calls it only in its own; use one in {account}", action.account)
    })
}

/// What an alarm does: its `own` actions, or what goes `for_all` alarms. Unless one of them says otherwise, actions are taken.
pub(super) fn validate(own: &DeclaredActions, for_all: &DeclaredActions, problems: &Problems) -> AlarmActions {
    AlarmActions {
        enabled: own.enabled.value.or(for_all.enabled.value).unwrap_or(true),
        alarm: picked(&own.alarm, &for_all.alarm, problems),
        ok: picked(&own.ok, &for_all.ok, problems),
        insufficient_data: picked(&own.insufficient_data, &for_all.insufficient_data, problems),
    }
}

fn picked(own: &Declared<Vec<String>>, for_all: &Declared<Vec<String>>, problems: &Problems) -> Vec<String> {
    let Declared { path, value } = if own.value.is_some() { own } else { for_all };
    let actions = value.clone().unwrap_or_default();
    if actions.len() > MAX_ACTIONS {
        let message = format!("{} actions are more than CloudWatch takes; use at most {MAX_ACTIONS}", actions.len());
        problems.invalid(path, message);
    }
    for (at, action) in actions.iter().enumerate() {
        if let Err(mistake) = read(action) {
            problems.invalid(&format!("{path}[{at}]"), format!("{} {mistake}", quote(action, problems)));
        }
    }
    actions
}

/// Notes the actions that are where no alarm of this stack can call them.
pub(crate) fn are_near(declaration: &Declaration, stack_id: &str, problems: &Problems) {
    let of_fleet = declaration.fleet.iter().map(|fleet| &fleet.alarm);
    let own = declaration.alarms.values().chain(of_fleet).map(|alarm| &alarm.actions);
    for DeclaredActions { alarm, ok, insufficient_data, .. } in std::iter::once(&declaration.actions).chain(own) {
        for Declared { path, value } in [alarm, ok, insufficient_data] {
            for (at, action) in value.iter().flatten().enumerate() {
                if let Some(why) = read(action).ok().and_then(|action| why_too_far(action, stack_id)) {
                    problems.conflict(&format!("{path}[{at}]"), format!("{} {why}", quote(action, problems)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STACK: &str = "arn:aws:cloudformation:us-east-1:123456789012:stack/inference/7c3a";

    #[test]
    fn what_an_alarm_can_call_is_taken() {
        for action in [
            "arn:aws:sns:us-east-1:123456789012:on-call",
            "arn:aws:sns:us-east-1:210987654321:theirs",
            "arn:aws:lambda:us-east-1:123456789012:function:fix",
            "arn:aws:lambda:us-east-1:123456789012:function:fix:live",
            "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:resource/sagemaker/endpoint/x:policyName/out",
            "arn:aws:ssm:us-east-1:123456789012:opsitem:3#CATEGORY=Cost",
            "arn:aws:ssm-incidents::123456789012:responseplan/page",
            "arn:aws:aiops:us-east-1:123456789012:investigation-group:g",
        ] {
            assert_eq!(read(action).map(|action| why_too_far(action, STACK)), Ok(None), "{action}");
        }
    }

    #[test]
    fn what_no_alarm_can_call_is_refused_with_the_reason() {
        for (action, why) in [
            ("topic", "not an ARN"),
            ("arn:", "not an ARN"),
            ("arn:aws:sns:us-east-1:123456789012:", "not an ARN"),
            ("arn:aws:sns:us-east-1:123456789012:t:6b0e71bd", "subscription"),
            ("arn:aws:sns:us-east-1::t", "no account"),
            ("arn:aws:sns::123456789012:t", "no Region"),
            ("arn:aws:sqs:us-east-1:123456789012:queue", "alarms can't call"),
            ("arn:aws:automate:us-east-1:ec2:stop", "EC2 instance"),
            ("arn:aws:swf:us-east-1:123456789012:action/actions/AWS_EC2.InstanceId.Stop/1.0", "EC2 instance"),
            ("arn:aws:ssm:us-east-1:123456789012:document/x", "not an OpsItem"),
        ] {
            let refused = read(action).unwrap_err();
            assert!(refused.contains(why), "{action}: {refused}");
        }
    }

    #[test]
    fn another_region_partition_or_account_is_too_far() {
        for (action, why) in [
            ("arn:aws:sns:eu-west-1:123456789012:on-call", "one in us-east-1"),
            ("arn:aws-cn:sns:cn-north-1:123456789012:on-call", "partition aws-cn"),
            ("arn:aws:ssm:us-east-1:210987654321:opsitem:3", "one in 123456789012"),
        ] {
            let far = why_too_far(read(action).unwrap(), STACK).unwrap();
            assert!(far.contains(why), "{action}: {far}");
        }
    }
}
