"""The local CloudFormation is as strict about answers as the real one: each rule of `local.answer` catches its breach."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.answer import body_problems, request_problem

EVENT = {
    "RequestType": "Update",
    "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/chat/1",
    "RequestId": "a-request",
    "LogicalResourceId": "Config",
    "PhysicalResourceId": "chat-1",
}
GOOD = {
    "Status": "SUCCESS",
    "PhysicalResourceId": "chat-2",
    "StackId": EVENT["StackId"],
    "RequestId": "a-request",
    "LogicalResourceId": "Config",
    "Data": {"EndpointName": "chat"},
}
BREACHES: dict[str, tuple[dict[str, Any], str]] = {
    "another request's id": ({"RequestId": "another"}, "RequestId"),
    "another stack": ({"StackId": None}, "StackId"),
    "another resource": ({"LogicalResourceId": "Other"}, "LogicalResourceId"),
    "status in lower case": ({"Status": "success"}, "Status"),
    "no id": ({"PhysicalResourceId": ""}, "PhysicalResourceId"),
    "an id that is no string": ({"PhysicalResourceId": 1}, "PhysicalResourceId"),
    "too long an id": ({"PhysicalResourceId": "x" * 1025}, "PhysicalResourceId"),
    "failed without a reason": ({"Status": "FAILED", "PhysicalResourceId": "chat-1"}, "Reason"),
    "a failed update with another id": ({"Status": "FAILED", "Reason": "no"}, "it was given 'chat-1'"),
    "attributes that are a list": ({"Data": ["chat"]}, "Data"),
    "NoEcho as a word": ({"NoEcho": "true"}, "NoEcho"),
    "a member that doesn't exist": ({"Reasons": "no"}, "Reasons"),
    "too long a body": ({"Data": {"Text": "x" * 4096}}, "4096"),
}


def test_a_good_answer_has_no_problems() -> None:
    assert body_problems(EVENT, json.dumps(GOOD).encode()) == (GOOD, [])


@pytest.mark.parametrize(("change", "word"), BREACHES.values(), ids=BREACHES)
def test_each_breach_is_found_alone(change: dict[str, Any], word: str) -> None:
    _, problems = body_problems(EVENT, json.dumps({**GOOD, **change}).encode())
    assert len(problems) == 1 and word in problems[0], problems


def test_a_delete_must_answer_the_id_it_was_given() -> None:
    _, problems = body_problems({**EVENT, "RequestType": "Delete"}, json.dumps(GOOD).encode())
    assert len(problems) == 1 and "Delete" in problems[0], problems


@pytest.mark.parametrize("body", [b"", b"not JSON", b"[]"])
def test_what_is_no_object_is_no_answer(body: bytes) -> None:
    answer, problems = body_problems(EVENT, body)
    assert answer == {} and len(problems) == 1


def test_the_request_is_one_that_a_presigned_url_takes() -> None:
    length = {"content-length": "2"}
    assert request_problem("PUT", length) is None
    assert request_problem("PUT", {**length, "content-type": ""}) is None
    for method, headers in (("POST", length), ("PUT", {**length, "content-type": "application/json"}), ("PUT", {})):
        assert request_problem(method, headers) is not None, (method, headers)
