"""A stack from the outside: put there, changed, removed, and what became of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

LOOK_EVERY_SECONDS = 0.03
PATIENCE_SECONDS = 120.0
Event = dict[str, Any]


class Stack:
    """One stack by its name. Each operation waits for its end and answers the stack's status then."""

    def __init__(self, cloudformation: Any, name: str, watch: Callable[[Event], None] | None = None) -> None:
        """`watch` is called with each new stack event while an operation runs."""
        self._cloudformation = cloudformation
        self.name = name
        self.id: str | None = None
        self._watch = watch
        # Called between two looks at a running operation: what has to happen meanwhile, outside the stack.
        self.meanwhile: Callable[[], None] | None = None
        self._seen: set[str] = set()

    def create(self, template: dict[str, Any] | str, **parameters: str) -> str:
        self.id = self._cloudformation.create_stack(**self._request(template, parameters))["StackId"]
        return self._settled()

    def update(self, template: dict[str, Any] | str, **parameters: str) -> str:
        """Raises botocore's ClientError "No updates are to be performed." where CloudFormation finds no difference."""
        self._cloudformation.update_stack(**self._request(template, parameters))
        return self._settled()

    def delete(self) -> str:
        self._cloudformation.delete_stack(StackName=self.id or self.name)
        return self._settled()

    def _request(self, template: dict[str, Any] | str, parameters: dict[str, str]) -> dict[str, Any]:
        return {
            "StackName": self.name,
            "TemplateBody": template if isinstance(template, str) else json.dumps(template, ensure_ascii=False),
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        }

    def _settled(self) -> str:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            status = self.status
            for event in self._new_events():
                if self._watch:
                    self._watch(event)
            if self.meanwhile:
                self.meanwhile()
            if not status.endswith("_IN_PROGRESS"):
                return status
            if time.monotonic() > deadline:
                raise TimeoutError(f"stack {self.name} is still {status} after {PATIENCE_SECONDS:.0f} s")
            time.sleep(LOOK_EVERY_SECONDS)

    def _new_events(self) -> Iterator[Event]:
        for event in self.events:
            if event["EventId"] not in self._seen:
                self._seen.add(event["EventId"])
                yield event

    @property
    def status(self) -> str:
        status: str = self._described()["StackStatus"]
        return status

    @property
    def events(self) -> list[Event]:
        """Oldest first."""
        pages = self._cloudformation.get_paginator("describe_stack_events").paginate(StackName=self.id or self.name)
        return [event for page in pages for event in page["StackEvents"]][::-1]

    @property
    def outputs(self) -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in self._described().get("Outputs", [])}

    @property
    def exists(self) -> bool:
        try:
            return self.status != "DELETE_COMPLETE"
        except ClientError:
            return False

    def physical_id(self, logical_id: str) -> str:
        detail = self._cloudformation.describe_stack_resource(StackName=self.name, LogicalResourceId=logical_id)
        physical_id: str = detail["StackResourceDetail"]["PhysicalResourceId"]
        return physical_id

    def reason(self, logical_id: str) -> str:
        """Why a resource failed last, as CloudFormation shows it; empty when it didn't."""
        failed = [e for e in self.events if e["LogicalResourceId"] == logical_id and e["ResourceStatus"].endswith("_FAILED")]
        return failed[-1].get("ResourceStatusReason", "") if failed else ""

    def _described(self) -> dict[str, Any]:
        described: dict[str, Any] = self._cloudformation.describe_stacks(StackName=self.id or self.name)["Stacks"][0]
        return described
