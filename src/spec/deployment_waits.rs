//! Whether a deployment can end before CloudFormation gives it up: its declared waits alone may take longer.
//!
//! Each stage of a deployment ends with a wait of `WaitIntervalInSeconds`
//! (<https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html>, "baking period"). How many stages there
//! are depends on how many instances run; what is counted here are the fewest that the pages allow, so that nothing is refused that
//! might work.

use aws_sdk_sagemaker::types::{
    BlueGreenUpdatePolicy, CapacitySizeType, DeploymentConfig, RollingUpdatePolicy, TrafficRoutingConfig,
    TrafficRoutingConfigType,
};

use crate::deadline::SERVICE_TIMEOUT;
use crate::properties::{Member, Problems};

/// A policy's waits, in seconds.
struct Waits {
    /// Where the wait of one stage stands.
    interval_path: String,
    /// How often it is waited at least.
    stages: i64,
    interval: i64,
    termination: i64,
    limit: Option<i64>,
}

/// Validates how a resource that CloudFormation waits `service_timeout` seconds for is to be deployed.
pub(super) fn validate(config: &Member<'_, DeploymentConfig>, service_timeout: Option<i64>, problems: &Problems) {
    if !problems.clean(&config.path) {
        return;
    }
    let (blue_green, rolling) = (config.blue_green_update_policy().given(), config.rolling_update_policy().given());
    if let (Some(_), Some(rolling)) = (&blue_green, &rolling) {
        // <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_BlueGreenUpdatePolicy.html>
        let message = "can't be combined with BlueGreenUpdatePolicy: a deployment has one policy; keep one of them";
        problems.conflict(&rolling.path, message);
        return;
    }
    let routing = blue_green.as_ref().and_then(|policy| policy.traffic_routing_configuration().given());
    sizes(routing.as_ref(), rolling.as_ref(), problems);
    let waits = [blue_green.as_ref().map(of_blue_green), rolling.as_ref().map(of_rolling)];
    for waits in waits.iter().flatten() {
        waits.fit(service_timeout, problems);
    }
}

/// All at once is one stage, a canary and the rest are two, and a linear step is half of the fleet at most.
fn of_blue_green(policy: &Member<'_, BlueGreenUpdatePolicy>) -> Waits {
    let routing = policy.traffic_routing_configuration();
    let declared = routing.value.as_ref();
    let in_steps = declared
        .and_then(|routing| routing.r#type.as_ref())
        .is_some_and(|kind| matches!(kind, TrafficRoutingConfigType::Canary | TrafficRoutingConfigType::Linear));
    Waits {
        interval_path: routing.given().map_or(routing.path, |routing| routing.wait_interval_in_seconds().path),
        stages: if in_steps { 2 } else { 1 },
        interval: seconds(declared.and_then(|routing| routing.wait_interval_in_seconds)),
        termination: seconds(policy.value.termination_wait_in_seconds),
        limit: policy.value.maximum_execution_timeout_in_seconds.map(i64::from),
    }
}

/// A batch is half of the fleet at most.
fn of_rolling(policy: &Member<'_, RollingUpdatePolicy>) -> Waits {
    Waits {
        interval_path: policy.wait_interval_in_seconds().path,
        stages: 2,
        interval: seconds(policy.value.wait_interval_in_seconds),
        termination: 0,
        limit: policy.value.maximum_execution_timeout_in_seconds.map(i64::from),
    }
}

fn seconds(declared: Option<i32>) -> i64 {
    declared.map_or(0, i64::from)
}

impl Waits {
    fn fit(&self, service_timeout: Option<i64>, problems: &Problems) {
        let Self { interval_path: path, stages, interval, termination, limit } = self;
        let total = stages.saturating_mul(*interval).saturating_add(*termination);
        let waits = format!(
            "{stages} × {interval} s{}",
            if *termination > 0 { format!(" and {termination} s of TerminationWaitInSeconds") } else { String::new() }
        );
        let longest = i64::from(*SERVICE_TIMEOUT.end());
        let timeout = service_timeout.unwrap_or(longest);
        if total >= timeout {
            let raise =
                if timeout < longest { format!(", or raise ServiceTimeout (up to {longest})") } else { String::new() };
            let message = format!(
                "a deployment waits {waits}, {total} s in all, and CloudFormation gives it up after {timeout} s \
                 (ServiceTimeout); lower the waits{raise}"
            );
            problems.conflict(path, message);
        } else if let Some(limit) = limit.filter(|limit| total >= *limit) {
            let message = format!(
                "a deployment waits {waits}, {total} s in all, and SageMaker gives it up after \
                 MaximumExecutionTimeoutInSeconds, {limit} s; raise that, or lower the waits"
            );
            problems.conflict(path, message);
        }
    }
}

/// Shares of the fleet, in percent: <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TrafficRoutingConfig.html> and
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RollingUpdatePolicy.html>.
fn sizes(
    routing: Option<&Member<'_, TrafficRoutingConfig>>,
    rolling: Option<&Member<'_, RollingUpdatePolicy>>,
    problems: &Problems,
) {
    let of_routing = routing.map(|it| [(it.canary_size(), 1, 50), (it.linear_step_size(), 10, 50)]);
    let of_rolling = rolling.map(|it| [(it.maximum_batch_size(), 5, 50), (it.rollback_maximum_batch_size(), 1, 100)]);
    for (size, least, most) in of_routing.into_iter().chain(of_rolling).flatten() {
        let size = size.given().filter(|size| size.value.r#type == Some(CapacitySizeType::CapacityPercent));
        let Some(size) = size else { continue };
        if let Some(value) = size.value.value.filter(|value| !(least..=most).contains(value)) {
            let message = format!("{value} is not a share of the fleet that this takes; use {least} to {most} percent");
            problems.invalid(&size.value().path, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::envelope::ResourceType;
    use crate::properties::{Declaration, Problems};

    fn problem(timeout: Option<i64>, deployment: &Value) -> String {
        let problems = Problems::default();
        let declared = json!({"DeploymentConfig": deployment, "ServiceTimeout": timeout});
        let declaration = Declaration::read(ResourceType::MonitoredEndpoint, &declared, &problems).unwrap();
        assert!(problems.is_empty(), "{problems}");
        let config = declaration.deployment_members().unwrap().deployment_config().given().unwrap();
        super::validate(&config, declaration.service_timeout.value, &problems);
        problems.to_string()
    }

    fn blue_green(kind: &str, interval: i32, termination: i32) -> Value {
        json!({"BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": interval},
            "TerminationWaitInSeconds": termination,
        }})
    }

    #[test]
    fn waits_that_outlast_cloudformation_s_patience_are_said() {
        let said = problem(None, &blue_green("CANARY", 1500, 600));
        assert_eq!(
            said,
            "Properties.DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.WaitIntervalInSeconds: a deployment \
             waits 2 × 1500 s and 600 s of TerminationWaitInSeconds, 3600 s in all, and CloudFormation gives it up after 3600 s \
             (ServiceTimeout); lower the waits"
        );
        let said = problem(
            Some(900),
            &json!({"RollingUpdatePolicy": {
                "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 1}, "WaitIntervalInSeconds": 450,
            }}),
        );
        assert!(said.contains("RollingUpdatePolicy.WaitIntervalInSeconds: a deployment waits 2 × 450 s"), "{said}");
        assert!(said.ends_with("lower the waits, or raise ServiceTimeout (up to 3600)"), "{said}");
    }

    #[test]
    fn what_may_work_passes() {
        for (timeout, deployment) in [
            (None, blue_green("ALL_AT_ONCE", 3599, 0)),
            (None, blue_green("LINEAR", 1799, 0)),
            (Some(900), blue_green("CANARY", 300, 200)),
            (None, blue_green("TELEPATHY", 3000, 500)),
        ] {
            assert_eq!(problem(timeout, &deployment), "no problems", "{deployment}");
        }
    }

    #[test]
    fn a_deployment_s_own_limit_and_its_shares_count_too() {
        let mut limited = blue_green("CANARY", 300, 100);
        limited["BlueGreenUpdatePolicy"]["MaximumExecutionTimeoutInSeconds"] = json!(700);
        let said = problem(None, &limited);
        assert!(
            said.contains("SageMaker gives it up after MaximumExecutionTimeoutInSeconds, 700 s; raise that"),
            "{said}"
        );
        let mut steps = blue_green("LINEAR", 60, 0);
        steps["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]["LinearStepSize"] =
            json!({"Type": "CAPACITY_PERCENT", "Value": 60});
        assert!(problem(None, &steps).contains("LinearStepSize.Value: 60 is not a share"), "{}", problem(None, &steps));
        let both = json!({
            "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}},
            "RollingUpdatePolicy": {
                "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 20}, "WaitIntervalInSeconds": 60,
            },
        });
        assert!(problem(None, &both).contains("RollingUpdatePolicy: can't be combined with BlueGreenUpdatePolicy"));
    }
}
