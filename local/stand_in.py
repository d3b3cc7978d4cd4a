"""The stand-in for SageMaker, CloudWatch and the Price List, seen from Python: started, told what to do next, asked what it saw.

Only the control side; its AWS side is for SDK clients (`sagemaker` and `cloudwatch` here are boto3's).
"""

from __future__ import annotations

import json
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3

from local.child import Child

ACCOUNT = "123456789012"
REGION = "us-east-1"


def binary() -> Path:
    """The stand-in's program: `STAND_IN`, or the one that cargo built last in this checkout.

    Raises FileNotFoundError that says how to build it.
    """
    root = Path(__file__).parent.parent
    target = Path(os.environ.get("CARGO_TARGET_DIR", root / "target"))
    for candidate in (os.environ.get("STAND_IN"), target / "debug" / "stand-in", shutil.which("stand-in")):
        if candidate and Path(candidate).is_file():
            return Path(candidate).resolve()
    raise FileNotFoundError("the stand-in isn't built: cargo build --workspace --bin stand-in (or set STAND_IN to it)")


def local_client(service: str, url: str) -> Any:
    """A boto3 client of `service` as it is served at `url`. ministack takes a key of twelve digits as the account's id."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="local",
    )


class StandIn:
    """A running stand-in."""

    def __init__(self, work: Path, transition_ms: int = 50, tables: Sequence[str] = (), listen: str | None = None) -> None:
        """Starts one; an endpoint takes `transition_ms` from one state to the next.

        `tables` are the DynamoDB tables that exist, and `listen` is the address to listen on, where loopback won't do.
        """
        command = [str(binary()), "--exit-with-stdin", "--account", ACCOUNT, "--region", REGION]
        command += [option for table in tables for option in ("--table", table)]
        command += ["--listen", listen] if listen else []
        self._child = Child([*command, "--transition-ms", str(transition_ms)], work / "stand-in.log")
        self.url = self._child.url
        self.log = self._child.log
        self._forgotten: set[str] = set()

    def end(self) -> None:
        self._child.end()

    @cached_property
    def sagemaker(self) -> Any:
        return local_client("sagemaker", self.url)

    @cached_property
    def cloudwatch(self) -> Any:
        return local_client("cloudwatch", self.url)

    def calls(self) -> list[dict[str, Any]]:
        """Every AWS call since the start or the last `forget_calls`, in order."""
        calls: list[dict[str, Any]] = self._control("GET", "calls")
        return calls

    def writes(self) -> list[str]:
        """The operations that would have changed something, in order, also those that were refused."""
        return [call["operation"] for call in self.calls() if call["write"]]

    def forget_calls(self) -> None:
        self._forgotten |= self._actions()
        self._control("DELETE", "calls")

    def actions_ever(self) -> set[str]:
        """The IAM actions of every operation that the provider ever called, such as `cloudwatch:PutDashboard`."""
        return self._forgotten | self._actions()

    def _actions(self) -> set[str]:
        # Tests call too, with another SDK, and so does the function behind interactive panels.
        agents = ((call, call["user_agent"]) for call in self.calls())
        provider = (call for call, agent in agents if "aws-sdk-rust" in agent and "app/widgets" not in agent)
        return {f"{call['service']}:{call['operation']}" for call in provider}

    def state(self) -> dict[str, Any]:
        """Everything that exists in this account."""
        state: dict[str, Any] = self._control("GET", "state")
        return state

    def reset(self) -> None:
        """An empty account: nothing in it, no faults, no calls."""
        self.forget_calls()
        for path in ("state", "faults"):
            self._control("DELETE", path)

    def fault(self, operation: str, fault: dict[str, Any], on_call: int | None = None, times: int | None = None) -> None:
        """The calls of `operation` go wrong: from its `on_call`-th from now on (None: each), `times` times (None: forever)."""
        self._control("POST", "faults", {"operation": operation, "on_call": on_call, "times": times, "fault": fault})

    def clear_faults(self) -> None:
        self._control("DELETE", "faults")

    def next_transition(self, endpoint: str, outcome: str, reason: str, after_ms: int = 50) -> None:
        """The next create, update or delete of an endpoint ends in `succeed`, `fail`, `rollback` or `rollback_failed`."""
        self._control("POST", f"endpoints/{endpoint}/next", {"outcome": outcome, "reason": reason, "after_ms": after_ms})

    def scale(self, endpoint: str, variant: str, instances: int) -> None:
        """Sets a variant's instance count, as autoscaling would."""
        self._control("POST", f"endpoints/{endpoint}/scale", {"variant": variant, "instances": instances})

    def set_enrichment(self, running: bool) -> None:
        """Whether OTel enrichment runs in the account."""
        self._control("POST", "enrichment", {"running": running})

    def advance(self, milliseconds: int) -> None:
        """Winds the stand-in's clock forward, so that endpoints arrive where they were going."""
        self._control("POST", "clock", {"advance_ms": milliseconds})

    def publish(self, metrics: list[dict[str, Any]]) -> None:
        """Declares metric streams for ListMetrics: `[{"namespace", "name", "dimensions"}]`."""
        self._control("POST", "metrics", metrics)

    def set_prices(self, prices: list[dict[str, str]]) -> None:
        """Puts prices on the Price List: `[{"region", "instance_type", "per_hour", "effective"}]`."""
        self._control("POST", "prices", prices)

    def _control(self, method: str, path: str, content: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.url}/_stand-in/{path}",
            method=method,
            data=None if content is None else json.dumps(content).encode(),
            headers={"content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                body = response.read()
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")
            raise RuntimeError(f"the stand-in refused {method} {path}: {error.code} {said}") from None
        return json.loads(body) if body else None
