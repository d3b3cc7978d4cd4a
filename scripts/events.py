#!/usr/bin/env python3
"""Sends every event of `events/` to the functions, in the order of the table in events/README.md, and checks each answer.

One stand-in plays AWS for all of them. At the end nothing may be left in it: a Delete removes what its Create made. What has no
Delete in the table gets one from here. No AWS account is touched.

The functions run in one of three ways: `--cargo-lambda` on cargo-lambda's emulator of the Runtime API, `--emulator` on the runtime
interface emulator that SAM puts into its containers, `--sam` in Docker containers that `sam local invoke` starts.
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
import urllib.request
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from local.stand_in import StandIn  # noqa: E402

EVENTS = ROOT / "events"
# A table row that names a file: | `create.json` | what happens | SUCCESS |
ROW = re.compile(r"^\| `(?P<file>[\w/-]+\.json)` \|.*\| (?P<status>SUCCESS|FAILED|HTML|KEPT) \|$", re.MULTILINE)
PATIENCE_SECONDS = 30
TABLE = "requests"
# By then an endpoint of the stand-in has stopped changing.
SETTLED_MS = 60_000
PROVIDER, WIDGETS, HOOK = "provider", "widgets", "hook"
# The functions as events/local-template.yaml names them.
LOGICAL_IDS = {PROVIDER: "ProviderFunction", WIDGETS: "WidgetsFunction", HOOK: "HookFunction"}
# The host's name inside a container; events/local-template.yaml has it as a default.
HOST_IN_CONTAINER = "stand-in"
# The table has no Delete for these.
ALONE = ("alias.json", "stringified-values.json", "create-monitoring.json", "create-fleet.json")


class Functions(Protocol):
    """The provider, the widgets function and the hook, running somewhere."""

    def invoke(self, function: str, event: Path) -> str:
        """What the function returned for the event in a file, or how the invocation failed."""


def expected_statuses(readme: str, present: set[str]) -> dict[str, str]:
    """Each event with what its answer is to be, in the table's order.

    Raises SystemExit when the table and the events that are present don't agree on which there are.
    """
    listed = {row["file"]: row["status"] for row in ROW.finditer(readme)}
    if difference := set(listed) ^ present:
        raise SystemExit(f"events/README.md and the files in events/ differ in {', '.join(sorted(difference))}")
    return listed


def status_of(returned: str) -> str:
    """SUCCESS or FAILED of an answer to CloudFormation or of a hook, HTML of a panel, KEPT of a wake without failures, `none` of anything else."""
    try:
        answer = json.loads(returned)
    except ValueError:
        return "none"
    if isinstance(answer, str):
        return "HTML" if answer.lstrip().startswith("<") else "none"
    if not isinstance(answer, dict):
        return "none"
    kept = answer.get("KeptRight")
    if isinstance(kept, dict):
        return "KEPT" if kept.get("Failed") == 0 else "none"
    return str(answer.get("Status") or answer.get("hookStatus", "none"))


def function_for(name: str) -> str:
    """The function that an event is for, by the folder that it lies in."""
    return {"panels": WIDGETS, "guardrail": HOOK}.get(name.rpartition("/")[0], PROVIDER)


def delete_after(create: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """The Delete that CloudFormation would send for what a Create answered."""
    changed = {
        "RequestType": "Delete",
        "RequestId": str(uuid.uuid5(uuid.NAMESPACE_OID, create["RequestId"])),
        "PhysicalResourceId": answer["PhysicalResourceId"],
    }
    return {**create, **changed}


def remains(state: dict[str, Any]) -> list[str]:
    """What exists in a stand-in's state, one line for each kind of thing. Its account, Region and time are no things."""
    collections = {kind: things for kind, things in sorted(state.items()) if isinstance(things, dict | list)}
    return [f"{kind}: {json.dumps(things)[:200]}" for kind, things in collections.items() if things]


class CargoLambda:
    """The binaries on emulators of `cargo lambda watch`, one for each."""

    def __init__(self, program: Path, binaries: dict[str, Path], stand_in: str, work: Path, stack: contextlib.ExitStack) -> None:
        self._program = str(program.resolve())
        self._addresses: dict[str, list[str]] = {}
        for function, binary in binaries.items():
            port = free_port()
            address = ["--invoke-address", "127.0.0.1", "--invoke-port", str(port)]
            command = [self._program, "lambda", "watch", "--only-lambda-apis", *address]
            emulator = stack.enter_context(running(command, work / f"{function}-emulator.log", dict(os.environ)))
            wait_until_open(port, emulator)
            environment = {
                **surroundings(stand_in),
                "AWS_LAMBDA_RUNTIME_API": f"http://127.0.0.1:{port}/.rt",
                "AWS_LAMBDA_FUNCTION_NAME": "_",
                "AWS_LAMBDA_FUNCTION_VERSION": "1",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
                "AWS_LAMBDA_LOG_GROUP_NAME": "events",
                "AWS_LAMBDA_LOG_STREAM_NAME": "events",
            }
            stack.enter_context(running([str(binary)], work / f"{function}.log", environment))
            self._addresses[function] = address

    def invoke(self, function: str, event: Path) -> str:
        command = [self._program, "lambda", "invoke", *self._addresses[function], "--data-file", str(event)]
        return outcome(command, PATIENCE_SECONDS)


class Emulator:
    """The binaries under the runtime interface emulator, one for each."""

    def __init__(self, program: Path, binaries: dict[str, Path], stand_in: str, work: Path, stack: contextlib.ExitStack) -> None:
        # A wheel's files are not executable; SAM makes the emulator so inside its image.
        copy = work / "runtime-interface-emulator"
        copy.write_bytes(program.read_bytes())
        copy.chmod(0o755)
        self._ports: dict[str, int] = {}
        for function, binary in binaries.items():
            port, runtime = free_port(), free_port()
            command = [str(copy), "--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
            command += ["--runtime-api-address", f"127.0.0.1:{runtime}", str(binary)]
            environment = {**surroundings(stand_in), "AWS_LAMBDA_FUNCTION_NAME": function, "AWS_LAMBDA_FUNCTION_TIMEOUT": "60"}
            emulator = stack.enter_context(running(command, work / f"{function}.log", environment))
            wait_until_open(port, emulator)
            self._ports[function] = port

    def invoke(self, function: str, event: Path) -> str:
        url = f"http://127.0.0.1:{self._ports[function]}/2015-03-31/functions/function/invocations"
        with urllib.request.urlopen(urllib.request.Request(url, data=event.read_bytes()), timeout=PATIENCE_SECONDS) as response:
            return str(response.read().decode())


class Sam:
    """Docker containers, a new one for each event, from what `sam build` has built."""

    def __init__(self, program: Path, stand_in: str, architecture: str) -> None:
        port = stand_in.rsplit(":", 1)[1]
        self._before = [str(program.resolve()), "local", "invoke"]
        self._after = ["--template", str(EVENTS / "local-template.yaml"), "--add-host", f"{HOST_IN_CONTAINER}:host-gateway"]
        overrides = [f"StandIn=http://{HOST_IN_CONTAINER}:{port}", f"Architecture={architecture}"]
        self._after += ["--parameter-overrides", *overrides]

    def invoke(self, function: str, event: Path) -> str:
        # The first run pulls Lambda's image, which takes minutes on a slow line.
        return outcome([*self._before, LOGICAL_IDS[function], "--event", str(event), *self._after], seconds=900)


def surroundings(stand_in: str) -> dict[str, str]:
    """The environment of a function that takes the stand-in for AWS."""
    services = ("SAGEMAKER", "CLOUDWATCH", "PRICING", "DYNAMODB")
    return {
        **{f"AWS_ENDPOINT_URL_{service}": stand_in for service in services},
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "local",
        "REQUEST_TABLE": TABLE,
        "KEEP_MONITORING": "true",
        "POLL_INTERVAL_MS": "20",
        "RUST_LOG": "info",
    }


def outcome(command: list[str], seconds: int) -> str:
    """The last line that a command prints, or all that it complains of where it prints nothing."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False, cwd=ROOT
    )
    lines = done.stdout.strip().splitlines()
    return lines[-1] if lines else done.stderr.strip().replace("\n", " ")


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
    raise SystemExit("the emulator did not start")


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


def executable(binary: Path, folder: Path) -> Path:
    """The binary, taken out of its package where it is given as a zip."""
    if binary.suffix != ".zip":
        return binary.resolve()
    folder.mkdir()
    with zipfile.ZipFile(binary) as archive:
        bootstrap = Path(archive.extract("bootstrap", folder))
    bootstrap.chmod(0o755)
    return bootstrap


@contextlib.contextmanager
def made_elsewhere(stand_in: StandIn, event: dict[str, Any]) -> Iterator[None]:
    """What the event takes for granted: the models it names, and the endpoint that it wants monitored. Removed afterwards."""
    properties, sagemaker = event.get("ResourceProperties", {}), stand_in.sagemaker
    role = "arn:aws:iam::123456789012:role/serves-models"
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/serving:1"
    models = [variant["ModelName"] for variant in properties.get("ProductionVariants", []) if "ModelName" in variant]
    for model in models:
        sagemaker.create_model(ModelName=model, ExecutionRoleArn=role, PrimaryContainer={"Image": image})
    endpoint = properties["EndpointName"] if event.get("ResourceType") == "Custom::EndpointMonitoring" else None
    if endpoint:
        variant = {"VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1}
        sagemaker.create_endpoint_config(EndpointConfigName=endpoint, ExecutionRoleArn=role, ProductionVariants=[variant])
        sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=endpoint)
        stand_in.advance(SETTLED_MS)
    yield
    for model in models:
        sagemaker.delete_model(ModelName=model)
    if endpoint:
        sagemaker.delete_endpoint(EndpointName=endpoint)
        stand_in.advance(SETTLED_MS)
        sagemaker.delete_endpoint_config(EndpointConfigName=endpoint)


def play(functions: Functions, stand_in: StandIn, wanted: dict[str, str], work: Path) -> int:
    """Sends the events in turn and prints each answer; gives the number of those that are not as expected."""
    wrong = 0
    for name, status in wanted.items():
        file = EVENTS / name
        event = json.loads(file.read_text())
        with made_elsewhere(stand_in, event) if name in ALONE else contextlib.nullcontext():
            returned = functions.invoke(function_for(name), file)
            found = status_of(returned)
            if found == "SUCCESS" and name in ALONE:
                delete = work / "delete.json"
                delete.write_text(json.dumps(delete_after(event, json.loads(returned))))
                answer = functions.invoke(PROVIDER, delete)
                if status_of(answer) != "SUCCESS":
                    found, returned = "a Delete that failed", answer
        wrong += found != status
        remark = "" if found == status else f" (expected: {status})"
        print(f"{'WRONG' if remark else 'ok   '} {name}: {returned}{remark}", flush=True)
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ways = parser.add_mutually_exclusive_group(required=True)
    ways.add_argument("--cargo-lambda", type=Path, help="the cargo-lambda program")
    ways.add_argument("--emulator", type=Path, help="the runtime interface emulator")
    ways.add_argument("--sam", type=Path, help="the SAM CLI; it runs what sam build has built")
    parser.add_argument("--provider", type=Path, help="the provider's binary, or its package")
    parser.add_argument("--widgets", type=Path, help="the widgets function's binary, or its package")
    parser.add_argument("--hook", type=Path, help="the hook's binary, or its package")
    parser.add_argument("--architecture", choices=("arm64", "x86_64"), default="arm64", help="what sam build has built for")
    parser.add_argument("--listen", help="the address for the stand-in to listen on, where containers reach this machine")
    parser.add_argument("files", nargs="*", help="names of single events, such as create.json; default: all")
    arguments = parser.parse_args()
    if not arguments.sam and not (arguments.provider and arguments.widgets and arguments.hook):
        parser.error("--provider, --widgets and --hook are needed")

    present = {str(file.relative_to(EVENTS)) for file in EVENTS.rglob("*.json")}
    expected = expected_statuses((EVENTS / "README.md").read_text(), present)
    if unknown := set(arguments.files) - set(expected):
        parser.error(f"events/ has no {', '.join(sorted(unknown))}")
    wanted = {name: status for name, status in expected.items() if name in arguments.files or not arguments.files}
    with tempfile.TemporaryDirectory() as temporary, contextlib.ExitStack() as stack:
        work = Path(temporary)
        stand_in = StandIn(work, tables=[TABLE], listen=arguments.listen)
        stack.callback(stand_in.end)
        functions: Functions
        if arguments.sam:
            functions = Sam(arguments.sam, stand_in.url, arguments.architecture)
        else:
            given = {PROVIDER: arguments.provider, WIDGETS: arguments.widgets, HOOK: arguments.hook}
            binaries = {name: executable(path, work / name) for name, path in given.items()}
            way = CargoLambda if arguments.cargo_lambda else Emulator
            functions = way(arguments.cargo_lambda or arguments.emulator, binaries, stand_in.url, work, stack)
        wrong = play(functions, stand_in, wanted, work)
        left = [] if arguments.files else remains(stand_in.state())
        for line in left:
            print(f"WRONG left at the end: {line}")
        if wrong or left:
            for log in sorted(work.glob("*.log")):
                print(f"\n{log.name}:\n{log.read_text(errors='replace')}", file=sys.stderr)
    ending = "" if arguments.files else ", and " + ("something is left" if left else "nothing is left")
    print(f"{len(wanted) - wrong} of {len(wanted)} events answered as events/README.md says{ending}")
    return 1 if wrong or left else 0


if __name__ == "__main__":
    raise SystemExit(main())
