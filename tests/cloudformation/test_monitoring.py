"""`Custom::EndpointMonitoring`: the dashboard and the alarm of an endpoint that was made elsewhere, and never the endpoint."""

from __future__ import annotations

import pytest
from declaring import config_properties, monitoring_stack, with_outputs
from scenario import Scenario, owned_by


@pytest.fixture
def endpoint(aws: Scenario) -> str:
    aws.make_config("made-by-hand", MetricsConfig={"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 30})
    aws.make_endpoint("chat", "made-by-hand")
    aws.stand_in.forget_calls()
    return "chat"


@pytest.mark.quick
def test_monitoring_of_an_endpoint_made_elsewhere(aws: Scenario, endpoint: str) -> None:
    stack = aws.stack()
    template = with_outputs(monitoring_stack(aws.token, endpoint), "Monitoring", "DashboardName", "EndpointName")
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Monitoring")
    assert set(aws.stand_in.writes()) <= {"PutDashboard", "PutMetricAlarm", "TagResource"}
    assert owned_by(aws.only("dashboards"), stack, "Monitoring")
    assert owned_by(aws.only("alarms"), stack, "Monitoring")
    assert stack.outputs["Ref"] == stack.outputs["DashboardName"] == "chat-monitoring"
    assert stack.outputs["EndpointName"] == "chat"


def test_its_update_is_in_place(aws: Scenario, endpoint: str) -> None:
    stack = aws.stack()
    assert stack.create(monitoring_stack(aws.token, endpoint)) == "CREATE_COMPLETE", stack.reason("Monitoring")
    aws.stand_in.forget_calls()
    changed = monitoring_stack(aws.token, endpoint, Dashboard={"Start": "-PT1H"}, UnusedGpuAlarm={"Threshold": 2})
    assert stack.update(changed) == "UPDATE_COMPLETE", stack.reason("Monitoring")
    assert sorted(aws.stand_in.writes()) == ["PutDashboard", "PutMetricAlarm"]
    assert aws.requests() == ["Create", "Update"]


def test_its_unchanged_update_writes_nothing(aws: Scenario, endpoint: str) -> None:
    stack = aws.stack()
    assert stack.create(monitoring_stack(aws.token, endpoint)) == "CREATE_COMPLETE", stack.reason("Monitoring")
    aws.stand_in.forget_calls()
    assert stack.update(monitoring_stack(aws.token, endpoint, ServiceTimeout="600")) == "UPDATE_COMPLETE"
    assert aws.stand_in.writes() == []


def test_a_renamed_dashboard_is_one_dashboard(aws: Scenario, endpoint: str) -> None:
    stack = aws.stack()
    assert stack.create(monitoring_stack(aws.token, endpoint)) == "CREATE_COMPLETE", stack.reason("Monitoring")
    renamed = monitoring_stack(aws.token, endpoint, Dashboard={"DashboardName": "chat-models"})
    assert stack.update(renamed) == "UPDATE_COMPLETE", stack.reason("Monitoring")
    picture = aws.picture()
    assert (set(picture["dashboards"]), set(picture["alarms"])) == ({"chat-models"}, {"chat-unused-gpu"})


@pytest.mark.quick
def test_its_delete_leaves_the_endpoint(aws: Scenario, endpoint: str) -> None:
    before = aws.picture()
    stack = aws.stack()
    assert stack.create(monitoring_stack(aws.token, endpoint)) == "CREATE_COMPLETE", stack.reason("Monitoring")
    assert stack.delete() == "DELETE_COMPLETE", stack.reason("Monitoring")
    assert aws.picture() == before


def test_what_is_given_need_not_be_read_from_the_endpoint(aws: Scenario) -> None:
    given = config_properties(aws.token, "later")
    stack = aws.stack()
    template = monitoring_stack(
        aws.token, "later", ProductionVariants=given["ProductionVariants"], MetricsConfig=given["MetricsConfig"]
    )
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Monitoring")
    assert set(aws.picture()["dashboards"]) == {"later-monitoring"}


def test_an_endpoint_that_is_neither_there_nor_described_is_asked_for(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(monitoring_stack(aws.token, "nowhere")) == "ROLLBACK_COMPLETE"
    reason = stack.reason("Monitoring")
    assert "nowhere" in reason and "ProductionVariants" in reason, reason
    assert aws.stand_in.writes() == []
