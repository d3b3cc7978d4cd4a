"""Delete removes what its id made and nothing newer, and says success of what is gone already."""

from __future__ import annotations

import copy

import pytest
from declaring import config_alone, config_stack
from scenario import Scenario

FASTER = {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 10}


@pytest.mark.quick
def test_delete_removes_everything(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    assert stack.delete() == "DELETE_COMPLETE"
    assert aws.empty(), aws.picture()


@pytest.mark.parametrize("gone", ["config", "dashboard", "alarm", "everything"])
def test_delete_of_things_already_gone_succeeds(aws: Scenario, gone: str) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    if gone in ("config", "everything"):
        aws.stand_in.sagemaker.delete_endpoint_config(EndpointConfigName=stack.physical_id("Config"))
    if gone in ("dashboard", "everything"):
        aws.stand_in.cloudwatch.delete_dashboards(DashboardNames=["chat-monitoring"])
    if gone in ("alarm", "everything"):
        aws.stand_in.cloudwatch.delete_alarms(AlarmNames=["chat-unused-gpu"])
    assert stack.delete() == "DELETE_COMPLETE", stack.reason("Config")
    assert aws.empty(), aws.picture()


def test_delete_twice_writes_nothing_the_second_time(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    assert stack.delete() == "DELETE_COMPLETE"
    aws.stand_in.forget_calls()
    again = aws.account.deliver_again(aws.exchanges()[-1]["id"])
    assert [answer["Status"] for answer in again["answers"]] == ["SUCCESS", "SUCCESS"]
    assert aws.stand_in.writes() == []


@pytest.mark.parametrize("stale", ["made up by CloudFormation", "chat-0000000000", "x" * 1000])
def test_delete_with_an_unknown_id_succeeds_and_touches_nothing(aws: Scenario, stale: str) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    before = aws.picture()
    event = _delete_event(aws, PhysicalResourceId=stale)
    aws.stand_in.forget_calls()
    exchange = aws.account.deliver(aws.token, event)
    assert exchange["answers"][0]["Status"] == "SUCCESS", exchange["answers"]
    assert aws.stand_in.writes() == []
    assert aws.picture() == before


def test_delete_of_the_replaced_config_comes_late_and_hurts_nothing(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    assert stack.update(config_stack(aws.token, "chat", MetricsConfig=FASTER)) == "UPDATE_COMPLETE", stack.reason("Config")
    before = aws.picture()
    late = next(e for e in aws.exchanges() if e["event"]["RequestType"] == "Delete")
    aws.stand_in.forget_calls()
    again = aws.account.deliver_again(late["id"])
    assert again["answers"][-1]["Status"] == "SUCCESS"
    assert aws.stand_in.writes() == []
    assert aws.picture() == before


@pytest.mark.quick
def test_a_config_under_a_live_endpoint_is_left_standing(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    config = stack.physical_id("Config")
    aws.make_endpoint("chat", config)
    aws.stand_in.forget_calls()

    assert stack.delete() == "DELETE_COMPLETE", stack.reason("Config")
    assert "DeleteEndpointConfig" not in aws.stand_in.writes()
    assert list(aws.picture()["configs"]) == [config]
    answer = aws.exchanges()[-1]["answers"][0]
    assert "chat" in answer["Reason"] and config in answer["Reason"], answer
    assert config in aws.output()


def test_a_replaced_config_that_the_endpoint_is_still_on_is_left_standing(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    old = stack.physical_id("Config")
    aws.make_endpoint("chat", old)
    assert stack.update(config_alone(aws.token, "chat", MetricsConfig=FASTER)) == "UPDATE_COMPLETE", stack.reason("Config")
    picture = aws.picture()
    assert set(picture["configs"]) == {old, stack.physical_id("Config")}
    assert picture["endpoints"]["chat"] == {"status": "InService", "config": old}


def _delete_event(aws: Scenario, **changes: str) -> dict[str, object]:
    """A Delete of the resource that the last Create made, as CloudFormation would send it, with `changes`."""
    exchange = aws.exchanges()[-1]
    event = copy.deepcopy(exchange["event"])
    del event["ResponseURL"]
    event["PhysicalResourceId"] = exchange["answers"][0]["PhysicalResourceId"]
    return {**event, "RequestType": "Delete", "RequestId": "a-request-of-this-test", **changes}
