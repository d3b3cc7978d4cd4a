"""`Custom::EndpointFleet`: a dashboard, a panel and an alarm over all endpoints, none of which it touches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from declaring import Properties, Template, endpoint_stack, with_components, with_outputs
from scenario import Scenario, owned_by, panels

from local import picture, provider

pytestmark = pytest.mark.skipif(provider.widgets_package() is None, reason="WIDGETS_ZIP names no package of the panels")

ROOT = Path(__file__).resolve().parents[2]


def fleet_stack(token: str, **changes: Any) -> Template:
    properties: Properties = {
        "ServiceToken": token,
        "Dashboard": {"DashboardName": "all-endpoints"},
        "InstancePrices": [{"InstanceType": "ml.g6.12xlarge", "CostPerHour": 5.752}],
        "UnallocatedCostAlarm": {"Threshold": 20},
        **changes,
    }
    return {"Resources": {"Fleet": {"Type": "Custom::EndpointFleet", "Properties": properties}}}


@pytest.mark.quick
def test_its_life(aws: Scenario) -> None:
    stack = aws.stack()
    template = with_outputs(fleet_stack(aws.token), "Fleet", "DashboardName", "UnallocatedCostAlarmName")
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Fleet")
    assert set(aws.stand_in.writes()) <= {"PutDashboard", "PutMetricAlarm", "TagResource"}
    assert stack.outputs["Ref"] == stack.outputs["DashboardName"] == "all-endpoints"
    assert stack.outputs["UnallocatedCostAlarmName"] == "all-endpoints-unallocated-cost"
    assert owned_by(aws.only("dashboards"), stack, "Fleet")
    assert owned_by(aws.only("alarms"), stack, "Fleet")
    aws.stand_in.forget_calls()
    assert stack.update(fleet_stack(aws.token, UnallocatedCostAlarm={"Threshold": 30})) == "UPDATE_COMPLETE"
    assert aws.stand_in.writes() == ["PutMetricAlarm"]
    assert stack.update(fleet_stack(aws.token, Dashboard={"DashboardName": "fleet"})) == "UPDATE_COMPLETE"
    made = aws.picture()
    assert (set(made["dashboards"]), set(made["alarms"])) == ({"fleet"}, {"fleet-unallocated-cost"})
    assert stack.delete() == "DELETE_COMPLETE", stack.reason("Fleet")
    made = aws.picture()
    assert not made["dashboards"] and not made["alarms"]


def test_an_endpoint_s_own_property_is_refused_before_anything_is_made(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(fleet_stack(aws.token, EndpointName="chat")) == "ROLLBACK_COMPLETE"
    assert "is about one endpoint" in stack.reason("Fleet")
    assert aws.stand_in.writes() == []


def test_the_packaged_function_draws_the_panel_and_answers_the_alarm(on_time: Scenario) -> None:
    aws = on_time
    llms = aws.stack("-llms")
    template = with_components(endpoint_stack(aws.token, "llms"), "llms-chat")
    assert llms.create(template) == "CREATE_COMPLETE", llms.reason("Chat")
    picture.simulate(aws.stand_in.url, picture.fleet_of_one_model("llms", "llms-chat", instances=1, copies=1), 7200)
    stack = aws.stack()
    assert stack.create(fleet_stack(aws.token)) == "CREATE_COMPLETE", stack.reason("Fleet")
    (panel,) = panels(aws.picture()["dashboards"]["all-endpoints"])
    html = aws.shown(panel)
    # Three of four GPUs are unused, and the ledger says who watches the endpoint.
    assert 'data-endpoint="llms"' in html and "$103.54" in html and "Chat of " in html, html
    alarm = aws.picture()["alarms"]["all-endpoints-unallocated-cost"]
    assert "LAMBDA(" in json.dumps(alarm)


def test_the_example_comes_up_and_goes(aws: Scenario) -> None:
    stack = aws.stack()
    template = (ROOT / "examples" / "fleet.yaml").read_text()
    assert stack.create(template, AlarmEmail="platform@example.com") == "CREATE_COMPLETE", stack.reason("Fleet")
    alarm = aws.only("alarms")
    assert (alarm["Threshold"], alarm["AlarmActions"]) == (20.0, [stack.physical_id("Alarms")])
    assert stack.outputs["AlarmArn"] == alarm["AlarmArn"]
    assert stack.delete() == "DELETE_COMPLETE", stack.reason("Fleet")
    assert aws.empty(), aws.picture()
