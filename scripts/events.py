#!/usr/bin/env python3
"""Sends every file of `events/` to the provider with `cargo lambda invoke`, and checks each answer.

What they should be, the table in events/README.md says. The provider runs on cargo-lambda's own emulator of Lambda's runtime API
and works on the stand-in, which each event finds fresh. No AWS account is touched, and nothing is left running.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from local.stand_in import StandIn  # noqa: E402

EVENTS = ROOT / "events"
# A table row that names a file: | `create.json` | what happens | SUCCESS |
ROW = re.compile(r"^\| `(?P<file>[\w-]+\.json)` \|.*\| (?P<status>SUCCESS|FAILED|none) \|$", re.MULTILINE)
PATIENCE_SECONDS = 30
# What is sent before an event, where it takes up what another has made.
BEFORE = {
    "monitored-endpoint-update.json": ["monitored-endpoint.json"],
    "monitored-endpoint-delete.json": ["monitored-endpoint.json", "monitored-endpoint-update.json"],
    "continuation.json": ["monitored-endpoint.json"],
}


def expected_statuses() -> dict[str, str]:
    """File name to the Status of its answer (`none` where nobody can be answered), as the README tells its readers.

    Raises SystemExit when the table and the folder don't agree on which files there are.
    """
    listed = {row["file"]: row["status"] for row in ROW.finditer((EVENTS / "README.md").read_text())}
    there = {file.name for file in EVENTS.glob("*.json")}
    if difference := set(listed) ^ there:
        raise SystemExit(f"events/README.md and the files beside it differ in {', '.join(sorted(difference))}")
    return listed


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_open(port: int, emulator: subprocess.Popen[bytes]) -> None:
    """Returns when something listens on `port`; raises SystemExit when the emulator ends or never gets there."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while emulator.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise SystemExit("cargo-lambda's emulator did not start")


@contextlib.contextmanager
def running(command: list[str], log: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A child whose output goes to `log`, ended with the block. cargo-lambda wants to be where the Cargo.toml is."""
    with log.open("wb") as output:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, cwd=ROOT)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def executable(provider: Path, folder: Path) -> Path:
    """The provider's binary, taken out of the package where `provider` is a zip."""
    if provider.suffix != ".zip":
        return provider.resolve()
    with zipfile.ZipFile(provider) as archive:
        bootstrap = Path(archive.extract("bootstrap", folder))
    bootstrap.chmod(0o755)
    return bootstrap


def furnish(stand_in: StandIn, event: dict[str, Any]) -> None:
    """Makes what the event's stack would have made elsewhere: the models it names and the endpoint it wants watched."""
    properties = event.get("ResourceProperties", {})
    variants = [variant for variant in properties.get("ProductionVariants", []) if "ModelName" in variant]
    for variant in variants:
        stand_in.sagemaker.create_model(
            ModelName=variant["ModelName"],
            ExecutionRoleArn="arn:aws:iam::123456789012:role/serves-models",
            PrimaryContainer={"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/serving:1"},
        )
    if event.get("ResourceType") == "Custom::EndpointMonitoring":
        name = properties["EndpointName"]
        stand_in.sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ExecutionRoleArn="arn:aws:iam::123456789012:role/serves-models",
            ProductionVariants=[{"VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1}],
        )
        stand_in.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)


def invoke(cargo_lambda: Path, port: int, file: Path) -> str:
    """What the function returned, or what cargo-lambda says of an invocation that failed."""
    command = [str(cargo_lambda), "lambda", "invoke", "--invoke-address", "127.0.0.1", "--invoke-port", str(port)]
    done = subprocess.run(
        [*command, "--data-file", str(file)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return (done.stdout.strip() or done.stderr.strip()).replace("\n", " ")


def status_of(returned: str) -> str:
    try:
        answer = json.loads(returned)
    except ValueError:
        return "none"
    return str(answer.get("Status", "none")) if isinstance(answer, dict) else "none"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cargo-lambda", type=Path, required=True, help="the cargo-lambda program")
    parser.add_argument("--provider", type=Path, required=True, help="the provider's binary, or its package")
    parser.add_argument("files", nargs="*", help="names of single events, such as create.json; default: all")
    arguments = parser.parse_args()

    expected = expected_statuses()
    wanted = {name: expected[name] for name in arguments.files} if arguments.files else expected
    wrong = 0
    with tempfile.TemporaryDirectory() as temporary, contextlib.ExitStack() as stack:
        work = Path(temporary)
        stand_in = StandIn(work)
        stack.callback(stand_in.end)
        port = free_port()
        address = ["--invoke-address", "127.0.0.1", "--invoke-port", str(port)]
        emulator = stack.enter_context(
            running(
                [str(arguments.cargo_lambda.resolve()), "lambda", "watch", "--only-lambda-apis", *address],
                work / "emulator.log",
                dict(os.environ),
            )
        )
        wait_until_open(port, emulator)
        stack.enter_context(
            running(
                [str(executable(arguments.provider, work))],
                work / "provider.log",
                {
                    "AWS_LAMBDA_RUNTIME_API": f"http://127.0.0.1:{port}/.rt",
                    "AWS_LAMBDA_FUNCTION_NAME": "_",
                    "AWS_LAMBDA_FUNCTION_VERSION": "1",
                    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
                    "AWS_LAMBDA_LOG_GROUP_NAME": "events",
                    "AWS_LAMBDA_LOG_STREAM_NAME": "events",
                    "AWS_REGION": "us-east-1",
                    "AWS_ACCESS_KEY_ID": "123456789012",
                    "AWS_SECRET_ACCESS_KEY": "local",
                    "AWS_ENDPOINT_URL_SAGEMAKER": stand_in.url,
                    "AWS_ENDPOINT_URL_CLOUDWATCH": stand_in.url,
                    "AWS_ENDPOINT_URL_PRICING": stand_in.url,
                    "POLL_INTERVAL_MS": "20",
                    "RUST_LOG": "info",
                },
            )
        )
        for name, status in wanted.items():
            stand_in.reset()
            furnish(stand_in, json.loads((EVENTS / name).read_text()))
            for earlier in BEFORE.get(name, []):
                invoke(arguments.cargo_lambda, port, EVENTS / earlier)
            returned = invoke(arguments.cargo_lambda, port, EVENTS / name)
            right = status_of(returned) == status
            wrong += not right
            print(f"{'ok   ' if right else 'WRONG'} {name}: {returned}" + ("" if right else f" (expected: {status})"), flush=True)
        if wrong:
            print(f"\nThe provider's log:\n{(work / 'provider.log').read_text(errors='replace')}", file=sys.stderr)
    print(f"{len(wanted) - wrong} of {len(wanted)} events answered as events/README.md says")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
