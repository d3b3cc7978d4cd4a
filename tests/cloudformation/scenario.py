"""One test's view of the local account: its stacks, what exists, and what was said and called since the test began."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from local.account import Account
from local.stack import Stack
from local.stand_in import StandIn

Picture = dict[str, dict[str, Any]]
HANDED_OVER = "handed over to the next run"
WAITING = "next=Wait"
OWNERSHIP = ("stack-id", "logical-id", "physical-id")
ANSWERED_WITHIN_SECONDS = 30.0


class Scenario:
    """Made for each test by the fixture `aws`, with an empty account."""

    def __init__(self, account: Account, token: str, name: str) -> None:
        self.account = account
        self.stand_in: StandIn = account.stand_in
        self.token = token
        self.name = name
        self.stacks: list[Stack] = []
        self.crashes = 0
        self._exchanges_before = len(account.exchanges())
        self._output_before = account.functions_output.stat().st_size

    def stack(self, suffix: str = "") -> Stack:
        """A stack of this test's own, not yet created."""
        stack = Stack(self.account.cloudformation, f"{self.name}{suffix}")
        self.stacks.append(stack)
        return stack

    def wind_at_each_hop(self, stack: Stack, minutes: int) -> None:
        """Each time the provider hands a request of `stack` over to itself, so much time has passed for SageMaker."""
        seen = self.hops()

        def wind() -> None:
            nonlocal seen
            for _ in range(seen, self.hops()):
                self.stand_in.advance(minutes * 60_000)
                seen += 1

        stack.meanwhile = wind

    def crash_in(self, stack: Stack, hop: int) -> None:
        """Kills the provider once, while it waits for an endpoint after `hop` hand-overs."""

        def crash() -> None:
            if self.crashes == 0 and self.hops() >= hop and WAITING in self._after_last_hop():
                self.crashes = self.account.crash()

        stack.meanwhile = crash

    def and_meanwhile(self, stack: Stack, what: Callable[[], object]) -> None:
        """Has `what` done too, between two looks at a running operation of `stack`."""
        before = stack.meanwhile

        def both() -> None:
            if before:
                before()
            what()

        stack.meanwhile = both

    def cancel_when(self, stack: Stack, reached: Callable[[], bool]) -> None:
        """Once, as soon as `reached` holds, lets `stack` stop waiting for the provider, as if another resource had failed."""
        cancelled = 0

        def cancel() -> None:
            nonlocal cancelled
            if not cancelled and reached():
                cancelled = self.account.cancel()

        self.and_meanwhile(stack, cancel)

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """What a function answers an event."""
        failed, answer = self._invoked(function, event)
        assert not failed, answer
        return answer

    def refusal(self, function: str, event: dict[str, Any]) -> str:
        """What a function says as it fails at an event."""
        failed, answer = self._invoked(function, event)
        assert failed, answer
        message: str = answer["errorMessage"]
        return message

    def _invoked(self, function: str, event: dict[str, Any]) -> tuple[bool, Any]:
        answer = self.account.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
        return "FunctionError" in answer, json.loads(answer["Payload"].read())

    def shown(self, panel: dict[str, Any]) -> str:
        """What a panel's function answers a dashboard that shows the last half hour."""
        html: str = self.invoke(panel["endpoint"], {**panel["params"], "Range": "PT30M"})
        return html

    def wait_for_all_answers(self) -> None:
        """Returns once each request has its answer, those that CloudFormation no longer waited for among them."""
        deadline = time.monotonic() + ANSWERED_WITHIN_SECONDS
        while open_ones := [e["event"].get("RequestType") for e in self.exchanges() if not e["answers"]]:
            assert time.monotonic() < deadline, f"never answered: {open_ones}"
            time.sleep(0.05)

    def endpoint_status(self, name: str) -> str | None:
        """As ListEndpoints tells it; None where there is no such endpoint."""
        endpoints = self.stand_in.sagemaker.list_endpoints()["Endpoints"]
        return next((e["EndpointStatus"] for e in endpoints if e["EndpointName"] == name), None)

    def ledger(self) -> list[dict[str, Any]]:
        """Every item of every request table in the account, those of earlier tests among them."""
        dynamodb, read = self.account.client("dynamodb"), TypeDeserializer().deserialize
        pages = [
            page
            for table in dynamodb.list_tables()["TableNames"]
            for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        ]
        return [{name: read(value) for name, value in item.items()} for page in pages for item in page["Items"]]

    def hops(self) -> int:
        """How often the provider has handed a request over to itself in this test."""
        return self.output().count(HANDED_OVER)

    def _after_last_hop(self) -> str:
        return self.output().rsplit(HANDED_OVER, 1)[-1]

    def foresaw(self, violation: str) -> bool:
        """Whether the test brought this about itself."""
        return self.crashes > 0 and violation.startswith("the invocation ended in an error: ") and "exited" in violation

    def exchanges(self) -> list[dict[str, Any]]:
        """What CloudFormation and the provider said to each other in this test."""
        return self.account.exchanges(self._exchanges_before)

    def requests(self) -> list[str]:
        """The request types of those, in order."""
        return [exchange["event"]["RequestType"] for exchange in self.exchanges()]

    def output(self) -> str:
        """Every line that the provider wrote in this test."""
        with self.account.functions_output.open("rb") as file:
            file.seek(self._output_before)
            return file.read().decode(errors="replace")

    def picture(self) -> Picture:
        """All that exists, as AWS's own APIs describe it, without times and states: two equal pictures are the same account.
        An alarm's metrics are a set, told apart by their ids, so their order counts for nothing."""
        sagemaker, cloudwatch = self.stand_in.sagemaker, self.stand_in.cloudwatch
        configs = [
            _without(sagemaker.describe_endpoint_config(EndpointConfigName=c["EndpointConfigName"]), "CreationTime")
            for c in sagemaker.list_endpoint_configs()["EndpointConfigs"]
        ]
        endpoints = [sagemaker.describe_endpoint(EndpointName=e["EndpointName"]) for e in sagemaker.list_endpoints()["Endpoints"]]
        dashboards = [
            cloudwatch.get_dashboard(DashboardName=d["DashboardName"]) for d in cloudwatch.list_dashboards()["DashboardEntries"]
        ]
        described = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=100)
        alarms = [*described["MetricAlarms"], *described["CompositeAlarms"]]
        return {
            "configs": {
                c["EndpointConfigName"]: {**c, "Tags": _tags(sagemaker.list_tags(ResourceArn=c["EndpointConfigArn"]))}
                for c in configs
            },
            "endpoints": {
                e["EndpointName"]: {"status": e["EndpointStatus"], "config": e["EndpointConfigName"]} for e in endpoints
            },
            "dashboards": {
                d["DashboardName"]: {
                    "body": json.loads(d["DashboardBody"]),
                    "Tags": _tags(cloudwatch.list_tags_for_resource(ResourceARN=d["DashboardArn"])),
                }
                for d in dashboards
            },
            "alarms": {
                a["AlarmName"]: {
                    **_without(a, *(key for key in a if key.startswith("State") or key.endswith("Timestamp"))),
                    "Metrics": sorted(a.get("Metrics", []), key=lambda metric: metric["Id"]),
                    "Tags": _tags(cloudwatch.list_tags_for_resource(ResourceARN=a["AlarmArn"])),
                }
                for a in alarms
            },
        }

    def only(self, kind: str) -> dict[str, Any]:
        """The one thing of a kind (`configs`, `endpoints`, `dashboards`, `alarms`) that there should be."""
        things = self.picture()[kind]
        assert len(things) == 1, f"{kind}: {sorted(things)}"
        return next(iter(things.values()))

    def empty(self) -> bool:
        return not any(self.picture().values())

    def make_endpoint(self, name: str, config: str) -> None:
        """An endpoint made by somebody else, on a config that exists; returns when it is InService."""
        self.stand_in.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
        self.stand_in.advance(60_000)
        assert self.picture()["endpoints"][name]["status"] == "InService"

    def make_config(self, name: str, instance_type: str = "ml.g6.12xlarge", **members: Any) -> None:
        """An endpoint config made by somebody else."""
        variant = {"VariantName": "AllTraffic", "InstanceType": instance_type, "InitialInstanceCount": 1}
        self.stand_in.sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[variant],
            ExecutionRoleArn="arn:aws:iam::123456789012:role/inference",
            **members,
        )


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """The custom widgets of a dashboard, as their properties."""
    return [widget["properties"] for widget in dashboard["body"]["widgets"] if widget["type"] == "custom"]


def owned_by(thing: dict[str, Any], stack: Stack, logical_id: str) -> bool:
    """Whether the ownership tags say that `stack`'s resource made it."""
    tags = thing["Tags"]
    return tags.get("monitored-endpoint:stack-id") == stack.id and tags.get("monitored-endpoint:logical-id") == logical_id


def _tags(response: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in response["Tags"]}


def _without(thing: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in thing.items() if key not in (*names, "ResponseMetadata")}
