"""CloudFormation stops waiting for a request that still runs, and sends the next one: afterwards nothing is left of a create,
and the old state is whole after an update.

aws-cdk issues 26139 and 31541 and cloudformation-coverage-roadmap issues 1730 and 1814 show what it sends. A cancelled Create is
followed by a Delete, under an id that CloudFormation makes up because no answer gave one. A cancelled Update is followed by an
Update back to the old properties, under the old id. Neither waits for the first run to end: both are at work at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from declaring import config_stack, endpoint_stack, monitoring_stack, with_components
from scenario import Scenario

from local.stack import Stack

FASTER = {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 10}
# How long an endpoint changes here: long enough to cancel meanwhile.
CHANGING_MS = 1_500
MINUTE = 60_000


def _asked(aws: Scenario) -> list[tuple[str, str | None]]:
    return [(e["event"]["RequestType"], e["event"].get("PhysicalResourceId")) for e in aws.exchanges()]


def _made(aws: Scenario, token: str | None = None, **changes: Any) -> Stack:
    stack = aws.stack()
    assert stack.create(endpoint_stack(token or aws.token, "chat", **changes)) == "CREATE_COMPLETE", stack.reason("Chat")
    return stack


def _assert_a_made_up_id(aws: Scenario, stack: Stack, logical_id: str) -> None:
    (create, no_id), (delete, made_up) = _asked(aws)
    assert (create, no_id, delete) == ("Create", None, "Delete")
    assert made_up is not None and made_up.startswith(f"{stack.name}-{logical_id}-")


# --- Create ---


@pytest.mark.quick
def test_a_create_cancelled_while_the_endpoint_is_made_leaves_nothing(aws: Scenario) -> None:
    """Case a1."""
    aws.stand_in.next_transition("chat", "succeed", "", after_ms=CHANGING_MS)
    stack = aws.stack()
    aws.cancel_when(stack, lambda: aws.endpoint_status("chat") == "Creating")
    assert stack.create(endpoint_stack(aws.token, "chat")) == "ROLLBACK_COMPLETE", stack.events
    assert stack.reason("Chat") == "Resource creation cancelled"
    aws.wait_for_all_answers()
    _assert_a_made_up_id(aws, stack, "Chat")
    assert [e["answers"][0]["Status"] for e in aws.exchanges()] == ["FAILED", "SUCCESS"]
    assert aws.empty(), aws.picture()


@pytest.mark.parametrize(
    "operation", ["DescribeEndpoint", "CreateEndpointConfig", "CreateEndpoint", "PutDashboard", "PutMetricAlarm"]
)
def test_a_create_cancelled_at_any_of_its_calls_leaves_nothing(aws: Scenario, operation: str) -> None:
    """The call is under way when the Delete comes, and lands after it began."""
    aws.stand_in.fault(operation, {"delay_ms": 600}, times=1)
    stack = aws.stack()
    aws.cancel_when(stack, lambda: operation in {call["operation"] for call in aws.stand_in.calls()})
    assert stack.create(endpoint_stack(aws.token, "chat")) == "ROLLBACK_COMPLETE", stack.events
    aws.wait_for_all_answers()
    _assert_a_made_up_id(aws, stack, "Chat")
    assert aws.empty(), aws.picture()


def test_a_create_cancelled_in_its_second_run_leaves_nothing(aws: Scenario, short_lived: str) -> None:
    aws.stand_in.next_transition("chat", "succeed", "", after_ms=30 * MINUTE)
    stack = aws.stack()
    aws.cancel_when(stack, lambda: aws.hops() >= 1)
    aws.and_meanwhile(stack, lambda: aws.stand_in.advance(31 * MINUTE) if stack.status.startswith("ROLLBACK") else None)
    assert stack.create(endpoint_stack(short_lived, "chat")) == "ROLLBACK_COMPLETE", stack.events
    aws.wait_for_all_answers()
    assert aws.empty(), aws.picture()


@pytest.mark.parametrize("kind", ["config", "monitoring"])
def test_a_cancelled_create_of_the_other_types_leaves_nothing(aws: Scenario, kind: str) -> None:
    if kind == "monitoring":
        aws.make_config("by-hand")
        aws.make_endpoint("chat", "by-hand")
    before = aws.picture()
    aws.stand_in.fault("PutDashboard", {"delay_ms": 600}, times=1)
    stack = aws.stack()
    # The endpoint of the first comes after the config in its stack, and is never begun.
    template = (config_stack if kind == "config" else monitoring_stack)(aws.token, "chat")
    aws.cancel_when(stack, lambda: bool(aws.stand_in.calls()))
    assert stack.create(template) == "ROLLBACK_COMPLETE", stack.events
    aws.wait_for_all_answers()
    _assert_a_made_up_id(aws, stack, "Config" if kind == "config" else "Monitoring")
    assert aws.picture() == before


def test_a_create_cancelled_in_an_update_leaves_the_stack_as_it_was(aws: Scenario) -> None:
    stack = _made(aws)
    before = aws.picture()
    aws.stand_in.next_transition("search", "succeed", "", after_ms=CHANGING_MS)
    template = endpoint_stack(aws.token, "chat")
    template["Resources"]["Second"] = endpoint_stack(aws.token, "search")["Resources"]["Chat"]
    aws.cancel_when(stack, lambda: aws.endpoint_status("search") == "Creating")
    assert stack.update(template) == "UPDATE_ROLLBACK_COMPLETE", stack.events
    aws.wait_for_all_answers()
    assert aws.picture() == before


# --- Update ---


def test_an_update_cancelled_while_the_endpoint_changes_is_taken_back(aws: Scenario) -> None:
    """Case b4."""
    stack = _made(aws)
    before = aws.picture()
    aws.stand_in.next_transition("chat", "succeed", "", after_ms=CHANGING_MS)
    aws.cancel_when(stack, lambda: aws.endpoint_status("chat") == "Updating")
    changed = endpoint_stack(
        aws.token, "chat", MetricsConfig=FASTER, Dashboard={"DashboardName": "chat-models"}, UnusedGpuAlarm={"Threshold": 3}
    )
    assert stack.update(changed) == "UPDATE_ROLLBACK_COMPLETE", stack.events
    assert stack.reason("Chat") == "Resource update cancelled"
    aws.wait_for_all_answers()
    assert _asked(aws) == [("Create", None), ("Update", "chat"), ("Update", "chat")]
    assert [e["answers"][0]["Status"] for e in aws.exchanges()] == ["SUCCESS", "FAILED", "SUCCESS"]
    assert aws.picture() == before


@pytest.mark.parametrize(
    "operation", ["CreateEndpointConfig", "UpdateEndpoint", "PutDashboard", "PutMetricAlarm", "DeleteEndpointConfig"]
)
def test_an_update_cancelled_at_any_of_its_writes_is_taken_back(aws: Scenario, operation: str) -> None:
    stack = _made(aws)
    before = aws.picture()
    aws.stand_in.forget_calls()
    aws.stand_in.fault(operation, {"delay_ms": 600}, times=1)
    aws.cancel_when(stack, lambda: operation in aws.stand_in.writes())
    monitoring = {"Dashboard": {"Start": "-PT1H"}, "UnusedGpuAlarm": {"Threshold": 3}}
    changed = endpoint_stack(aws.token, "chat", MetricsConfig=FASTER, **monitoring)
    assert stack.update(changed) == "UPDATE_ROLLBACK_COMPLETE", stack.events
    aws.wait_for_all_answers()
    assert aws.picture() == before


def test_an_update_cancelled_in_its_second_run_is_taken_back(aws: Scenario, short_lived: str) -> None:
    stack = _made(aws, short_lived)
    before, hops = aws.picture(), aws.hops()
    aws.stand_in.next_transition("chat", "succeed", "", after_ms=30 * MINUTE)
    aws.cancel_when(stack, lambda: aws.hops() > hops)
    aws.and_meanwhile(stack, lambda: aws.stand_in.advance(31 * MINUTE) if "ROLLBACK" in stack.status else None)
    assert stack.update(endpoint_stack(short_lived, "chat", MetricsConfig=FASTER)) == "UPDATE_ROLLBACK_COMPLETE", stack.events
    aws.wait_for_all_answers()
    assert aws.picture() == before


def test_a_renaming_cancelled_while_the_new_endpoint_is_made_leaves_the_old_one(aws: Scenario) -> None:
    """Case b5. CloudFormation knows nothing of the new name, since no answer gave it: the rollback comes under the old one."""
    stack = _made(aws)
    before = aws.picture()
    aws.stand_in.next_transition("talk", "succeed", "", after_ms=CHANGING_MS)
    aws.cancel_when(stack, lambda: aws.endpoint_status("talk") == "Creating")
    assert stack.update(endpoint_stack(aws.token, "talk")) == "UPDATE_ROLLBACK_COMPLETE", stack.events
    aws.wait_for_all_answers()
    assert _asked(aws) == [("Create", None), ("Update", "chat"), ("Update", "chat")]
    assert stack.physical_id("Chat") == "chat"
    assert aws.picture() == before


def test_a_replacement_of_a_config_that_is_cancelled_leaves_the_old_one(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(config_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    before, old = aws.picture(), stack.physical_id("Config")
    aws.stand_in.forget_calls()
    aws.stand_in.fault("PutDashboard", {"delay_ms": 600}, times=1)
    aws.cancel_when(stack, lambda: "CreateEndpointConfig" in aws.stand_in.writes())
    changed = config_stack(aws.token, "chat", MetricsConfig=FASTER, Dashboard={"Start": "-PT1H"})
    assert stack.update(changed) == "UPDATE_ROLLBACK_COMPLETE", stack.events
    aws.wait_for_all_answers()
    assert stack.physical_id("Config") == old
    assert aws.picture() == before


def test_after_a_cancelled_update_the_next_one_succeeds(aws: Scenario) -> None:
    stack = _made(aws)
    aws.stand_in.next_transition("chat", "succeed", "", after_ms=CHANGING_MS)
    aws.cancel_when(stack, lambda: aws.endpoint_status("chat") == "Updating")
    changed = endpoint_stack(aws.token, "chat", MetricsConfig=FASTER)
    assert stack.update(changed) == "UPDATE_ROLLBACK_COMPLETE", stack.events
    aws.wait_for_all_answers()
    stack.meanwhile = None
    assert stack.update(changed) == "UPDATE_COMPLETE", stack.reason("Chat")
    config = aws.only("configs")
    assert config["MetricsConfig"]["MetricPublishFrequencyInSeconds"] == 10
    assert aws.picture()["endpoints"] == {"chat": {"status": "InService", "config": config["EndpointConfigName"]}}


def test_an_endpoint_that_holds_models_stays_with_its_monitoring_when_an_update_is_cancelled(aws: Scenario) -> None:
    stack = aws.stack()
    template = with_components(endpoint_stack(aws.token, "chat"), "chat-llama")
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Chat")
    before = aws.picture()
    aws.stand_in.next_transition("chat", "succeed", "", after_ms=CHANGING_MS)
    aws.cancel_when(stack, lambda: aws.endpoint_status("chat") == "Updating")
    changed = with_components(endpoint_stack(aws.token, "chat", MetricsConfig=FASTER), "chat-llama")
    assert stack.update(changed) == "UPDATE_ROLLBACK_COMPLETE", stack.events
    aws.wait_for_all_answers()
    assert aws.picture() == before


# --- The same request more than once ---


def _twice_at_once(aws: Scenario, stack: Stack, number: int, when: Callable[[], bool]) -> list[threading.Thread]:
    """Delivers the exchange of that number once more, beside itself, as soon as `when` holds."""
    twins: list[threading.Thread] = []

    def deliver_twin() -> None:
        exchanges = aws.exchanges()
        if not twins and len(exchanges) > number and when():
            twins.append(threading.Thread(target=aws.account.deliver_again, args=(exchanges[number]["id"],)))
            twins[0].start()

    aws.and_meanwhile(stack, deliver_twin)
    return twins


def test_a_create_that_comes_twice_at_once_is_made_once(aws: Scenario) -> None:
    aws.stand_in.next_transition("chat", "succeed", "", after_ms=CHANGING_MS)
    stack = aws.stack()
    twins = _twice_at_once(aws, stack, 0, lambda: aws.endpoint_status("chat") == "Creating")
    assert stack.create(endpoint_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Chat")
    assert len(twins) == 1
    twins[0].join()
    first, second = aws.exchanges()[0]["answers"]
    assert first == second
    writes = aws.stand_in.writes()
    made = ("CreateEndpointConfig", "CreateEndpoint", "PutDashboard", "PutMetricAlarm")
    assert [writes.count(name) for name in made] == [1, 1, 1, 1]


def test_an_update_that_comes_twice_at_once_is_made_once(aws: Scenario) -> None:
    stack = _made(aws)
    aws.stand_in.forget_calls()
    aws.stand_in.next_transition("chat", "succeed", "", after_ms=CHANGING_MS)
    twins = _twice_at_once(aws, stack, 1, lambda: aws.endpoint_status("chat") == "Updating")
    assert stack.update(endpoint_stack(aws.token, "chat", MetricsConfig=FASTER)) == "UPDATE_COMPLETE", stack.reason("Chat")
    assert len(twins) == 1
    twins[0].join()
    first, second = aws.exchanges()[1]["answers"]
    assert first == second
    writes = aws.stand_in.writes()
    assert [writes.count(name) for name in ("CreateEndpointConfig", "UpdateEndpoint", "DeleteEndpointConfig")] == [1] * 3


def test_a_late_duplicate_of_a_request_that_is_over_changes_nothing(aws: Scenario) -> None:
    """Lambda delivers at least once, so an event may come again after the stack has gone on (Lambda developer guide,
    "Invoking a Lambda function asynchronously")."""
    stack = _made(aws)
    assert stack.update(endpoint_stack(aws.token, "chat", MetricsConfig=FASTER)) == "UPDATE_COMPLETE", stack.reason("Chat")
    create, update = (exchange["id"] for exchange in aws.exchanges())
    before = aws.picture()
    aws.stand_in.forget_calls()
    aws.account.deliver_again(create)
    assert aws.stand_in.writes() == []
    assert aws.picture() == before

    assert stack.delete() == "DELETE_COMPLETE", stack.reason("Chat")
    aws.stand_in.forget_calls()
    for late in (create, update):
        aws.account.deliver_again(late)
    assert aws.stand_in.writes() == []
    assert aws.empty(), aws.picture()
