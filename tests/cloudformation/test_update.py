"""A changed declaration moves what exists: as little as possible, and so that the endpoint always has a config."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from declaring import config_alone, config_stack
from scenario import Scenario

FASTER = {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 10}
UNCHANGED = {
    "stringified scalars": {
        "MetricsConfig": {"EnableEnhancedMetrics": "true", "MetricPublishFrequencyInSeconds": "60"},
        "CostPerHour": "5.752",
    },
    "other spelling of a number": {"CostPerHour": "5.7520"},
    "a default said aloud": {"AdoptExisting": False, "Dashboard": {"Enabled": True}},
    "the article's name for the frequency": {
        "MetricsConfig": {"EnableEnhancedMetrics": True, "MetricsPublishFrequencyInSeconds": 60}
    },
    "a property for CloudFormation alone": {"ServiceTimeout": 600},
}


@pytest.mark.parametrize("said", UNCHANGED.values(), ids=UNCHANGED)
def test_an_update_that_changes_nothing_writes_nothing(aws: Scenario, said: dict[str, object]) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    before, config = aws.picture(), stack.physical_id("Config")
    aws.stand_in.forget_calls()

    assert stack.update(config_stack(aws.token, "chat", **said)) == "UPDATE_COMPLETE", stack.reason("Config")
    assert aws.requests() == ["Create", "Update"]  # the provider was asked, and no Delete came of it
    assert aws.stand_in.writes() == []
    assert stack.physical_id("Config") == config
    assert aws.picture() == before


@pytest.mark.parametrize("changes", [None, {"MetricsConfig": FASTER}], ids=["create", "update"])
def test_the_same_event_twice_writes_nothing_the_second_time(aws: Scenario, changes: dict[str, object] | None) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    if changes:
        assert stack.update(config_alone(aws.token, "chat", **changes)) == "UPDATE_COMPLETE", stack.reason("Config")
    first = [e for e in aws.exchanges() if e["event"]["RequestType"] != "Delete"][-1]
    before = aws.picture()
    aws.stand_in.forget_calls()

    again = aws.account.deliver_again(first["id"])
    assert aws.stand_in.writes() == []
    assert again["answers"][0] == again["answers"][1]
    assert aws.picture() == before


def test_cloudformation_finds_nothing_to_update_in_the_same_template(aws: Scenario) -> None:
    stack = aws.stack()
    template = config_alone(aws.token, "chat")
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Config")
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stack.update(template)


@pytest.mark.quick
def test_a_change_of_the_dashboard_alone_is_made_in_place(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    config = stack.physical_id("Config")
    aws.stand_in.forget_calls()

    changed = config_stack(aws.token, "chat", Dashboard={"Start": "-PT1H"})
    assert stack.update(changed) == "UPDATE_COMPLETE", stack.reason("Config")
    assert aws.stand_in.writes() == ["PutDashboard"]
    assert stack.physical_id("Config") == config
    assert aws.only("dashboards")["body"]["start"] == "-PT1H"
    assert "Delete" not in aws.requests()


def test_a_change_of_the_alarm_alone_is_made_in_place(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    config = stack.physical_id("Config")
    aws.stand_in.forget_calls()

    changed = config_stack(aws.token, "chat", UnusedGpuAlarm={"DatapointsToAlarm": 3})
    assert stack.update(changed) == "UPDATE_COMPLETE", stack.reason("Config")
    assert aws.stand_in.writes() == ["PutMetricAlarm"]
    assert stack.physical_id("Config") == config
    assert aws.only("alarms")["DatapointsToAlarm"] == 3


def test_a_change_of_a_threshold_moves_its_line_on_the_dashboard_too(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    aws.stand_in.forget_calls()

    changed = config_stack(aws.token, "chat", UnusedGpuAlarm={"Threshold": 3})
    assert stack.update(changed) == "UPDATE_COMPLETE", stack.reason("Config")
    assert sorted(aws.stand_in.writes()) == ["PutDashboard", "PutMetricAlarm"]
    assert aws.only("alarms")["Threshold"] == 3.0


@pytest.mark.quick
def test_a_change_of_metrics_config_replaces_the_config_under_the_endpoint(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    old = stack.physical_id("Config")
    aws.stand_in.forget_calls()

    assert stack.update(config_stack(aws.token, "chat", MetricsConfig=FASTER)) == "UPDATE_COMPLETE", stack.reason("Config")
    new = stack.physical_id("Config")
    assert new != old
    writes = aws.stand_in.writes()
    # The new config first, the endpoint moved to it, the old one deleted in CloudFormation's cleanup, and never the monitoring.
    order = [writes.index(name) for name in ("CreateEndpointConfig", "UpdateEndpoint", "DeleteEndpointConfig")]
    assert order == sorted(order), writes
    assert not {"DeleteDashboards", "DeleteAlarms"} & set(writes)
    picture = aws.picture()
    assert list(picture["configs"]) == [new]
    assert picture["configs"][new]["MetricsConfig"]["MetricPublishFrequencyInSeconds"] == 10
    assert picture["endpoints"] == {"chat": {"status": "InService", "config": new}}
    assert list(picture["dashboards"]) == ["chat-monitoring"]
    assert list(picture["alarms"]) == ["chat-unused-gpu"]
    assert [(e["event"]["RequestType"], e["event"].get("PhysicalResourceId")) for e in aws.exchanges()] == [
        ("Create", None),
        ("Update", old),
        ("Delete", old),
    ]


def test_there_and_back_again_is_the_first_state(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    first = aws.picture()
    assert stack.update(config_stack(aws.token, "chat", MetricsConfig=FASTER)) == "UPDATE_COMPLETE", stack.reason("Config")
    assert stack.update(config_stack(aws.token, "chat")) == "UPDATE_COMPLETE", stack.reason("Config")
    assert aws.picture() == first


def test_a_renamed_dashboard_leaves_no_old_one(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    renamed = config_alone(aws.token, "chat", Dashboard={"DashboardName": "chat-models"})
    assert stack.update(renamed) == "UPDATE_COMPLETE", stack.reason("Config")
    assert set(aws.picture()["dashboards"]) == {"chat-models"}
    assert "Delete" not in aws.requests()


def test_what_is_switched_off_goes_within_the_update(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    off = config_alone(aws.token, "chat", Dashboard={"Enabled": "false"}, UnusedGpuAlarm={"Enabled": "false"})
    assert stack.update(off) == "UPDATE_COMPLETE", stack.reason("Config")
    picture = aws.picture()
    assert (picture["dashboards"], picture["alarms"]) == ({}, {})
    assert len(picture["configs"]) == 1


def test_what_somebody_removed_by_hand_comes_back(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    before = aws.picture()
    aws.stand_in.cloudwatch.delete_dashboards(DashboardNames=["chat-monitoring"])
    aws.stand_in.cloudwatch.delete_alarms(AlarmNames=["chat-unused-gpu"])
    assert stack.update(config_alone(aws.token, "chat", ServiceTimeout=600)) == "UPDATE_COMPLETE", stack.reason("Config")
    assert aws.picture() == before


def test_what_somebody_changed_by_hand_is_put_right(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    before = aws.picture()
    aws.stand_in.cloudwatch.put_dashboard(DashboardName="chat-monitoring", DashboardBody='{"widgets": []}')
    assert stack.update(config_alone(aws.token, "chat", ServiceTimeout=600)) == "UPDATE_COMPLETE", stack.reason("Config")
    assert aws.picture() == before


def test_a_replacement_may_rename_the_monitoring_too(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    changed = config_stack(
        aws.token,
        "chat",
        MetricsConfig=FASTER,
        Dashboard={"DashboardName": "chat-models"},
        UnusedGpuAlarm={"AlarmName": "chat-waste"},
    )
    assert stack.update(changed) == "UPDATE_COMPLETE", stack.reason("Config")
    picture = aws.picture()
    assert (set(picture["dashboards"]), set(picture["alarms"])) == ({"chat-models"}, {"chat-waste"})
    assert list(picture["configs"]) == [stack.physical_id("Config")]


def test_another_endpoint_name_moves_everything(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    assert stack.update(config_stack(aws.token, "talk")) == "UPDATE_COMPLETE", stack.reason("Config")
    picture = aws.picture()
    assert list(picture["endpoints"]) == ["talk"]
    assert list(picture["configs"]) == [stack.physical_id("Config")]
    assert (set(picture["dashboards"]), set(picture["alarms"])) == ({"talk-monitoring"}, {"talk-unused-gpu"})


def test_changed_tags_reach_all_that_exists(aws: Scenario) -> None:
    stack = aws.stack()
    tags = [{"Key": "team", "Value": "inference"}, {"Key": "stage", "Value": "beta"}]
    assert stack.create(config_stack(aws.token, "chat", Tags=tags)) == "CREATE_COMPLETE", stack.reason("Config")
    tags = [{"Key": "team", "Value": "serving"}]
    assert stack.update(config_stack(aws.token, "chat", Tags=tags)) == "UPDATE_COMPLETE", stack.reason("Config")
    for kind in ("configs", "dashboards", "alarms"):
        theirs = {k: v for k, v in aws.only(kind)["Tags"].items() if not k.startswith("monitored-endpoint:")}
        assert theirs == {"team": "serving"}, kind


def test_a_resource_that_leaves_the_template_leaves_the_account(aws: Scenario) -> None:
    stack = aws.stack()
    template = config_stack(aws.token, "chat")
    template["Resources"]["Other"] = config_alone(aws.token, "search")["Resources"]["Config"]
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Other")
    assert stack.update(config_stack(aws.token, "chat")) == "UPDATE_COMPLETE", stack.reason("Config")
    picture = aws.picture()
    assert (set(picture["dashboards"]), set(picture["alarms"])) == ({"chat-monitoring"}, {"chat-unused-gpu"})
    assert list(picture["configs"]) == [stack.physical_id("Config")]
