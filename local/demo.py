"""The product in action, without an AWS account: `python -m local.demo`.

Deploys the provider and an example stack to a local account, shows what CloudFormation does and what came of it, changes the
stack, deletes it, and checks that nothing is left. It asserts nothing about the product beyond that: the scenarios do.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import Any

from local import picture, provider
from local.account import Account
from local.stack import Event, Stack
from local.stand_in import REGION

EXAMPLE = provider.ROOT / "examples" / "monitored-config.yaml"
STACK_NAME = "shared-inference"
# How long the stand-in lets an endpoint change, so that there is something to watch.
TRANSITION_MS = 1500
# What is simulated on the example's endpoint for the picture: its two models while a second instance comes and goes. Some
# minutes more than the dashboard shows, so that no graph begins in its middle.
STARTED_AGO_S = 3 * 3600 + 600
CHAT = {"gpu_percent": 62, "gpu_memory_percent": 81, "invocations_per_minute": 90, "model_latency_ms": 640, "share_4xx": 0.01}
EMBEDDINGS = {"gpu_percent": 24, "gpu_memory_percent": 35, "invocations_per_minute": 240, "model_latency_ms": 45}
MODELS = [
    {"name": "chat", "gpus_per_copy": 2, "copies": [[0, 1], [4500, 2], [9000, 1]], "load": CHAT},
    {"name": "embeddings", "gpus_per_copy": 1, "copies": [[0, 1], [5400, 2], [8400, 1]], "load": EMBEDDINGS},
]
MODELS_GONE_S = 60


class Failed(Exception):
    """The demo can't go on, or something is left at its end. The message says which."""


class Screen:
    """What the demo prints: paragraphs, and one line per stack event. Colours only on a terminal."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._colours = sys.stdout.isatty()

    def say(self, text: str = "") -> None:
        print(text, flush=True)

    def chapter(self, text: str) -> None:
        self.say(f"\n{self._coloured('1', f'{self._seconds()}  {text}')}")

    def fact(self, name: str, value: str) -> None:
        self.say(f"           {name:<34}{value}")

    def event(self, event: Event) -> None:
        """One stack event, as it comes."""
        status = event["ResourceStatus"]
        good = "32" if status.endswith("_COMPLETE") else "33"
        colour = "31" if status.endswith("_FAILED") or "ROLLBACK" in status else good
        # The stack's own events name it as the resource; CloudFormation's "User Initiated" tells nothing.
        reason = event.get("ResourceStatusReason", "").replace("User Initiated", "")
        line = f"{event['LogicalResourceId']:<20.20} {event['ResourceType']:<34.34}"
        self.say(f"{self._seconds()}  {self._coloured(colour, f'{status:<36}')} {line} {reason}".rstrip())

    def _seconds(self) -> str:
        return f"{time.monotonic() - self._started:7.1f} s"

    def _coloured(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colours else text


def show_what_exists(screen: Screen, account: Account) -> None:
    """The endpoint, its config, the dashboard and the alarms: a line each, as AWS's own APIs describe them."""
    sagemaker, cloudwatch = account.stand_in.sagemaker, account.stand_in.cloudwatch
    screen.say()
    for endpoint in sagemaker.list_endpoints()["Endpoints"]:
        described = sagemaker.describe_endpoint(EndpointName=endpoint["EndpointName"])
        screen.fact("endpoint", f"{described['EndpointName']}: {described['EndpointStatus']} on {described['EndpointConfigName']}")
    for listed in sagemaker.list_endpoint_configs()["EndpointConfigs"]:
        name = listed["EndpointConfigName"]
        metrics = sagemaker.describe_endpoint_config(EndpointConfigName=name).get("MetricsConfig", {})
        enhanced = "on" if metrics.get("EnableEnhancedMetrics") else "off"
        every = metrics.get("MetricPublishFrequencyInSeconds")
        screen.fact("endpoint config", f"{name}: enhanced metrics {enhanced}, published every {every} s")
    for listed in cloudwatch.list_dashboards()["DashboardEntries"]:
        name = listed["DashboardName"]
        body = json.loads(cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"])
        screen.fact("dashboard", f"{name}: {len(body['widgets'])} widgets")
    for alarm in cloudwatch.describe_alarms()["MetricAlarms"]:
        screen.fact("alarm", f"{alarm['AlarmName']}: fires {_condition(alarm)}")


def place_models(account: Account) -> None:
    """The example's two models on its endpoint, one copy each."""
    endpoint = account.stand_in.sagemaker.list_endpoints()["Endpoints"][0]["EndpointName"]
    for model in MODELS:
        needs = {"NumberOfAcceleratorDevicesRequired": model["gpus_per_copy"], "MinMemoryRequiredInMb": 4096}
        account.stand_in.sagemaker.create_inference_component(
            InferenceComponentName=model["name"],
            EndpointName=endpoint,
            VariantName="AllTraffic",
            Specification={"ModelName": model["name"], "ComputeResourceRequirements": needs},
            RuntimeConfig={"CopyCount": 1},
        )


def remove_models(account: Account) -> None:
    """Waits until they are gone: SageMaker deletes no endpoint that has models."""
    sagemaker = account.stand_in.sagemaker
    for model in MODELS:
        sagemaker.delete_inference_component(InferenceComponentName=model["name"])
    deadline = time.monotonic() + MODELS_GONE_S
    while sagemaker.list_inference_components()["InferenceComponents"]:
        if time.monotonic() > deadline:
            raise Failed(f"the models are still there after {MODELS_GONE_S} s")
        time.sleep(0.1)


def simulate_fleet(account: Account, frequency: int) -> None:
    """Gives the endpoint a past: three hours of metrics, as if the example's models had run on it all the time."""
    endpoint = account.stand_in.sagemaker.list_endpoints()["Endpoints"][0]["EndpointName"]
    variant = {"name": "AllTraffic", "instance_type": "ml.g6.12xlarge", "gpus_per_instance": 4}
    fleet = {
        "endpoint": endpoint,
        "publish_frequency": frequency,
        "enhanced_metrics": True,
        "variants": [{**variant, "instances": [[0, 1], [4200, 2], [9600, 1]]}],
        "components": [{**component, "variant": "AllTraffic"} for component in MODELS],
    }
    # It began a second before a whole minute, so that every change comes with the first sample of a graph's minute.
    picture.simulate(account.stand_in.url, fleet, STARTED_AGO_S + int(time.time()) % 60 + 1)


def _target() -> Path:
    """Where cargo builds."""
    return Path(os.environ.get("CARGO_TARGET_DIR", provider.ROOT / "target"))


def draw_dashboard(account: Account) -> tuple[Path, Path | None]:
    """The dashboard as a page that stays after the demo, and as a PNG where Chromium is installed. The deployed function draws its
    interactive panels, as it does for the console."""
    folder = _target() / "demo"
    functions = account.client("lambda")

    def invoke(function: str, event: Any) -> str:
        answer = functions.invoke(FunctionName=function, Payload=json.dumps(event))
        html: str = json.loads(answer["Payload"].read())
        return html

    # Alarms look at the data every minute.
    account.stand_in.advance(60_000)
    [listed] = account.stand_in.cloudwatch.list_dashboards()["DashboardEntries"]
    page = folder / f"{listed['DashboardName']}.html"
    picture.save_page(account.stand_in.url, listed["DashboardName"], page, invoke)
    png = page.with_suffix(".png")
    return page, png if picture.photograph(page, png) else None


def _condition(alarm: dict[str, Any]) -> str:
    periods = {m["MetricStat"]["Period"] for m in alarm.get("Metrics", []) if "MetricStat" in m} or {alarm.get("Period", 0)}
    window = alarm["EvaluationPeriods"] * max(periods)
    words = {"GreaterThanOrEqualToThreshold": "at", "GreaterThanThreshold": "above", "LessThanThreshold": "below"}
    where = words.get(alarm["ComparisonOperator"], alarm["ComparisonOperator"])
    more = " or more" if where == "at" else ""
    return f"{where} {alarm['Threshold']:g}{more} for {window // 60} minutes"


def show_results(screen: Screen, outputs: dict[str, str], page: Path, png: Path | None) -> None:
    """What a reader takes along. A link into the console of an account that isn't there would lead nowhere."""
    screen.say("\n           Outputs of the stack")
    for name, value in sorted(outputs.items()):
        screen.fact(name, "a link to the dashboard, in a real account" if value.startswith("https://") else value)
    screen.say("\n           The dashboard, over three simulated hours")
    screen.fact("page", page.as_uri())
    screen.fact("picture", str(png) if png else "none: Chromium is not installed")
    example = EXAMPLE.relative_to(provider.ROOT)
    screen.say("\n           Next: the same picture of a declaration of your own, before anything is deployed")
    screen.say(f"             make cli && .tools/bin/monitored-endpoint preview {example}")


def expect(status: str, wanted: str, stack: Stack) -> None:
    """Raises Failed with the stack's failures unless the operation ended as it should."""
    if status != wanted:
        failures = [
            f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
            for event in stack.events
            if event["ResourceStatus"].endswith("_FAILED")
        ]
        raise Failed("\n".join([f"stack {stack.name} ended {status} instead of {wanted}", *failures]))


def left_over(account: Account) -> list[str]:
    """What still exists in the account's SageMaker and CloudWatch, by name."""
    sagemaker, cloudwatch = account.stand_in.sagemaker, account.stand_in.cloudwatch
    return [
        *(f"endpoint config {c['EndpointConfigName']}" for c in sagemaker.list_endpoint_configs()["EndpointConfigs"]),
        *(f"endpoint {e['EndpointName']}" for e in sagemaker.list_endpoints()["Endpoints"]),
        *(f"dashboard {d['DashboardName']}" for d in cloudwatch.list_dashboards()["DashboardEntries"]),
        *(f"alarm {a['AlarmName']}" for a in cloudwatch.describe_alarms()["MetricAlarms"]),
    ]


def run(work: Path, pause: bool) -> None:
    """The whole demo. Everything that it starts has ended when it returns or raises."""
    screen = Screen()
    screen.say("A monitored SageMaker endpoint, declared in one stack. Nothing here talks to AWS: CloudFormation and Lambda are")
    screen.say("ministack's, SageMaker and CloudWatch the stand-in's, and the provider is the real Lambda package.")

    screen.chapter("Starting the local account")
    zip_file = provider.package()
    with Account(work, TRANSITION_MS) as account:
        screen.fact("AWS endpoint", f"{account.url} (CloudFormation, Lambda, DynamoDB, SSM, SNS, IAM, …)")
        screen.fact("stand-in", f"{account.stand_in.url} (SageMaker, CloudWatch)")

        screen.chapter("Deploying the provider: template.yaml")
        provider_stack = provider.deploy(account, zip_file)
        screen.fact("package", f"{zip_file} ({zip_file.stat().st_size / 1e6:.1f} MB)")
        screen.fact("ServiceToken", provider_stack.outputs["ServiceToken"])
        screen.fact("request ledger", f"{provider_stack.outputs['RequestTableName']} (DynamoDB)")

        stack = Stack(account.cloudformation, STACK_NAME, screen.event)
        template = EXAMPLE.read_text()
        screen.chapter(f"Creating the stack {STACK_NAME}: {EXAMPLE.relative_to(provider.ROOT)}")
        expect(stack.create(template), "CREATE_COMPLETE", stack)
        show_what_exists(screen, account)

        # SageMaker begins to publish. The update then sees what its metrics look like.
        screen.chapter("Placing two models on the endpoint: chat and embeddings")
        place_models(account)
        simulate_fleet(account, frequency=10)
        screen.chapter(
            "Updating it: metrics every 10 seconds instead of 60. A config can't be changed, so a new one takes its place"
        )
        expect(stack.update(template, PublishFrequency="10"), "UPDATE_COMPLETE", stack)
        show_what_exists(screen, account)

        screen.chapter("Drawing its dashboard, over three simulated hours")
        page, png = draw_dashboard(account)
        outputs = dict(stack.outputs)
        if pause:
            screen.say(f"\n           The dashboard is drawn: {page.as_uri()}")
            screen.say("           Have a look, for example:")
            screen.say(f"             aws --endpoint-url {account.stand_in.url} --region {REGION} cloudwatch describe-alarms")
            screen.say(f"             aws --endpoint-url {account.url} --region {REGION} cloudformation describe-stacks")
            input("           Enter goes on. ")

        screen.chapter("Deleting it, and the provider")
        remove_models(account)
        expect(stack.delete(), "DELETE_COMPLETE", stack)
        expect(provider_stack.delete(), "DELETE_COMPLETE", provider_stack)
        violations = [violation for exchange in account.exchanges() for violation in exchange["violations"]]
        if violations:
            raise Failed("CloudFormation would have refused an answer: " + "; ".join(violations))
        left = left_over(account)
        if left:
            raise Failed("something is left: " + ", ".join(left))
        screen.chapter("Nothing is left: no endpoint config, no endpoint, no dashboard, no alarm.")
        show_results(screen, outputs, page, png)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument("--pause", action="store_true", help="wait before deleting, so that you can look around")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    with tempfile.TemporaryDirectory(prefix="monitored-endpoint-demo-") as work:
        try:
            run(Path(work), options.pause)
        except (Failed, FileNotFoundError, RuntimeError, TimeoutError) as error:
            print(f"\nThe demo failed: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nStopped; all that was started has ended.", file=sys.stderr)
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
