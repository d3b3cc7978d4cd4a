"""What isn't this stack's and this resource's is never changed or deleted, unless AdoptExisting says so."""

from __future__ import annotations

import copy
import json

import pytest
from declaring import config_alone, monitoring_stack
from scenario import Scenario, owned_by

BODY = json.dumps({"widgets": [{"type": "text", "width": 6, "height": 2, "properties": {"markdown": "ours"}}]})


@pytest.mark.quick
def test_two_stacks_cannot_have_one_dashboard(aws: Scenario) -> None:
    first, second = aws.stack("-first"), aws.stack("-second")
    shared = {"Dashboard": {"DashboardName": "shared"}}
    assert first.create(config_alone(aws.token, "chat", **shared)) == "CREATE_COMPLETE", first.reason("Config")
    before = aws.picture()
    assert second.create(config_alone(aws.token, "search", **shared)) == "ROLLBACK_COMPLETE"
    reason = second.reason("Config")
    assert "shared" in reason and "AdoptExisting" in reason, reason
    assert aws.picture() == before
    assert second.delete() == "DELETE_COMPLETE"
    assert aws.picture() == before


def test_two_stacks_for_one_endpoint_do_not_take_from_each_other(aws: Scenario) -> None:
    first, second = aws.stack("-first"), aws.stack("-second")
    assert first.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", first.reason("Config")
    before = aws.picture()
    assert second.create(config_alone(aws.token, "chat")) == "ROLLBACK_COMPLETE"
    assert aws.picture() == before


def test_a_dashboard_made_by_hand_is_not_overwritten(aws: Scenario) -> None:
    aws.stand_in.cloudwatch.put_dashboard(DashboardName="chat-monitoring", DashboardBody=BODY)
    before = aws.picture()
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "ROLLBACK_COMPLETE"
    assert "chat-monitoring" in stack.reason("Config")
    assert aws.picture() == before


def test_adopt_existing_takes_it_over(aws: Scenario) -> None:
    aws.stand_in.cloudwatch.put_dashboard(DashboardName="chat-monitoring", DashboardBody=BODY)
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat", AdoptExisting="true")) == "CREATE_COMPLETE", stack.reason("Config")
    dashboard = aws.only("dashboards")
    assert "Unused GPUs" in str(dashboard["body"])
    assert owned_by(dashboard, stack, "Config")


def test_a_delete_with_another_stacks_id_touches_nothing(aws: Scenario) -> None:
    first, second = aws.stack("-first"), aws.stack("-second")
    assert first.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", first.reason("Config")
    assert second.create(config_alone(aws.token, "search")) == "CREATE_COMPLETE", second.reason("Config")
    before = aws.picture()
    event = copy.deepcopy(aws.exchanges()[-1]["event"])
    del event["ResponseURL"]
    event |= {"RequestType": "Delete", "RequestId": "of-this-test", "PhysicalResourceId": first.physical_id("Config")}
    event["ResourceProperties"]["EndpointName"] = "chat"
    exchange = aws.account.deliver(aws.token, event)
    assert exchange["answers"][0]["Status"] == "SUCCESS", exchange["answers"]
    assert aws.picture() == before


def test_two_resources_of_one_stack_are_two_owners(aws: Scenario) -> None:
    aws.make_config("chat-made-by-hand")
    aws.make_endpoint("chat", "chat-made-by-hand")
    template = monitoring_stack(aws.token, "chat")
    template["Resources"]["Again"] = {**template["Resources"]["Monitoring"], "DependsOn": "Monitoring"}
    before = aws.picture()
    stack = aws.stack()
    assert stack.create(template) == "ROLLBACK_COMPLETE"
    assert "chat-monitoring" in stack.reason("Again")
    assert aws.picture() == before
