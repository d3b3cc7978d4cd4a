"""A declaration that can't work fails at once, says what to change, and makes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from declaring import TOPIC, Template, config_alone, config_properties, endpoint_stack
from scenario import Scenario

VARIANT: dict[str, Any] = {"VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1}

# What is declared, and the words that the Reason must hold: the property, the value, and what would be right.
BAD: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "unknown property": ({"MetricConfig": {}}, ("MetricConfig", "MetricsConfig")),
    "unknown member, deep": (
        {"ProductionVariants": [{**VARIANT, "InitalInstanceCount": 1}]},
        ("ProductionVariants[0].InitalInstanceCount", "InitialInstanceCount"),
    ),
    "frequency that SageMaker doesn't offer": (
        {"MetricsConfig": {"MetricPublishFrequencyInSeconds": 15}},
        ("MetricsConfig.MetricPublishFrequencyInSeconds", "15", "10, 30, 60, 120, 180, 240"),
    ),
    "frequency given twice": (
        {"MetricsConfig": {"MetricPublishFrequencyInSeconds": 60, "MetricsPublishFrequencyInSeconds": 10}},
        ("MetricPublishFrequencyInSeconds", "MetricsPublishFrequencyInSeconds"),
    ),
    "word for a number": (
        {"ProductionVariants": [{**VARIANT, "InitialInstanceCount": "two"}]},
        ("ProductionVariants[0].InitialInstanceCount", "two", "integer"),
    ),
    "word for a boolean": (
        {"MetricsConfig": {"EnableEnhancedMetrics": "yes"}},
        ("MetricsConfig.EnableEnhancedMetrics", "yes", "true", "false"),
    ),
    "list for an object": ({"MetricsConfig": ["on"]}, ("MetricsConfig", "object")),
    "no endpoint name": ({"EndpointName": None}, ("EndpointName",)),
    "impossible endpoint name": ({"EndpointName": "my_chat"}, ("EndpointName", "my_chat")),
    "no variants": ({"ProductionVariants": None}, ("ProductionVariants",)),
    "no variant name": (
        {"ProductionVariants": [{"InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1}]},
        ("ProductionVariants[0]", "VariantName"),
    ),
    "no model and no role": ({"ExecutionRoleArn": None}, ("ExecutionRoleArn", "ModelName")),
    "two variants of one name": ({"ProductionVariants": [VARIANT, VARIANT]}, ("VariantName", "AllTraffic")),
    "figures for a variant that isn't there": (
        {"Variants": [{"VariantName": "Blue", "CostPerHour": 1}]},
        ("Variants[0].VariantName", "Blue", "AllTraffic"),
    ),
    "no GPUs": ({"GpusPerInstance": 0}, ("GpusPerInstance", "0")),
    "negative price": ({"CostPerHour": -5.752}, ("CostPerHour", "-5.752")),
    "price with a comma": ({"CostPerHour": "5,752"}, ("CostPerHour", "5,752", "number")),
    "instance type that nobody knows": (
        {"ProductionVariants": [{**VARIANT, "InstanceType": "ml.z9.100xlarge"}]},
        ("ml.z9.100xlarge", "GpusPerInstance"),
    ),
    "alarm period": ({"UnusedGpuAlarm": {"Period": 45}}, ("UnusedGpuAlarm.Period", "45", "60")),
    "alarm period below the frequency": (
        {"UnusedGpuAlarm": {"Period": 10}},
        ("UnusedGpuAlarm.Period", "10", "60"),
    ),
    "alarm window over a day": (
        {"UnusedGpuAlarm": {"Period": 60, "EvaluationPeriods": 1441}},
        ("UnusedGpuAlarm", "EvaluationPeriods", "1441"),
    ),
    "more datapoints than periods": (
        {"UnusedGpuAlarm": {"EvaluationPeriods": 3, "DatapointsToAlarm": 5}},
        ("UnusedGpuAlarm.DatapointsToAlarm", "5", "3"),
    ),
    "missing data": (
        {"UnusedGpuAlarm": {"TreatMissingData": "ignored"}},
        ("UnusedGpuAlarm.TreatMissingData", "ignored", "notBreaching"),
    ),
    "comparison": (
        {"UnusedGpuAlarm": {"ComparisonOperator": "GreaterThan"}},
        ("UnusedGpuAlarm.ComparisonOperator", "GreaterThan", "GreaterThanThreshold"),
    ),
    "unknown word in an alarm": ({"UnusedGpuAlarm": {"Treshold": 2}}, ("UnusedGpuAlarm.Treshold", "Threshold")),
    "six actions": ({"AlarmActions": [TOPIC] * 6}, ("AlarmActions", "6", "5")),
    "dashboard name": (
        {"Dashboard": {"DashboardName": "my dashboard"}},
        ("Dashboard.DashboardName", "my dashboard"),
    ),
    "GPU dimension": ({"GpuDimension": "Gpu"}, ("GpuDimension", "Gpu", "GpuId", "AcceleratorId")),
    "component without a name": (
        {"InferenceComponents": [{"Label": "Chat"}]},
        ("InferenceComponents[0]", "Name"),
    ),
}  # fmt: skip


KINDS: dict[str, Callable[..., Template]] = {"config": config_alone, "endpoint": endpoint_stack}
# A MonitoredEndpoint may leave its name out.
CASES = [(kind, bad) for kind in KINDS for bad in BAD if (kind, bad) != ("endpoint", "no endpoint name")]


@pytest.mark.parametrize(("kind", "bad"), CASES, ids=[f"{kind}, {bad}" for kind, bad in CASES])
def test_a_bad_declaration_fails_at_once_and_makes_nothing(aws: Scenario, kind: str, bad: str) -> None:
    declared, words = BAD[bad]
    stack = aws.stack()
    assert stack.create(KINDS[kind](aws.token, "chat", **declared)) == "ROLLBACK_COMPLETE"
    create = aws.exchanges()[0]
    reason = create["answers"][0]["Reason"]
    assert [word for word in words if word not in reason] == [], reason
    assert create["seconds"] < 5
    assert aws.requests() == ["Create", "Delete"]
    assert aws.stand_in.writes() == []


def test_all_problems_are_told_together(aws: Scenario) -> None:
    stack = aws.stack()
    template = config_alone(
        aws.token,
        "chat",
        MetricsConfig={"MetricPublishFrequencyInSeconds": 15},
        CostPerHour=-1,
        Dashbord={},
        UnusedGpuAlarm={"TreatMissingData": "ignored"},
    )
    assert stack.create(template) == "ROLLBACK_COMPLETE"
    reason = stack.reason("Config")
    for name in ("MetricPublishFrequencyInSeconds", "CostPerHour", "Dashbord", "TreatMissingData"):
        assert name in reason, reason


def test_hundreds_of_problems_still_make_one_answer(aws: Scenario) -> None:
    """The Reason is cut to what the answer's 4,096 bytes hold; the fixture checks the answer itself."""
    stack = aws.stack()
    unknown = {f"Unbekannt{'ü' * 40}{number}": "x" * 200 for number in range(120)}
    assert stack.create(config_alone(aws.token, "chat", **unknown)) == "ROLLBACK_COMPLETE"
    assert "Unbekannt" in stack.reason("Config")
    assert aws.stand_in.writes() == []


def test_monitored_endpoint_may_leave_its_name_to_the_stack_and_nothing_else(aws: Scenario) -> None:
    """Without a name and without variants, only the variants are missed."""
    stack = aws.stack()
    template = endpoint_stack(aws.token, "chat", EndpointName=None, ProductionVariants=None)
    assert stack.create(template) == "ROLLBACK_COMPLETE"
    reason = stack.reason("Chat")
    assert "ProductionVariants" in reason and "Properties.EndpointName" not in reason, reason
    assert aws.stand_in.writes() == []


def test_an_unknown_type_is_told_the_known_ones(aws: Scenario) -> None:
    stack = aws.stack()
    properties = config_properties(aws.token, "chat")
    template = {"Resources": {"Chat": {"Type": "Custom::MonitoredEndpointConfigs", "Properties": properties}}}
    assert stack.create(template) == "ROLLBACK_COMPLETE"
    reason = stack.reason("Chat")
    assert "Custom::MonitoredEndpointConfig" in reason and "Custom::EndpointMonitoring" in reason, reason
    assert aws.stand_in.writes() == []
