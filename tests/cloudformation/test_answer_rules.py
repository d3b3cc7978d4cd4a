"""The local CloudFormation is as strict about answers as the real one: each rule of `local.answer` catches its breach."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.answer import body_problems, request_problem

pytestmark = pytest.mark.quick

# The Rust tests' reader of answers is held to the same.
RULES = json.loads((Path(__file__).parents[1] / "support" / "answer-rules.json").read_text())
EVENT: dict[str, Any] = RULES["event"]
GOOD: dict[str, Any] = RULES["good"]
BREACHES: dict[str, dict[str, Any]] = {breach["name"]: breach for breach in RULES["breaches"]}


def test_a_good_answer_has_no_problems() -> None:
    assert body_problems(EVENT, json.dumps(GOOD).encode()) == (GOOD, [])


@pytest.mark.parametrize("breach", BREACHES.values(), ids=BREACHES)
def test_each_breach_is_found_alone(breach: dict[str, Any]) -> None:
    _, problems = body_problems(EVENT, json.dumps({**GOOD, **_written_out(breach["change"])}).encode())
    assert len(problems) == 1 and breach["says"] in problems[0], problems


def _written_out(value: Any) -> Any:
    """What is long is written as what it repeats, and how often."""
    if not isinstance(value, dict):
        return value
    if "repeat" in value:
        return value["repeat"] * value["times"]
    return {name: _written_out(member) for name, member in value.items()}


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
