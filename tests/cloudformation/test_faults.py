"""AWS has bad moments: throttling, errors of its own, broken connections. Stacks come through them, or say plainly why not."""

from __future__ import annotations

from typing import Any

import pytest
from declaring import config_alone, config_stack
from scenario import Scenario, owned_by

FASTER = {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 10}
WRITES = ("CreateEndpointConfig", "PutDashboard", "PutMetricAlarm")
READS = ("DescribeEndpointConfig", "DescribeAlarms", "GetDashboard", "ListTagsForResource")
PASSING: dict[str, dict[str, Any]] = {
    "throttling": {"throttle": {}},
    "internal failure": {"error": {"status": 500, "code": "InternalFailure", "message": "try again"}},
    "a connection that breaks": {"drop": {}},
    "an answer that is lost": {"drop_answer": {}},
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_create_comes_through_what_passes(aws: Scenario, fault: dict[str, Any]) -> None:
    for operation in (*WRITES, *READS):
        aws.stand_in.fault(operation, fault, times=1)
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    for kind in ("configs", "dashboards", "alarms"):
        assert owned_by(aws.only(kind), stack, "Config"), kind


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_delete_comes_through_what_passes(aws: Scenario, fault: dict[str, Any]) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    for operation in ("DeleteEndpointConfig", "DeleteDashboards", "DeleteAlarms", *READS):
        aws.stand_in.fault(operation, fault, times=1)
    assert stack.delete() == "DELETE_COMPLETE", stack.reason("Config")
    assert aws.empty(), aws.picture()


def test_throttling_is_waited_out_seven_times(aws: Scenario) -> None:
    """The SDK's three attempts are too few (facts: at least eight inside the deadline)."""
    aws.stand_in.fault("PutMetricAlarm", {"throttle": {}}, times=7)
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")


@pytest.mark.parametrize("operation", [*WRITES, *READS])
def test_a_missing_permission_fails_at_once_and_is_named(aws: Scenario, operation: str) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    before = aws.picture()
    aws.stand_in.fault(operation, {"access_denied": {}}, times=1)
    changed = config_alone(aws.token, "chat", MetricsConfig=FASTER, Dashboard={"Start": "-PT1H"}, UnusedGpuAlarm={"Threshold": 3})
    assert stack.update(changed) == "UPDATE_ROLLBACK_COMPLETE"
    failed = next(e for e in aws.exchanges() if e["answers"][0]["Status"] == "FAILED")
    assert operation in failed["answers"][0]["Reason"]
    assert failed["seconds"] < 5
    assert aws.picture() == before


@pytest.mark.quick
def test_a_delete_that_is_not_allowed_can_be_repeated(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    aws.stand_in.fault("DeleteAlarms", {"access_denied": {}}, times=1)
    assert stack.delete() == "DELETE_FAILED"
    assert "DeleteAlarms" in stack.reason("Config")
    assert stack.delete() == "DELETE_COMPLETE"
    assert aws.empty(), aws.picture()
