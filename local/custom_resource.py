"""CloudFormation's side of a custom resource: the event goes out, one answer comes back, and both are kept for the tests to read.

Runs inside the ministack process and stands in the place of its `invoke_custom_resource`. It adds what AWS does and ministack
leaves out: ServiceToken beside the other top-level members, a ResponseURL that looks and behaves like a presigned one, answers
checked to the letter, the retries of an asynchronous invocation, and the cancellation of a request that still runs. It never
changes what a stack does: see `corrections`.
"""

from __future__ import annotations

import contextvars
import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.answer import body_problems

# Lambda tries a failed asynchronous invocation twice more (Lambda developer guide, "Error handling for asynchronous
# invocation"); without the minutes between the tries here.
TRIES = 3
# A stack that waits out its ServiceTimeout of an hour helps nobody locally.
LONGEST_WAIT_SECONDS = 30.0


# What CloudFormation says of a resource that it no longer waits for, as the events in aws-cdk issues 26139 and 31541 show it.
CANCELLED = {"Create": "Resource creation cancelled", "Update": "Resource update cancelled"}


class RefusedAnswer(RuntimeError):
    """The function answered, and CloudFormation would not have taken the answer."""


class Cancelled(RuntimeError):
    """CloudFormation stopped waiting, because another resource of the stack failed."""


@dataclass
class Exchange:
    """One event sent to the provider, and all that came back."""

    id: str
    event: Any
    record: dict[str, Any] = field(repr=False)  # ministack's record of the function
    deliveries: int = 0
    answers: list[dict[str, Any]] = field(default_factory=list)
    returned: list[Any] = field(default_factory=list)  # what each invocation returned to Lambda
    accepted: dict[str, Any] | None = None  # the first answer, when CloudFormation would take it
    violations: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    seconds: float | None = None
    answered: threading.Event = field(default_factory=threading.Event, repr=False)
    awaited: bool = False  # a stack operation waits for the answer
    cancelled: bool = False  # and has stopped to
    delivered: bool | None = None  # how the delivery ended, once it has
    _news: threading.Condition = field(default_factory=threading.Condition, repr=False)

    def tell(self) -> None:
        """Wakes whoever waits for this exchange: something about it has changed."""
        with self._news:
            self._news.notify_all()

    def wait_for(self, state: Callable[[], bool], seconds: float | None = None) -> None:
        """Returns once the exchange is in that state, or after so many seconds."""
        with self._news:
            self._news.wait_for(state, seconds)

    def as_json(self) -> dict[str, Any]:
        """What the tests and the demo see of it."""
        names = ("id", "event", "deliveries", "answers", "returned", "violations", "seconds", "cancelled")
        return {name: getattr(self, name) for name in names}


class Journal:
    """All exchanges since the start, oldest first."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._lock = threading.Lock()
        self._exchanges: list[Exchange] = []

    def open(self, event: Any, record: dict[str, Any]) -> Exchange:
        """A new exchange; the event gets its own ResponseURL unless it brings one (or is nothing that could hold one)."""
        exchange = Exchange(str(uuid.uuid4()), event, record)
        if isinstance(event, dict):
            event.setdefault("ResponseURL", self._response_url(exchange.id))
        with self._lock:
            self._exchanges.append(exchange)
        return exchange

    def _response_url(self, exchange_id: str) -> str:
        # As long and as secret as a real one, so that a leak of it looks like a leak of a real one.
        return (
            f"{self.base_url}/_local/answers/{exchange_id}?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            f"&X-Amz-Credential=AKIDLOCAL%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Expires=7200"
            f"&X-Amz-SignedHeaders=host&X-Amz-Signature={secrets.token_hex(32)}"
        )

    def find(self, exchange_id: str) -> Exchange | None:
        with self._lock:
            return next((e for e in self._exchanges if e.id == exchange_id), None)

    def after(self, count: int) -> list[dict[str, Any]]:
        """The exchanges that came after the first `count` of them."""
        with self._lock:
            return [exchange.as_json() for exchange in self._exchanges[count:]]

    def take_answer(self, exchange: Exchange, body: bytes) -> None:
        """Keeps an answer and what is wrong with it; the first one ends the wait, right or wrong."""
        answer, problems = body_problems(exchange.event, body)
        with self._lock:
            exchange.answers.append(answer)
            exchange.violations += problems
            if len(exchange.answers) == 1 and not problems:
                exchange.accepted = answer
            if len(exchange.answers) > exchange.deliveries:
                exchange.violations.append("a second answer to the same request")
            exchange.seconds = time.monotonic() - exchange.started
        exchange.answered.set()
        exchange.tell()

    def cancel(self) -> int:
        """Ends the wait of every stack operation for an answer, as the failure of another resource does on AWS; how many waited.

        The function isn't told and goes on: "onDelete is called before onCreate is done" (aws-cdk issue 26139,
        cloudformation-coverage-roadmap issues 1730 and 1814). What the stack then sends is the rollback's.
        """
        with self._lock:
            waiting = [e for e in self._exchanges if e.awaited and not e.cancelled and e.event["RequestType"] in CANCELLED]
        for exchange in waiting:
            exchange.cancelled = True
            exchange.tell()
        return len(waiting)


def deliver(exchange: Exchange) -> bool:
    """Invokes the function with the event, as Lambda does for CloudFormation: twice more when it ends in an error.

    Answers whether an invocation ended well; then an answer may still come, from where it handed the request on to.
    """
    from ministack.services import lambda_svc

    for _ in range(TRIES):
        exchange.deliveries += 1
        result = lambda_svc._execute_function_with_config_scope(exchange.record, json.loads(json.dumps(exchange.event)))
        failed = isinstance(result, dict) and result.get("error")
        exchange.returned.append(result.get("body") if isinstance(result, dict) else result)
        if not failed:
            return True
        exchange.violations.append(f"the invocation ended in an error: {str(exchange.returned[-1])[:300]}")
        if exchange.answered.is_set():
            break
    return False


def _deliver_and_tell(exchange: Exchange) -> None:
    delivered = False
    try:
        delivered = deliver(exchange)
    finally:
        exchange.delivered = delivered
        exchange.tell()


@dataclass
class FailedCreate:
    """What a failed Create left behind: CloudFormation deletes it in the rollback, whatever its id."""

    physical_id: str
    resource_type: str
    properties: dict[str, Any]


# By (stack name, logical id); `corrections` takes them out when the rollback runs.
failed_creates: dict[tuple[str, str], FailedCreate] = {}


class CustomResources:
    """The replacement of ministack's `invoke_custom_resource`."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def invoke(
        self,
        request_type: str,
        logical_id: str,
        props: dict[str, Any],
        stack_name: str,
        stack_id: str,
        resource_type: str,
        physical_id: str | None = None,
        old_props: dict[str, Any] | None = None,
    ) -> tuple[str, dict[str, Any]]:
        """Sends one event and waits for its answer: (physical id, attributes).

        Raises RuntimeError with the Reason of a FAILED answer, RefusedAnswer for one that CloudFormation would not take,
        TimeoutError when none comes, and Cancelled when the stack no longer waits. Blocks: ministack calls it from a thread of
        its own.
        """
        exchange = self.journal.open(
            self._event(request_type, logical_id, props, stack_id, resource_type, physical_id, old_props),
            function_record(props.get("ServiceToken", "")),
        )
        exchange.awaited = True
        try:
            answer = self._wait(exchange, props)
        except Exception:
            self._note_failed_create(exchange, stack_name, logical_id, resource_type, props)
            raise
        finally:
            exchange.awaited = False
        return answer["PhysicalResourceId"], answer.get("Data") or {}

    @staticmethod
    def _event(
        request_type: str,
        logical_id: str,
        props: dict[str, Any],
        stack_id: str,
        resource_type: str,
        physical_id: str | None,
        old_props: dict[str, Any] | None,
    ) -> dict[str, Any]:
        from ministack.services.cloudformation.custom_resource import _normalise_resource_properties

        event: dict[str, Any] = {
            "RequestType": request_type,
            # Real events carry it beside ResourceProperties too (crpg-ref-requesttypes-create.html shows one).
            "ServiceToken": props.get("ServiceToken", ""),
            "StackId": stack_id,
            "RequestId": str(uuid.uuid4()),
            "LogicalResourceId": logical_id,
            "ResourceType": resource_type,
            "ResourceProperties": _normalise_resource_properties(props),
        }
        if physical_id is not None:
            event["PhysicalResourceId"] = physical_id
        if old_props is not None:
            event["OldResourceProperties"] = _normalise_resource_properties(old_props)
        return event

    @staticmethod
    def _wait(exchange: Exchange, props: dict[str, Any]) -> dict[str, Any]:
        # In a context of its own thread: ministack keeps account and Region in context variables.
        send = contextvars.copy_context().run
        threading.Thread(target=send, args=(_deliver_and_tell, exchange), daemon=True, name="invocation").start()
        exchange.wait_for(lambda: exchange.cancelled or exchange.delivered is not None)
        patience = min(float(props.get("ServiceTimeout", 3600)), LONGEST_WAIT_SECONDS) if exchange.delivered else 0
        exchange.wait_for(lambda: exchange.cancelled or exchange.answered.is_set(), patience)
        if exchange.cancelled and not exchange.answered.is_set():
            raise Cancelled(CANCELLED[exchange.event["RequestType"]])
        if not exchange.answered.is_set():
            exchange.violations.append("no answer")
            raise TimeoutError(
                "CloudFormation did not receive a response from your custom resource. Please check your logs for requestId "
                f"[{exchange.event['RequestId']}]."
            )
        answer = exchange.accepted
        if answer is None:
            raise RefusedAnswer("Invalid response from custom resource: " + "; ".join(exchange.violations))
        if answer["Status"] == "FAILED":
            raise RuntimeError(f"Received response status [FAILED] from custom resource. Message returned: {answer['Reason']}")
        return answer

    @staticmethod
    def _note_failed_create(
        exchange: Exchange, stack_name: str, logical_id: str, resource_type: str, props: dict[str, Any]
    ) -> None:
        if exchange.event["RequestType"] != "Create":
            return
        answered = exchange.answers[0].get("PhysicalResourceId") if exchange.answers else None
        made_up = f"{stack_name}-{logical_id}-{secrets.token_hex(6).upper()}"
        failed_creates[stack_name, logical_id] = FailedCreate(answered or made_up, resource_type, props)


def crash() -> int:
    """Ends every function environment that is at work, as a fault of its own or of its host would; how many there were."""
    from ministack.core import lambda_runtime

    with lambda_runtime._lock:
        at_work = [worker for pool in lambda_runtime._workers.values() for worker in pool if worker.in_use and worker._proc]
    for worker in at_work:
        worker._proc.kill()
    return len(at_work)


def function_record(service_token: str) -> dict[str, Any]:
    """ministack's record of the function behind a ServiceToken (an ARN).

    Raises ValueError when there is no such function.
    """
    from ministack.services import lambda_svc

    parts = service_token.split(":")
    scope = {"account_id": parts[4], "region": parts[3]} if len(parts) > 6 else {}
    record, config, _ = lambda_svc._get_func_record_for_ref_in_scope(service_token, **scope)
    if record is None or config is None:
        raise ValueError(f"Invalid ServiceToken {service_token!r}: no such function in this account and Region")
    return lambda_svc._execution_record_for_config(record, config)
