//! Faults injected by rule: what goes wrong, on which call of which operation, and how often.
//! A rule counts the calls of its operation from the moment it is made, and never touches a call on its own: the
//! server asks it.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use serde_json::Value;

use crate::{config::Config, error::ServiceError, wire::Service};

/// What goes wrong.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The service's own throttling error, "Rate exceeded" or what `DynamoDB` says instead.
    Throttle {},
    /// The same, and for so long after the first time, in milliseconds of real time.
    ThrottleMs(u64),
    /// The same, for calls beyond so many a second: a quota that all callers share. One second's worth may come at once.
    Quota(u32),
    /// An error of the rule's choosing.
    Error {
        /// The HTTP status; 500 and above are the service's fault and retried by the SDKs.
        status: u16,
        /// The error's code, such as `InternalFailure`.
        code: String,
        /// The message that goes with it.
        #[serde(default)]
        message: String,
    },
    /// IAM refuses the operation.
    AccessDenied {},
    /// IAM refuses another action that the operation needs, such as `kms:CreateGrant` or `iam:PassRole`.
    AccessDeniedFor(String),
    /// The call is carried out and answered normally, this much later, in milliseconds of real time; never if its caller hangs up
    /// before.
    DelayMs(u64),
    /// The connection closes before anything is done.
    Drop {},
    /// Everything is done, then the connection closes without an answer.
    DropAnswer {},
}

impl Fault {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Throttle {} => "throttle",
            Self::ThrottleMs(_) => "throttle_ms",
            Self::Quota(_) => "quota",
            Self::Error { .. } => "error",
            Self::AccessDenied {} => "access_denied",
            Self::AccessDeniedFor(_) => "access_denied_for",
            Self::DelayMs(_) => "delay_ms",
            Self::Drop {} => "drop",
            Self::DropAnswer {} => "drop_answer",
        }
    }
}

/// A fault and when it strikes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// The operation's name, or `*` for any.
    pub operation: String,
    /// The first call that is struck, counted from 1 when the rule is made; none is the same as 1.
    #[serde(default)]
    pub on_call: Option<u32>,
    /// How many calls in a row are struck from there; none means all of them.
    #[serde(default)]
    pub times: Option<u32>,
    /// What goes wrong.
    pub fault: Fault,
}

#[derive(Debug)]
struct Armed {
    rule: FaultRule,
    seen: u32,
    struck: u32,
    first_struck: Option<Instant>,
    quota: TokenBucket,
}

/// Calls that a [`Fault::Quota`] still lets pass; filled up as time goes by.
#[derive(Debug, Default)]
struct TokenBucket {
    tokens: f64,
    filled: Option<Instant>,
}

impl TokenBucket {
    /// Whether one more call may pass at this moment.
    fn admits(&mut self, per_second: u32, now: Instant) -> bool {
        let capacity = f64::from(per_second);
        let filled = self.filled.map_or(capacity, |at| self.tokens + capacity * (now - at).as_secs_f64());
        self.filled = Some(now);
        self.tokens = filled.min(capacity);
        let admitted = self.tokens >= 1.0;
        if admitted {
            self.tokens -= 1.0;
        }
        admitted
    }
}

impl Armed {
    fn is_due(&mut self) -> bool {
        let now = Instant::now();
        let lasts = match self.rule.fault {
            Fault::ThrottleMs(ms) => self.first_struck.is_none_or(|first| now - first < Duration::from_millis(ms)),
            Fault::Quota(per_second) => !self.quota.admits(per_second, now),
            _ => true,
        };
        lasts && self.seen >= self.rule.on_call.unwrap_or(1) && self.rule.times.is_none_or(|times| self.struck < times)
    }
}

/// What the rules have in store for one call.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) delay: Duration,
    pub(crate) fault: Option<Fault>,
}

#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Armed>);

impl Faults {
    pub(crate) fn add(&mut self, rule: FaultRule) {
        self.0.push(Armed { rule, seen: 0, struck: 0, first_struck: None, quota: TokenBucket::default() });
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Counts one call of `operation`. Delays add up; of other faults the oldest rule that is due wins, and one that
    /// had to stand back strikes a later call instead.
    pub(crate) fn strike(&mut self, operation: &str) -> Verdict {
        let mut verdict = Verdict::default();
        for armed in &mut self.0 {
            if armed.rule.operation != "*" && armed.rule.operation != operation {
                continue;
            }
            armed.seen += 1;
            if !armed.is_due() {
                continue;
            }
            if let Fault::DelayMs(ms) = armed.rule.fault {
                verdict.delay += Duration::from_millis(ms);
            } else if verdict.fault.is_none() {
                verdict.fault = Some(armed.rule.fault.clone());
            } else {
                continue;
            }
            armed.struck += 1;
            armed.first_struck.get_or_insert_with(Instant::now);
        }
        verdict
    }
}

/// The error that a fault stands for, in the words of the service; none where it isn't an error.
pub(crate) fn error(
    fault: &Fault,
    service: Service,
    operation: &str,
    request: &Value,
    config: &Config,
) -> Option<ServiceError> {
    match (fault, service) {
        (Fault::Throttle {} | Fault::ThrottleMs(_) | Fault::Quota(_), Service::SageMaker | Service::Pricing) => {
            Some(ServiceError::new(400, "ThrottlingException", "Rate exceeded"))
        }
        (Fault::Throttle {} | Fault::ThrottleMs(_) | Fault::Quota(_), Service::CloudWatch) => {
            Some(ServiceError::new(400, "Throttling", "Rate exceeded").shaped("ThrottlingException"))
        }
        // The words for an on-demand table, which is the kind this stand-in has. They link to a page, left out here.
        (Fault::Throttle {} | Fault::ThrottleMs(_) | Fault::Quota(_), Service::DynamoDb) => Some(ServiceError::new(
            400,
            "ThrottlingException",
            "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your \
             table or index so please try again shortly.",
        )),
        (Fault::AccessDenied {}, _) => {
            let action = format!("{}:{operation}", service.name());
            Some(denied(service, &action, &resource(operation, request, config), config))
        }
        (Fault::AccessDeniedFor(action), _) => {
            Some(denied(service, action, &resource_of_action(action, operation, request, config), config))
        }
        (Fault::Error { status, code, message }, _) => Some(ServiceError::new(*status, code, message)),
        (Fault::DelayMs(_) | Fault::Drop {} | Fault::DropAnswer {}, _) => None,
    }
}

fn denied(service: Service, action: &str, resource: &str, config: &Config) -> ServiceError {
    let message = format!(
        "User: arn:{}:sts::{}:assumed-role/provider/provider is not authorized to perform: {action} on resource: \
         {resource} because no identity-based policy allows the {action} action",
        config.partition(),
        config.account,
    );
    match service {
        Service::SageMaker | Service::Pricing | Service::DynamoDb => {
            ServiceError::new(400, "AccessDeniedException", message)
        }
        Service::CloudWatch => ServiceError::new(403, "AccessDenied", message).shaped("AccessDeniedException"),
    }
}

/// What IAM would name as the resource of another action than the call's own: what the request says of it, or `*`.
fn resource_of_action(action: &str, operation: &str, request: &Value, config: &Config) -> String {
    let member = match action.split_once(':') {
        Some(("iam", _)) => "ExecutionRoleArn",
        Some(("kms", _)) => "KmsKeyId",
        Some(("sagemaker" | "cloudwatch" | "dynamodb" | "pricing", _)) => return resource(operation, request, config),
        _ => return "*".to_owned(),
    };
    request[member].as_str().unwrap_or("*").to_owned()
}

/// What IAM would name as the resource of a call: the thing that the operation is about, or `*`.
fn resource(operation: &str, request: &Value, config: &Config) -> String {
    let (partition, region, account) = (config.partition(), &config.region, &config.account);
    let about = |suffix: &str| operation.ends_with(suffix);
    let (member, prefix) = if about("EndpointConfig") {
        ("EndpointConfigName", format!("arn:{partition}:sagemaker:{region}:{account}:endpoint-config/"))
    } else if about("Endpoint") || about("WeightsAndCapacities") {
        ("EndpointName", format!("arn:{partition}:sagemaker:{region}:{account}:endpoint/"))
    } else if about("InferenceComponent") {
        ("InferenceComponentName", format!("arn:{partition}:sagemaker:{region}:{account}:inference-component/"))
    } else if about("Model") {
        ("ModelName", format!("arn:{partition}:sagemaker:{region}:{account}:model/"))
    } else if about("Dashboard") {
        ("DashboardName", format!("arn:{partition}:cloudwatch::{account}:dashboard/"))
    } else if about("Alarm") {
        ("AlarmName", format!("arn:{partition}:cloudwatch:{region}:{account}:alarm:"))
    } else if about("Item") || about("Table") || operation == "Scan" {
        ("TableName", format!("arn:{partition}:dynamodb:{region}:{account}:table/"))
    } else if about("Tags") {
        ("ResourceArn", String::new())
    } else {
        ("ResourceARN", String::new())
    };
    request[member].as_str().map_or_else(|| "*".to_owned(), |name| format!("{prefix}{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(operation: &str, on_call: Option<u32>, times: Option<u32>, fault: Fault) -> FaultRule {
        FaultRule { operation: operation.into(), on_call, times, fault }
    }

    fn struck(faults: &mut Faults, operation: &str) -> Option<&'static str> {
        faults.strike(operation).fault.map(|fault| fault.name())
    }

    #[test]
    fn a_rule_strikes_from_its_call_on_and_so_many_times() {
        let mut faults = Faults::default();
        faults.add(rule("PutDashboard", Some(2), Some(2), Fault::Throttle {}));
        let seen: Vec<_> = (0..5).map(|_| struck(&mut faults, "PutDashboard")).collect();
        assert_eq!(seen, [None, Some("throttle"), Some("throttle"), None, None]);
        assert_eq!(struck(&mut faults, "GetDashboard"), None);
    }

    #[test]
    fn a_throttling_of_no_time_is_over_with_its_first_call() {
        let mut faults = Faults::default();
        faults.add(rule("PutDashboard", None, None, Fault::ThrottleMs(0)));
        let seen: Vec<_> = (0..2).map(|_| struck(&mut faults, "PutDashboard")).collect();
        assert_eq!(seen, [Some("throttle_ms"), None]);
    }

    #[test]
    fn a_quota_lets_a_second_s_worth_pass_and_fills_up_as_time_goes_by() {
        let (mut bucket, start) = (TokenBucket::default(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        let admitted: Vec<bool> = [0, 0, 0, 0, 100, 400, 5_000].map(|ms| bucket.admits(3, at(ms))).into();
        assert_eq!(admitted, [true, true, true, false, false, true, true]);
    }

    #[test]
    fn delays_add_up_and_one_fault_waits_for_the_other() {
        let mut faults = Faults::default();
        faults.add(rule("*", None, None, Fault::DelayMs(5)));
        faults.add(rule("*", None, None, Fault::DelayMs(7)));
        faults.add(rule("ListTags", None, Some(1), Fault::Drop {}));
        faults.add(rule("*", None, Some(1), Fault::AccessDenied {}));
        let first = faults.strike("ListTags");
        assert_eq!(first.delay, Duration::from_millis(12));
        assert_eq!(first.fault.map(|fault| fault.name()), Some("drop"));
        assert_eq!(struck(&mut faults, "ListTags"), Some("access_denied"));
        assert_eq!(struck(&mut faults, "ListTags"), None);
    }

    #[test]
    fn a_denied_call_names_its_action_and_resource() {
        let request = serde_json::json!({"EndpointName": "e", "EndpointConfigName": "c"});
        let config = Config::default();
        let denied = error(&Fault::AccessDenied {}, Service::SageMaker, "CreateEndpoint", &request, &config).unwrap();
        assert!(
            denied.message.contains(
                "perform: sagemaker:CreateEndpoint on resource: arn:aws:sagemaker:us-east-1:123456789012:endpoint/e because"
            ),
            "{}",
            denied.message
        );
    }

    #[test]
    fn a_denied_action_is_named_with_what_the_request_says_of_it() {
        let request =
            serde_json::json!({"EndpointConfigName": "c", "KmsKeyId": "arn:key", "ExecutionRoleArn": "arn:role"});
        for (action, resource) in [
            ("kms:CreateGrant", "arn:key"),
            ("iam:PassRole", "arn:role"),
            ("sagemaker:AddTags", "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/c"),
            ("application-autoscaling:DescribeScalableTargets", "*"),
        ] {
            let fault = Fault::AccessDeniedFor(action.into());
            let config = Config::default();
            let denied = error(&fault, Service::SageMaker, "CreateEndpointConfig", &request, &config).unwrap();
            let told = format!("perform: {action} on resource: {resource} because");
            assert!(denied.message.contains(&told), "{}", denied.message);
            assert_eq!(denied.code, "AccessDeniedException");
        }
    }

    #[test]
    fn rules_are_read_as_the_control_interface_documents_them() {
        let parse = |text| serde_json::from_str::<FaultRule>(text);
        assert!(parse(r#"{"operation":"X","on_call":1,"times":3,"fault":{"throttle":{}}}"#).is_ok());
        assert!(parse(r#"{"operation":"X","on_call":null,"fault":{"delay_ms":500}}"#).is_ok());
        assert!(parse(r#"{"operation":"X","fault":{"error":{"status":500,"code":"InternalFailure"}}}"#).is_ok());
        assert!(parse(r#"{"operation":"X","fault":{"drop_answer":{}}}"#).is_ok());
        assert!(parse(r#"{"operation":"X","fault":{"access_denied_for":"kms:CreateGrant"}}"#).is_ok());
        assert!(parse(r#"{"operation":"X","fault":{"explode":{}}}"#).is_err());
        assert!(parse(r#"{"operation":"X","time":3,"fault":{"drop":{}}}"#).is_err());
    }
}
