"""The request ledger: it is kept, it holds nothing that it shouldn't, and without it nothing is written.

Each scenario's fixture reads the whole table; here are the rules of that reading, and what no other scenario shows.
"""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from declaring import ROLE, config_alone, config_properties, endpoint_stack
from ledger import leaks
from scenario import Scenario

YEAR_SECONDS = 366 * 24 * 3600
URL = "https://bucket.s3.amazonaws.com/answer?X-Amz-Credential=AKID&X-Amz-Signature=5ec7e75ec7e7"
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"


def _request(**changes: Any) -> dict[str, Any]:
    properties = config_properties("arn:aws:lambda:us-east-1:123456789012:function:provider", "chat", KmsKeyId=KEY, **changes)
    return {
        "RequestType": "Create",
        "ResponseURL": URL,
        "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1",
        "LogicalResourceId": "Chat",
        "ResourceProperties": {**properties, "Tags": [{"Key": "team", "Value": 'serving "A"'}]},
    }


# --- The rules ---


@pytest.mark.quick
def test_names_of_what_was_made_are_no_leak() -> None:
    item = {"Resource": "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1|Chat", "Inventory": ["chat", "chat-monitoring"]}
    assert leaks([item], [_request(), _request(NoEcho="true"), "no object", {"RequestType": "Delete"}]) == []


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (URL, "the ResponseURL of a Create"),
        ("5ec7e75ec7e7", "the signature of the ResponseURL of a Create"),
        (f"role {ROLE}.", "Properties.ExecutionRoleArn of a Create"),
        (KEY, "Properties.KmsKeyId of a Create"),
        ('serving "A"', "Properties.Tags.Value of a Create"),
        (5.752, "Properties.CostPerHour of a Create"),
        ({"deep": [{"er": "Chat"}]}, "Properties.InferenceComponents.Label of a Create"),
        ("chat-chat", "Properties.InferenceComponents.Name of a Create"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_must_not_be_kept_is_found(kept: Any, told: str) -> None:
    request = _request()
    # A label like the logical id couldn't be told apart from it.
    request["LogicalResourceId"] = "Resource"
    own = f"{request['StackId']}|Resource"
    assert told in leaks([{"Resource": own, "Undo": kept}], [request])


def test_under_noecho_a_name_is_found_too() -> None:
    named = {"Dashboard": {"DashboardName": "chat-of-the-secret-project"}}
    resource = "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1|Chat"
    item = {"Resource": resource, "Inventory": "chat-of-the-secret-project"}
    assert leaks([item], [_request(**named)]) == []
    assert leaks([item], [_request(**named, NoEcho="true")]) == ["Properties.Dashboard.DashboardName of a Create with NoEcho"]


# --- The ledger itself ---


@pytest.mark.quick
def test_a_resource_has_one_record_which_ends_some_time_after_it(aws: Scenario) -> None:
    """Without a record, the absence of secrets in it would prove nothing."""
    before = {item["Resource"] for item in aws.ledger()}
    stack = aws.stack()
    assert stack.create(endpoint_stack(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Chat")
    changed = endpoint_stack(aws.token, "chat", Dashboard={"Start": "-PT1H"})
    assert stack.update(changed) == "UPDATE_COMPLETE", stack.reason("Chat")
    new = {item["Resource"] for item in aws.ledger()} - before
    assert len(new) == 1, new
    assert stack.delete() == "DELETE_COMPLETE"
    # DynamoDB takes seconds since 1970; milliseconds would be a time far ahead, and the record kept for ever (developer guide,
    # "Using time to live (TTL) in DynamoDB").
    ends = [float(item["ExpiresAt"]) for item in aws.ledger() if item["Resource"] in new]
    assert all(time.time() < end < time.time() + YEAR_SECONDS for end in ends), ends


def test_two_resources_of_a_stack_have_a_record_each(aws: Scenario) -> None:
    before = {item["Resource"] for item in aws.ledger()}
    template = config_alone(aws.token, "chat")
    template["Resources"]["Other"] = config_alone(aws.token, "search")["Resources"]["Config"]
    stack = aws.stack()
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Other")
    assert len({item["Resource"] for item in aws.ledger()} - before) == 2


def test_without_its_table_it_says_so_and_writes_nothing(aws: Scenario, without_table: str) -> None:
    stack = aws.stack()
    assert stack.create(config_alone(aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Config")
    event: dict[str, Any] = copy.deepcopy(aws.exchanges()[0]["event"])
    del event["ResponseURL"]
    event |= {"RequestId": "of-this-test", "LogicalResourceId": "Other", "ServiceToken": without_table}
    event["ResourceProperties"] |= {"ServiceToken": without_table, "EndpointName": "search"}
    aws.stand_in.forget_calls()

    answer = aws.account.deliver(without_table, event)["answers"][0]
    assert answer["Status"] == "FAILED"
    assert "no-such-table" in answer["Reason"] and "dynamodb:GetItem" in answer["Reason"], answer["Reason"]
    assert aws.stand_in.writes() == []
