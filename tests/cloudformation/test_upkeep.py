"""Monitoring that is kept right between stack operations: the provider stack's rules, and what their events do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from declaring import config_alone, config_stack
from scenario import Scenario

WAKES = Path(__file__).parent.parent.parent / "events" / "wakes"
FIRST_METRIC = {
    "namespace": "/aws/sagemaker/InferenceComponents",
    "name": "GPUUtilizationNormalized",
    "dimensions": {"EndpointName": "chat", "InferenceComponentName": "chat-chat", "GpuId": "0"},
}


def wake(aws: Scenario, function: str, event: dict[str, Any]) -> dict[str, Any]:
    """Has EventBridge's target run, and gives what it returns."""
    kept: dict[str, Any] = aws.invoke(function, event)["KeptRight"]
    return kept


def rules(aws: Scenario, function: str) -> list[dict[str, Any]]:
    """The rules whose target the function is, each with its `Input` where it has one."""
    events = aws.account.client("events")
    found = []
    for rule in events.list_rules()["Rules"]:
        targets = [t for t in events.list_targets_by_rule(Rule=rule["Name"])["Targets"] if t["Arn"] == function]
        found += [{**rule, "Input": target.get("Input")} for target in targets]
    return found


@pytest.mark.quick
def test_a_new_endpoint_s_dashboard_is_settled_by_the_hourly_rule(aws: Scenario, keeping: str) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(keeping, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    dashboard = json.dumps(aws.only("dashboards"))
    assert "GpuId" in dashboard and "AcceleratorId" in dashboard, "nothing is published yet"
    aws.stand_in.publish([FIRST_METRIC])
    [hourly] = [rule for rule in rules(aws, keeping) if rule["Input"]]
    kept = wake(aws, keeping, json.loads(hourly["Input"]))
    assert (kept["Changed"], kept["Failed"]) == (1, 0), kept
    settled = json.dumps(aws.only("dashboards"))
    assert "GpuId" in settled and "AcceleratorId" not in settled
    # The stack knows nothing of it, and goes on from what is there.
    aws.stand_in.forget_calls()
    assert stack.update(config_stack(keeping, "chat", ServiceTimeout="600")) == "UPDATE_COMPLETE"
    assert aws.stand_in.writes() == []
    assert stack.delete() == "DELETE_COMPLETE"
    assert aws.empty()


def test_a_config_that_its_delete_had_to_leave_goes_once_nobody_serves_on_it(aws: Scenario, keeping: str) -> None:
    stack, sagemaker = aws.stack(), aws.stand_in.sagemaker
    assert stack.create(config_alone(keeping, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    [old] = aws.picture()["configs"]
    aws.make_endpoint("chat", old)
    every_10_s = {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 10}
    assert stack.update(config_alone(keeping, "chat", MetricsConfig=every_10_s)) == "UPDATE_COMPLETE", stack.reason("Config")
    [new] = aws.picture()["configs"].keys() - {old}
    event = json.loads((WAKES / "endpoint-state-change.json").read_text())
    event["detail"]["EndpointName"] = "chat"
    assert wake(aws, keeping, event)["Changed"] == 0, "the endpoint still serves on it"
    sagemaker.update_endpoint(EndpointName="chat", EndpointConfigName=new)
    aws.stand_in.advance(60_000)
    assert wake(aws, keeping, event)["Changed"] == 1
    assert list(aws.picture()["configs"]) == [new]
    sagemaker.delete_endpoint(EndpointName="chat")
    aws.stand_in.advance(60_000)
    assert stack.delete() == "DELETE_COMPLETE"
    assert aws.empty()


def test_the_rules_are_for_the_events_that_wake(aws: Scenario, keeping: str) -> None:
    events = aws.account.client("events")
    [pattern] = [rule["EventPattern"] for rule in rules(aws, keeping) if rule.get("EventPattern")]
    for name in ("endpoint-state-change", "endpoint-config-state-change"):
        event = json.loads((WAKES / f"{name}.json").read_text())
        assert events.test_event_pattern(EventPattern=pattern, Event=json.dumps(event))["Result"], name
        assert wake(aws, keeping, event)["Failed"] == 0
    assert sorted(r["ScheduleExpression"] for r in rules(aws, keeping) if r.get("ScheduleExpression")) == ["rate(1 day)", "rate(1 hour)"]


def test_without_the_parameter_there_is_no_rule(aws: Scenario) -> None:
    assert rules(aws, aws.token) == []
