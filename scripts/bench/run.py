#!/usr/bin/env python3
"""Measures the packaged functions beside a hello-world and a Python peer, and keeps the table in docs/contributors/performance.md.

All peers run in turn, again and again, in one run on one machine; what is told is medians and their ratios. AWS is the stand-in, the
same build for all. docs/contributors/performance.md says how each figure was taken.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import uuid
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "scripts/bench"))

from runtime import Function  # noqa: E402

from local.stand_in import StandIn  # noqa: E402

BENCH = ROOT / "scripts/bench"
REPORT = ROOT / "docs/contributors/performance.md"
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"
DELAY_MS = 50
TABLE = "requests"
# Calls that wait for one another, for what docs/contributors/performance.md says under "Chains".
# Nothing gets a second old here, so the last two have two descriptions fewer than there.
FORCED = {"Create": 13, "unchanged Update": 5, "Update of the config": 15, "Delete": 12}
ZIP_LIMIT = 3.5 * 1024 * 1024
BUNDLES = ("/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt")


def bootstrap(package: Path, folder: Path) -> Path:
    with zipfile.ZipFile(package) as archive:
        binary = Path(archive.extract("bootstrap", folder))
    binary.chmod(0o755)
    return binary


def event(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ROOT / "events" / name).read_text())
    return content


def addresses(stand_in: StandIn) -> dict[str, str]:
    services = ("SAGEMAKER", "CLOUDWATCH", "PRICING", "LAMBDA", "DYNAMODB")
    return {"POLL_INTERVAL_MS": "1", "REQUEST_TABLE": TABLE, **{f"AWS_ENDPOINT_URL_{service}": stand_in.url for service in services}}


class Cold:
    """Cold starts of one function."""

    def __init__(self, name: str, command: list[str], folder: Path, answers: bool) -> None:
        self.name, self.command, self.folder, self.answers = name, command, folder, answers
        self.init_ms: list[float] = []
        self.answer_ms: list[float] = []
        self.peak_mib: list[float] = []

    def run(self, stand_in: StandIn, environment: dict[str, str]) -> None:
        stand_in.reset()
        with Function(self.command, {**addresses(stand_in), **environment}, self.folder) as function:
            self.init_ms.append(function.initialised() * 1000)
            if self.answers:
                answered, answer = function.send(event("create.json"))
                if answer["Status"] != "SUCCESS":
                    raise SystemExit(f"{self.name} answered {answer}")
                self.answer_ms.append(answered * 1000)
            self.peak_mib.append(function.peak_kib() / 1024)


def longest_chain(calls: list[dict[str, Any]]) -> list[str]:
    """The longest run of calls of which each began after the one before it had been answered."""
    chains: list[list[str]] = []
    for at, call in enumerate(calls):
        before = [chains[i] for i in range(at) if calls[i]["at_ms"] + DELAY_MS <= call["at_ms"]]
        chains.append([*max(before, key=len, default=[]), call["operation"]])
    return max(chains, key=len, default=[])


def lifecycle(provider: Path, work: Path, runs: int) -> list[dict[str, Any]]:
    """A whole life of an endpoint with every AWS call taking 50 ms, in a process that is warm."""
    create = event("monitored-endpoint.json")
    changed = json.loads(json.dumps(create))
    changed["ResourceProperties"]["MetricsConfig"]["MetricPublishFrequencyInSeconds"] = "10"
    update = {"RequestType": "Update", "PhysicalResourceId": create["ResourceProperties"]["EndpointName"]}
    old, new = create["ResourceProperties"], changed["ResourceProperties"]
    steps = {
        "Create": create,
        "unchanged Update": {**create, **update, "OldResourceProperties": old},
        "Update of the config": {**changed, **update, "OldResourceProperties": old},
        "Delete": {**changed, "RequestType": "Delete", "PhysicalResourceId": update["PhysicalResourceId"]},
    }
    found: dict[str, list[tuple[float, list[str], int]]] = {name: [] for name in steps}
    stand_in = StandIn(work, transition_ms=0, tables=[TABLE])
    try:
        with Function([str(provider)], addresses(stand_in), work) as function:
            for _ in range(runs + 1):
                for name, step in steps.items():
                    stand_in.forget_calls()
                    stand_in.fault("*", {"delay_ms": DELAY_MS})
                    started = function.since_start()
                    # One that has come before would only be answered again.
                    answered, answer = function.send({**step, "RequestId": str(uuid.uuid4())})
                    stand_in.clear_faults()
                    if answer["Status"] != "SUCCESS":
                        raise SystemExit(f"{name}: {answer}")
                    found[name].append(((answered - started) * 1000, longest_chain(stand_in.calls()), len(stand_in.writes())))
    finally:
        stand_in.end()
    rows = []
    for name, measured in found.items():
        warm = sorted(measured[1:])
        elapsed, chain, writes = warm[len(warm) // 2]
        rows.append({"name": name, "elapsed": elapsed, "chain": chain, "writes": writes})
    return rows


def verdict(met: bool) -> str:
    return "met" if met else "**missed**"


def table(peers: dict[str, Cold], bundle: dict[str, Cold], lives: list[dict[str, Any]], zips: list[Path], runs: int) -> str:
    median = statistics.median
    lines = [
        f"Medians of {runs} interleaved cold starts each, on {os.cpu_count()} cores, {os.uname().machine}.",
        "",
        "| cold start | spawn to first request for work | spawn to answer of a Create | peak memory |",
        "|---|---|---|---|",
    ]

    def row(cold: Cold, name: str) -> str:
        answer = f"{median(cold.answer_ms):.1f} ms" if cold.answer_ms else "–"
        return f"| {name} | {median(cold.init_ms):.1f} ms (least {min(cold.init_ms):.1f}) | {answer} | {median(cold.peak_mib):.1f} MiB |"

    lines += [row(cold, name) for name, cold in peers.items()]
    lines += [row(cold, f"{name}, one certificate bundle") for name, cold in bundle.items()]
    hello, provider, python = peers["hello-world"], peers["provider"], peers["Python"]
    ratios = [
        ("provider's init ÷ hello-world's", median(provider.init_ms) / median(hello.init_ms), "≤ 1.5", lambda r: r <= 1.5),
        (
            "the same with one certificate bundle, as provided.al2023 is taken to have it",
            median(bundle["provider"].init_ms) / median(bundle["hello-world"].init_ms),
            "≤ 1.5",
            lambda r: r <= 1.5,
        ),
        ("Python's first answer ÷ provider's", median(python.answer_ms) / median(provider.answer_ms), "≥ 30", lambda r: r >= 30),
        (
            "the same with one certificate bundle",
            median(python.answer_ms) / median(bundle["provider"].answer_ms),
            "≥ 30",
            lambda r: r >= 30,
        ),
        ("provider's peak memory ÷ Python's", median(provider.peak_mib) / median(python.peak_mib), "≤ 0.2", lambda r: r <= 0.2),
    ]
    lines += ["", "| ratio, from this run | figure | goal | |", "|---|---|---|---|"]
    lines += [f"| {name} | {ratio:.2f} | {goal} | {verdict(met(ratio))} |" for name, ratio, goal, met in ratios]
    for package in zips:
        size = package.stat().st_size
        share = size / ZIP_LIMIT
        lines.append(f"| zip of {package.parent.name}, {size:,} bytes ÷ 3.5 MiB | {share:.3f} | ≤ 1 | {verdict(share <= 1)} |")
    lines += ["", f"| {DELAY_MS} ms per AWS call | elapsed | forced chain | elapsed ÷ forced chain | goal ≤ 1.15 | writes |", "|---|---|---|---|---|---|"]
    for life in lives:
        forced = FORCED[life["name"]]
        ratio = life["elapsed"] / (DELAY_MS * forced)
        lines.append(f"| {life['name']} | {life['elapsed']:.0f} ms | {forced} calls | {ratio:.2f} | {verdict(ratio <= 1.15)} | {life['writes']} |")
    lines += ["", "| | the chain that ran: each call began after the one before had been answered | elapsed ÷ this chain |", "|---|---|---|"]
    for life in lives:
        chain = life["chain"]
        ratio = life["elapsed"] / (DELAY_MS * len(chain))
        lines.append(f"| {life['name']} | {len(chain)}: {' → '.join(chain)} | {ratio:.2f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--provider", type=Path, required=True, help="the provider's zip")
    parser.add_argument("--widgets", type=Path, help="the widgets' zip")
    parser.add_argument("--hello", type=Path, required=True, help="the hello-world's binary")
    parser.add_argument("--python", type=Path, required=True, help="the interpreter with requirements.txt installed")
    parser.add_argument("--runs", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        provider = bootstrap(arguments.provider, work / "provider")
        commands = {
            "hello-world": Cold("hello-world", [str(arguments.hello.absolute())], work, answers=False),
            "provider": Cold("provider", [str(provider)], work, answers=True),
            "Python": Cold("Python", [str(arguments.python.absolute()), "-m", "awslambdaric", "peer.handler"], BENCH, answers=True),
        }
        zips = [arguments.provider]
        if arguments.widgets:
            widgets = bootstrap(arguments.widgets, work / "widgets")
            commands["widgets"] = Cold("widgets", [str(widgets)], work, answers=False)
            zips.append(arguments.widgets)
        bundle = {name: Cold(name, cold.command, cold.folder, cold.answers) for name, cold in commands.items() if name != "Python"}
        certificates = next((path for path in BUNDLES if Path(path).is_file()), "")
        stand_in = StandIn(work, transition_ms=0, tables=[TABLE])
        try:
            for at in range(arguments.runs):
                print(f"round {at + 1} of {arguments.runs}", file=sys.stderr)
                for cold in commands.values():
                    cold.run(stand_in, {})
                for cold in bundle.values():
                    cold.run(stand_in, {"SSL_CERT_FILE": certificates})
        finally:
            stand_in.end()
        lives = lifecycle(provider, work, runs=5)
        figures = table(commands, bundle, lives, zips, arguments.runs)
    print(figures)
    report = REPORT.read_text()
    before, after = report.split(BEGIN)[0], report.split(END)[1]
    REPORT.write_text(f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}")


if __name__ == "__main__":
    main()
