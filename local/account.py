"""An AWS account on this machine: CloudFormation, Lambda, DynamoDB and others (ministack's) beside a stand-in's SageMaker and
CloudWatch.

One object to start and to end, with boto3 clients for what it serves, and a view of what CloudFormation and the provider said
to each other. It knows nothing of the provider: `local.provider` deploys that.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from local.child import Child
from local.stand_in import ACCOUNT, REGION, StandIn, local_client


class Account:
    """Started by its construction; use it as a context manager, or call `end`."""

    def __init__(self, work: Path, transition_ms: int = 50) -> None:
        """Everything that is written goes under `work`, which belongs to the caller."""
        self.functions_output = work / "functions.log"
        temporary = work / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        self.stand_in = StandIn(work, transition_ms)
        try:
            self._ministack = Child(
                [
                    *(sys.executable, "-m", "local.cloudformation", "--stand-in", self.stand_in.url),
                    *("--output", str(self.functions_output), "--account", ACCOUNT, "--region", REGION),
                ],
                work / "ministack.log",
                {"TMPDIR": str(temporary), "PYTHONDONTWRITEBYTECODE": "1"},
            )
        except BaseException:
            self.stand_in.end()
            raise
        self.url = self._ministack.url
        self.host = urlsplit(self.url).netloc
        self.cloudformation = self.client("cloudformation")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Ends ministack, every function environment of it, and the stand-in."""
        try:
            self._ministack.end()
        finally:
            self.stand_in.end()

    def client(self, service: str) -> Any:
        """A boto3 client of a service that ministack serves."""
        return local_client(service, self.url)

    def exchanges(self, after: int = 0) -> list[dict[str, Any]]:
        """What CloudFormation asked the provider and what it answered, without the first `after` exchanges."""
        exchanges: list[dict[str, Any]] = self._local("GET", f"exchanges?after={after}")
        return exchanges

    def deliver_again(self, exchange_id: str) -> dict[str, Any]:
        """The very same event once more, as a retried asynchronous invocation brings it; the exchange afterwards."""
        exchange: dict[str, Any] = self._local("POST", f"exchanges/{exchange_id}/again", {})
        return exchange

    def deliver(self, function_arn: str, event: Any) -> dict[str, Any]:
        """An event that no stack sends; it gets a ResponseURL of its own where it can hold one. The exchange afterwards."""
        exchange: dict[str, Any] = self._local("POST", "events", {"function": function_arn, "event": event})
        return exchange

    def cancel(self) -> int:
        """Stack operations no longer wait for the provider's answers and roll back, as when another resource of theirs fails.
        ministack makes one resource after the other, so that here no other one can fail meanwhile. How many waited."""
        waited: int = self._local("POST", "cancellations")
        return waited

    def actions(self) -> set[str]:
        """The IAM actions that the provider needed for its calls of ministack's services, such as `dynamodb:PutItem`."""
        return set(self._local("GET", "actions"))

    def crash(self) -> int:
        """Kills the functions that are running; Lambda tries their events again. How many there were."""
        killed: int = self._local("POST", "crashes")
        return killed

    def _local(self, method: str, path: str, content: Any = None) -> Any:
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(f"{self.url}/_local/{path}", method=method, data=data)
        with urllib.request.urlopen(request, timeout=120) as response:
            return json.load(response)
