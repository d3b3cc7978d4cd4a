"""A stack that declares a monitored endpoint config comes up complete."""

from __future__ import annotations

import pytest
from declaring import COST_PER_HOUR, TOPIC, config_alone, config_stack, with_outputs
from scenario import Scenario, owned_by

ATTRIBUTES = (
    "EndpointName",
    "EndpointConfigName",
    "EndpointConfigArn",
    "DashboardName",
    "DashboardArn",
    "DashboardUrl",
    "GpuBufferAlarmArn",
    "GpuBufferAlarmName",
    "IdleGpuAlarmArn",
    "IdleGpuAlarmName",
    "NoTrafficAlarmArn",
    "NoTrafficAlarmName",
    "UnusedGpuAlarmName",
    "UnusedGpuAlarmArn",
)


@pytest.mark.quick
def test_create_makes_the_config_the_dashboard_and_the_alarm(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")

    config, endpoint = aws.only("configs"), aws.only("endpoints")
    assert config["MetricsConfig"]["EnableEnhancedMetrics"] is True
    assert config["MetricsConfig"]["MetricPublishFrequencyInSeconds"] == 60
    assert config["ProductionVariants"][0]["InstanceType"] == "ml.g6.12xlarge"
    assert endpoint == {"status": "InService", "config": config["EndpointConfigName"]}
    assert set(aws.picture()["dashboards"]) == {"chat-monitoring"}
    assert set(aws.picture()["alarms"]) == {"chat-unused-gpu"}


def test_create_marks_all_it_makes_as_its_own(aws: Scenario) -> None:
    stack = aws.stack()
    tags = [{"Key": "team", "Value": "inference"}]
    assert stack.create(config_alone(aws.token, "chat", Tags=tags)) == "CREATE_COMPLETE", stack.reason("Config")
    for kind in ("configs", "dashboards", "alarms"):
        thing = aws.only(kind)
        assert owned_by(thing, stack, "Config"), (kind, thing["Tags"])
        assert thing["Tags"]["team"] == "inference", (kind, thing["Tags"])


@pytest.mark.quick
def test_ref_and_attributes_name_what_was_made(aws: Scenario) -> None:
    stack = aws.stack()
    template = with_outputs(config_stack(aws.token, "chat"), "Config", *ATTRIBUTES)
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Config")
    config = aws.only("configs")
    outputs = stack.outputs
    assert outputs["Ref"] == outputs["EndpointConfigName"] == config["EndpointConfigName"]
    assert outputs["EndpointConfigArn"] == config["EndpointConfigArn"]
    assert outputs["EndpointName"] == "chat"
    assert outputs["DashboardName"] == "chat-monitoring"
    assert outputs["DashboardArn"].endswith(":dashboard/chat-monitoring")
    assert outputs["DashboardUrl"].startswith("https://") and "chat-monitoring" in outputs["DashboardUrl"]
    assert outputs["UnusedGpuAlarmName"] == "chat-unused-gpu"
    assert outputs["UnusedGpuAlarmArn"] == aws.only("alarms")["AlarmArn"]


def test_metrics_are_enhanced_every_minute_when_nothing_is_said(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat", MetricsConfig=None)) == "CREATE_COMPLETE", stack.reason("Config")
    metrics = aws.only("configs")["MetricsConfig"]
    assert metrics["EnableEnhancedMetrics"] is True
    assert metrics["MetricPublishFrequencyInSeconds"] == 60


@pytest.mark.parametrize("frequency", [10, "10"])
def test_the_articles_spelling_of_the_frequency_is_understood(aws: Scenario, frequency: object) -> None:
    stack = aws.stack()
    metrics = {"EnableEnhancedMetrics": "true", "MetricsPublishFrequencyInSeconds": frequency}
    assert stack.create(config_alone(aws.token, "chat", MetricsConfig=metrics)) == "CREATE_COMPLETE", stack.reason("Config")
    assert aws.only("configs")["MetricsConfig"]["MetricPublishFrequencyInSeconds"] == 10


def test_types_are_restored_from_cloudformations_strings(aws: Scenario) -> None:
    stack = aws.stack()
    variant = {
        "VariantName": "AllTraffic",
        "InstanceType": "ml.g6.12xlarge",
        "InitialInstanceCount": "2",
        "InitialVariantWeight": "0.5",
        "EnableSSMAccess": "false",
        "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": "1", "MaxInstanceCount": 4},
    }
    template = config_alone(
        aws.token,
        "chat",
        ProductionVariants=[variant],
        EnableNetworkIsolation="false",
        MetricsConfig={"EnableEnhancedMetrics": "false", "MetricPublishFrequencyInSeconds": "300"},
    )
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Config")
    config = aws.only("configs")
    made = config["ProductionVariants"][0]
    assert (made["InitialInstanceCount"], made["InitialVariantWeight"], made["EnableSSMAccess"]) == (2, 0.5, False)
    assert made["ManagedInstanceScaling"] == {"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 4}
    assert config["MetricsConfig"]["EnableEnhancedMetrics"] is False
    assert config["MetricsConfig"]["MetricPublishFrequencyInSeconds"] == 300


def test_the_alarm_is_plain_metric_math_on_the_reservation(aws: Scenario) -> None:
    stack = aws.stack()
    template = config_alone(aws.token, "chat", AlarmActions=[TOPIC], UnusedGpuAlarm={"Threshold": "2"})
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Config")
    alarm = aws.only("alarms")
    assert alarm["Threshold"] == 2.0
    assert alarm["AlarmActions"] == [TOPIC]
    metrics = {m["MetricStat"]["Metric"]["MetricName"] for m in alarm["Metrics"] if "MetricStat" in m}
    expressions = [m["Expression"] for m in alarm["Metrics"] if "Expression" in m]
    assert "GPUReservation" in metrics
    assert not any("SEARCH" in expression for expression in expressions)
    assert sum(m.get("ReturnData", True) for m in alarm["Metrics"]) == 1
    periods = {m["MetricStat"]["Period"] for m in alarm["Metrics"] if "MetricStat" in m}
    assert periods and min(periods) * alarm["EvaluationPeriods"] == 1800


def test_the_dashboard_says_what_every_series_is(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    body = str(aws.only("dashboards")["body"])
    for label in ("Instances", "Used GPUs", "Unused GPUs", "Chat $ per hour"):
        assert label in body, label
    assert str(COST_PER_HOUR) in body


def test_cost_panels_are_left_out_without_a_price(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat", CostPerHour=None)) == "CREATE_COMPLETE", stack.reason("Config")
    assert "Chat $" not in str(aws.only("dashboards")["body"])


def test_a_price_left_to_auto_is_looked_up(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat", CostPerHour="Auto")) == "CREATE_COMPLETE", stack.reason("Config")
    body = str(aws.only("dashboards")["body"])
    assert "Chat $" in body and str(COST_PER_HOUR) in body
    assert "costs about $34.51 a day" in aws.only("alarms")["AlarmDescription"]


def test_the_longest_names_still_fit_into_the_answer(aws: Scenario) -> None:
    endpoint, dashboard, alarm = "e" * 63, "d" * 255, "a" * 255
    stack = aws.stack()
    template = config_alone(
        aws.token, endpoint, Dashboard={"DashboardName": dashboard}, UnusedGpuAlarm={"AlarmName": alarm}, InferenceComponents=None
    )
    assert stack.create(with_outputs(template, "Config", *ATTRIBUTES)) == "CREATE_COMPLETE", stack.reason("Config")
    assert (set(aws.picture()["dashboards"]), set(aws.picture()["alarms"])) == ({dashboard}, {alarm})
    assert stack.outputs["EndpointName"] == endpoint
    assert len(stack.outputs["Ref"]) <= 63
