"""Whatever fails, CloudFormation's rollback ends well: nothing is left of a create, and an update leaves what was there."""

from __future__ import annotations

import pytest
from declaring import config_alone, config_stack, with_failing_last_resource
from scenario import Scenario

FASTER = {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 10}


@pytest.mark.parametrize("operation", ["CreateEndpointConfig", "PutDashboard", "PutMetricAlarm"])
def test_a_create_that_fails_halfway_leaves_nothing(aws: Scenario, operation: str) -> None:
    aws.stand_in.fault(operation, {"access_denied": {}}, times=1)
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "ROLLBACK_COMPLETE"
    assert operation in stack.reason("Config")  # AccessDenied names the action
    assert aws.requests() == ["Create", "Delete"]
    assert aws.empty(), aws.picture()


@pytest.mark.quick
def test_another_resources_failure_takes_ours_back(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(with_failing_last_resource(config_stack(aws.token, "chat"))) == "ROLLBACK_COMPLETE"
    assert aws.requests() == ["Create", "Delete"]
    assert aws.empty(), aws.picture()


def test_an_endpoint_that_never_comes_up_takes_ours_back(aws: Scenario) -> None:
    aws.stand_in.next_transition("chat", "fail", "no capacity for ml.g6.12xlarge")
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "ROLLBACK_COMPLETE"
    assert "no capacity" in stack.reason("Endpoint")
    assert aws.empty(), aws.picture()


@pytest.mark.parametrize("operation", ["CreateEndpointConfig", "PutDashboard", "PutMetricAlarm"])
def test_an_update_of_ours_that_fails_leaves_the_old_state_whole(aws: Scenario, operation: str) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    before, old = aws.picture(), stack.physical_id("Config")
    aws.stand_in.fault(operation, {"access_denied": {}}, times=1)

    changed = config_stack(aws.token, "chat", MetricsConfig=FASTER, Dashboard={"Start": "-PT1H"}, UnusedGpuAlarm={"Threshold": 3})
    assert stack.update(changed) == "UPDATE_ROLLBACK_COMPLETE"
    assert operation in stack.reason("Config")
    assert [(e["event"]["RequestType"], e["event"].get("PhysicalResourceId")) for e in aws.exchanges()[:3]] == [
        ("Create", None),
        ("Update", old),
        ("Update", old),
    ]
    assert stack.physical_id("Config") == old
    assert aws.picture() == before


@pytest.mark.quick
def test_a_replacement_that_another_resource_makes_fail_is_taken_back(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    before, old = aws.picture(), stack.physical_id("Config")

    changed = with_failing_last_resource(config_stack(aws.token, "chat", MetricsConfig=FASTER))
    assert stack.update(changed) == "UPDATE_ROLLBACK_COMPLETE"
    asked = [(e["event"]["RequestType"], e["event"].get("PhysicalResourceId")) for e in aws.exchanges()]
    new = asked[2][1]
    assert new not in (None, old)
    # aws-cdk pull request 29581: an Update with the id of the new one, then its Delete.
    assert asked == [("Create", None), ("Update", old), ("Update", new), ("Delete", new)]
    assert stack.physical_id("Config") == old
    assert aws.picture() == before


def test_an_endpoint_that_refuses_the_new_config_keeps_the_old_one(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    before = aws.picture()
    aws.stand_in.next_transition("chat", "rollback", "the containers failed their health check")
    assert stack.update(config_stack(aws.token, "chat", MetricsConfig=FASTER)) == "UPDATE_ROLLBACK_COMPLETE"
    assert "health check" in stack.reason("Endpoint")
    assert aws.picture() == before


def test_a_change_in_place_that_another_resource_makes_fail_is_taken_back(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    before = aws.picture()
    changed = config_alone(aws.token, "chat", Dashboard={"DashboardName": "chat-models"}, UnusedGpuAlarm={"Enabled": False})
    assert stack.update(with_failing_last_resource(changed)) == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.picture() == before


def test_an_update_to_a_bad_declaration_changes_nothing(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    before = aws.picture()
    aws.stand_in.forget_calls()
    bad = config_stack(aws.token, "chat", MetricsConfig={"MetricPublishFrequencyInSeconds": 15})
    assert stack.update(bad) == "UPDATE_ROLLBACK_COMPLETE"
    assert "MetricPublishFrequencyInSeconds" in stack.reason("Config")
    assert aws.stand_in.writes() == []
    assert aws.picture() == before


def test_a_replacement_with_other_names_is_taken_back(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    before = aws.picture()
    changed = config_stack(
        aws.token,
        "chat",
        MetricsConfig=FASTER,
        Dashboard={"DashboardName": "chat-models"},
        UnusedGpuAlarm={"AlarmName": "chat-waste"},
        Tags=[{"Key": "stage", "Value": "beta"}],
    )
    assert stack.update(with_failing_last_resource(changed)) == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.picture() == before


def test_another_logical_id_cannot_take_the_old_ones_monitoring(aws: Scenario) -> None:
    """Under another logical id the same names belong to another owner: refused, and the old resource keeps everything."""
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    before = aws.picture()
    renamed = {"Resources": {"Renamed": config_alone(aws.token, "chat")["Resources"]["Config"]}}
    assert stack.update(renamed) == "UPDATE_ROLLBACK_COMPLETE"
    assert "chat-monitoring" in stack.reason("Renamed")
    assert aws.picture() == before
