"""A CloudFormation template that an example deploys, and what has to hold for it."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
Template = dict[str, Any]
TOKEN = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/monitored-endpoint/service-token"}


class Skipped(Exception):
    """Why something can't be checked here."""


@contextmanager
def written(template: Template) -> Iterator[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(template, file)
        file.flush()
        yield file.name


def run(command: list[str | Path], **options: Any) -> str:
    """What the command prints. Raises AssertionError with all that it has to say where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def lint(template: Template, cfn_lint: Path) -> None:
    with written(template) as name:
        # The CDK puts a whole role before what uses it, although the reference to it does as well (W3005).
        run([cfn_lint, "--regions", "us-east-1", "--ignore-checks", "W3005", "--", name])


def validate(template: Template, expected_type: str, alarms: set[str], cli: Path) -> None:
    """The resource has this type, the provider's service token, and properties that the provider accepts. Among its alarms are these."""
    (resource,) = (one for one in template["Resources"].values() if one["Type"].startswith("Custom::"))
    assert resource["Type"] == expected_type, resource["Type"]
    token = template["Parameters"][resource["Properties"]["ServiceToken"]["Ref"]]
    assert token == TOKEN, token
    with written(template) as name:
        (planned,) = json.loads(run([cli, "plan", name, "--format", "json"]))["Resources"]
    inputs = [request["Input"] for request in planned["Requests"]]
    planned_alarms = {one["AlarmName"] for one in inputs if "AlarmName" in one}
    assert alarms <= planned_alarms, planned_alarms
    assert any("DashboardName" in one for one in inputs), "no dashboard is planned"


def preview(template: Template, cli: Path) -> None:
    """`preview` draws its dashboard, and no alarm stays in ALARM on the instances and models that it declares."""
    with written(template) as name, tempfile.TemporaryDirectory() as out:
        page = Path(out) / "page.html"
        said = run([cli, "preview", name, "--out", page])
        # Of an endpoint made elsewhere, preview makes up instances and models.
        assert "ends ALARM" not in said or "Custom::EndpointMonitoring" in said, said
        assert page.stat().st_size > 10_000, "preview drew next to nothing"
