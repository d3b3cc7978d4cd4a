"""A native stack moves over as docs/moving-over.md says, with the very templates that it shows, and keeps its endpoint."""

from __future__ import annotations

import re
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse
from scenario import Scenario, owned_by

from local.provider import ROOT

Resources = dict[str, Any]
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}


@pytest.fixture
def shown() -> tuple[Resources, Resources, Resources]:
    """What the page shows: the monitoring beside a native config, the native stack, and the stack that has moved."""
    page = (ROOT / "docs" / "moving-over.md").read_text()
    beside, before, after = (yaml_parse(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL))
    return beside, before, after


def stack_of(aws: Scenario, *parts: Resources) -> dict[str, Any]:
    parameters = {"ServiceToken": {"Type": "String", "Default": aws.token}}
    resources = {"Role": ROLE}
    for part in parts:
        resources |= part
    return {"Parameters": parameters, "Resources": resources}


@pytest.mark.quick
def test_the_config_moves_over_in_three_updates_and_the_endpoint_stays(
    aws: Scenario, shown: tuple[Resources, Resources, Resources]
) -> None:
    _, before, after = shown
    stack = aws.stack()
    assert stack.create(stack_of(aws, before)) == "CREATE_COMPLETE", stack.events
    endpoint = stack.physical_id("Endpoint")
    aws.stand_in.forget_calls()

    monitored = {"MonitoredConfig": after["MonitoredConfig"]}
    assert stack.update(stack_of(aws, before, monitored)) == "UPDATE_COMPLETE", stack.reason("MonitoredConfig")
    assert aws.only("endpoints") == {"status": "InService", "config": "chat-config"}
    assert aws.only("dashboards") and aws.only("alarms")
    assert "UpdateEndpoint" not in aws.stand_in.writes()

    moved = {"Config": before["Config"], **after}
    assert stack.update(stack_of(aws, moved)) == "UPDATE_COMPLETE", stack.reason("Endpoint")
    new_config = stack.physical_id("MonitoredConfig")
    assert aws.only("endpoints") == {"status": "InService", "config": new_config}
    assert set(aws.picture()["configs"]) == {"chat-config", new_config}

    assert stack.update(stack_of(aws, after)) == "UPDATE_COMPLETE"
    assert set(aws.picture()["configs"]) == {new_config}
    assert stack.physical_id("Endpoint") == endpoint
    writes = aws.stand_in.writes()
    assert writes.count("UpdateEndpoint") == 1
    assert not {"CreateEndpoint", "DeleteEndpoint"} & set(writes), writes


def test_it_moves_over_in_one_update_too_and_takes_over_what_watched_it(
    aws: Scenario, shown: tuple[Resources, Resources, Resources]
) -> None:
    beside, before, after = shown
    stack = aws.stack()
    assert stack.create(stack_of(aws, before, beside)) == "CREATE_COMPLETE", stack.reason("Monitoring")
    endpoint = stack.physical_id("Endpoint")
    assert owned_by(aws.only("dashboards"), stack, "Monitoring")

    after["MonitoredConfig"]["Properties"]["AdoptExisting"] = True
    assert stack.update(stack_of(aws, after)) == "UPDATE_COMPLETE", stack.reason("MonitoredConfig")
    assert owned_by(aws.only("dashboards"), stack, "MonitoredConfig")
    assert owned_by(aws.only("alarms"), stack, "MonitoredConfig")
    assert aws.only("endpoints")["config"] == stack.physical_id("MonitoredConfig")
    assert stack.physical_id("Endpoint") == endpoint

    del after["MonitoredConfig"]["Properties"]["AdoptExisting"]
    assert stack.update(stack_of(aws, after)) == "UPDATE_COMPLETE", stack.reason("MonitoredConfig")
    assert stack.delete() == "DELETE_COMPLETE", stack.reason("MonitoredConfig")
    assert aws.empty(), aws.picture()
