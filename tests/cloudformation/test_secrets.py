"""ResponseURLs stay with whoever must answer, at the highest log level and on every way through the provider.

Each scenario's fixture looks for them too; here are the ways that no other scenario takes.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from conftest import assert_no_secret_in
from declaring import config_alone
from scenario import Scenario


def _create_event(aws: Scenario) -> dict[str, Any]:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    event: dict[str, Any] = copy.deepcopy(aws.exchanges()[0]["event"])
    del event["ResponseURL"]
    return {**event, "RequestId": "of-this-test"}


@pytest.mark.quick
def test_the_provider_logs_at_all(aws: Scenario) -> None:
    """Without this, the absence of secrets would prove nothing: who asked for what, and what was made, is in the log."""
    event = _create_event(aws)
    output = aws.output()
    for word in ("Create", event["StackId"], "chat-monitoring", "chat-unused-gpu"):
        assert word in output, word


@pytest.mark.parametrize(
    "url", ["https://attacker.example/answer?X-Amz-Signature=5ec7e75ec7e75ec7e75ec7e75ec7e7", "not a URL 5ec7e75ec7e7", ""]
)
def test_a_response_url_elsewhere_is_not_called_and_not_logged(aws: Scenario, url: str) -> None:
    event = {**_create_event(aws), "ResponseURL": url}
    exchange = aws.account.deliver(aws.token, event)
    assert exchange["answers"] == []
    assert "5ec7e75ec7e7" not in aws.output()
    assert "5ec7e75ec7e7" not in str(exchange["returned"])


def test_an_answer_that_cannot_be_delivered_does_not_log_its_address(aws: Scenario) -> None:
    event = {**_create_event(aws), "ResponseURL": f"{aws.account.url}/_local/answers/none?X-Amz-Signature=5ec7e75ec7e7"}
    exchange = aws.account.deliver(aws.token, event)
    assert exchange["answers"] == []
    assert "5ec7e75ec7e7" not in aws.output()


@pytest.mark.parametrize(
    ("broken", "told"),
    [("ResourceProperties", "Properties"), ("RequestType", "RequestType"), ("ResourceType", "resource type")],
)
def test_an_event_that_cannot_be_understood_is_still_answered(aws: Scenario, broken: str, told: str) -> None:
    event = {**_create_event(aws), broken: ["not", "what", "it", "should", "be"]}
    aws.stand_in.forget_calls()
    exchange = aws.account.deliver(aws.token, event)
    assert [answer["Status"] for answer in exchange["answers"]] == ["FAILED"]
    assert told in exchange["answers"][0]["Reason"]
    assert aws.stand_in.writes() == []
    assert_no_secret_in(aws.output(), aws)


@pytest.mark.parametrize("outcome", ["CREATE_COMPLETE", "ROLLBACK_COMPLETE"])
def test_a_noecho_value_is_neither_logged_nor_told(aws: Scenario, outcome: str) -> None:
    """A NoEcho parameter reaches the provider in the clear, in a property like any other. (A Reason does quote the value that
    is wrong itself, so a secret is safe wherever it is right.)"""
    template = config_alone(aws.token, "chat", Tags=[{"Key": "note", "Value": {"Ref": "Secret"}}])
    if outcome == "ROLLBACK_COMPLETE":
        template["Resources"]["Config"]["Properties"]["CostPerHour"] = "much"
    template["Parameters"] = {"Secret": {"Type": "String", "NoEcho": True}}
    stack = aws.stack()
    assert stack.create(template, Secret="5ec7e7-of-the-user") == outcome, stack.reason("Config")
    assert "5ec7e7" not in aws.output()
    assert "5ec7e7" not in stack.reason("Config")
