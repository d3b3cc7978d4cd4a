"""A declaration that can't work fails at once, says what to change, and makes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from declaring import config_alone, config_properties, endpoint_stack
from scenario import Scenario

VARIANT: dict[str, Any] = {"VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1}

# What is declared, and the words that the Reason must hold. `tests/support/mistakes` has every mistake; these show that what is said
# of one arrives through CloudFormation.
BAD: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "unknown member, deep": (
        {"ProductionVariants": [{**VARIANT, "InitalInstanceCount": 1}]},
        ("ProductionVariants[0].InitalInstanceCount", "InitialInstanceCount"),
    ),
    "word for a number": (
        {"ProductionVariants": [{**VARIANT, "InitialInstanceCount": "two"}]},
        ("ProductionVariants[0].InitialInstanceCount", "two", "integer"),
    ),
    "no variants": ({"ProductionVariants": None}, ("ProductionVariants",)),
}  # fmt: skip


@pytest.mark.quick
@pytest.mark.parametrize("bad", BAD)
def test_a_bad_declaration_fails_at_once_and_makes_nothing(aws: Scenario, bad: str) -> None:
    declared, words = BAD[bad]
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat", **declared)) == "ROLLBACK_COMPLETE"
    create = aws.exchanges()[0]
    reason = create["answers"][0]["Reason"]
    assert [word for word in words if word not in reason] == [], reason
    # Far less than a run lives, however busy the machine is.
    assert create["seconds"] < 15
    assert aws.requests() == ["Create", "Delete"]
    assert aws.stand_in.writes() == []


@pytest.mark.quick
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
