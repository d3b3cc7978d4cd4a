"""What CloudFormation accepts as the answer of a custom resource, checked to the letter.

Real CloudFormation is silent about most mistakes (an answer it refuses simply never counts, and the stack hangs for an hour),
so each rule here names what was wrong instead. It never decides what a provider ought to do, only what it may say.
The rules are those of "Custom resource response objects" in the CloudFormation user guide (crpg-ref-responses.html), and for the
request itself those of a presigned Amazon S3 PUT, which is what a ResponseURL is.
"""

from __future__ import annotations

import json
from typing import Any

BODY_LIMIT_BYTES = 4096
PHYSICAL_ID_LIMIT_BYTES = 1024
ECHOED = ("StackId", "RequestId", "LogicalResourceId")
KNOWN = {"Status", "Reason", "PhysicalResourceId", "NoEcho", "Data", *ECHOED}


def request_problem(method: str, headers: dict[str, str]) -> tuple[int, str] | None:
    """Why S3 would refuse the request that carries the answer, with the HTTP status it would give; None when it would not."""
    if method != "PUT":
        return 403, f"the answer came as {method}; the presigned URL is signed for PUT"
    if headers.get("content-type"):
        # The URL is signed with an empty Content-Type, so S3 finds another signature: cfn-response sends "" for this reason.
        return 403, f"Content-Type was {headers['content-type']!r}; it must be empty or absent"
    if "content-length" not in headers:
        # S3 answers 411 MissingContentLength to a body of unknown length (Amazon S3 API reference, error responses).
        return 411, "the answer came without Content-Length; Amazon S3 refuses a body of unknown length"
    return None


def body_problems(event: dict[str, Any], body: bytes) -> tuple[dict[str, Any], list[str]]:
    """The parsed answer to `event`, and everything that is wrong with it (an empty list when nothing is)."""
    problems: list[str] = []
    if len(body) > BODY_LIMIT_BYTES:
        problems.append(f"the body has {len(body)} bytes; CloudFormation takes {BODY_LIMIT_BYTES} at most")
    try:
        answer = json.loads(body)
    except ValueError as error:
        return {}, [*problems, f"the body is not JSON: {error}"]
    if not isinstance(answer, dict):
        return {}, [*problems, "the body is not a JSON object"]

    problems += [f"{name} is no member of a response object" for name in sorted(set(answer) - KNOWN)]
    problems += [
        f"{name} was {answer.get(name)!r}; the request said {event.get(name)!r}, and it must be echoed"
        for name in ECHOED
        if answer.get(name) != event.get(name)
    ]
    status = answer.get("Status")
    if status not in ("SUCCESS", "FAILED"):
        problems.append(f"Status was {status!r}; it must be SUCCESS or FAILED")
    if status == "FAILED" and not answer.get("Reason"):
        problems.append("Status was FAILED without a Reason")
    if "Data" in answer and not isinstance(answer["Data"], dict):
        problems.append("Data is not an object")
    if "NoEcho" in answer and not isinstance(answer["NoEcho"], bool):
        problems.append("NoEcho is not a boolean")

    physical_id = answer.get("PhysicalResourceId")
    if not isinstance(physical_id, str) or not physical_id:
        problems.append(f"PhysicalResourceId was {physical_id!r}; it must be a string that isn't empty")
    elif len(physical_id.encode()) > PHYSICAL_ID_LIMIT_BYTES:
        problems.append(f"PhysicalResourceId is longer than {PHYSICAL_ID_LIMIT_BYTES} bytes")
    given = event.get("PhysicalResourceId")
    if given is not None and physical_id != given:
        if status == "FAILED":
            # The rollback would act on the answered id instead of the one that the stack holds (aws-cdk issue 13527).
            problems.append(f"a failed {event['RequestType']} answered {physical_id!r}; it was given {given!r}")
        elif event["RequestType"] == "Delete":
            problems.append(f"Delete answered {physical_id!r}; it was given {given!r}")
    return answer, problems
