#!/usr/bin/env python3
"""Checks examples/cdk and examples/terraform without an account: what they make of the provider's resource is what it takes.

Both are turned into the CloudFormation template that they deploy. cfn-lint reads it, and the provider itself validates the
properties. What can't be run on this machine is named, with the reason.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import hcl2

ROOT = Path(__file__).resolve().parent.parent
CDK = ROOT / "examples" / "cdk"
TERRAFORM = ROOT / "examples" / "terraform"
Template = dict[str, Any]


class Skipped(Exception):
    """Why something can't be checked here."""


def cdk_template() -> Template:
    """What `cdk synth` writes; the application does it by itself, without the CDK's command line."""
    if not shutil.which("node"):
        raise Skipped("Node.js is not installed, and the CDK's Python packages run on it")
    with tempfile.TemporaryDirectory() as out:
        # Says that a Node.js is old in many lines, while it works.
        quiet = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1", "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1"}
        run = [sys.executable, CDK / "app.py"]
        subprocess.run(run, cwd=CDK, env={**os.environ, **quiet, "CDK_OUTDIR": out}, stderr=subprocess.DEVNULL, check=True)
        (template,) = Path(out).glob("*.template.json")
        parsed: Template = json.loads(template.read_text())
        return parsed


def terraform_template() -> Template:
    """`local.template` with the variables' defaults, as Terraform's `jsonencode` gives it."""
    parsed = _unquoted(hcl2.loads((TERRAFORM / "template.tf").read_text()))
    variables = {name: block.get("default") for one in parsed["variable"] for name, block in one.items()}
    (values,) = parsed["locals"]

    def filled(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: filled(value) for key, value in node.items() if not key.startswith("__")}
        if isinstance(node, list):
            return [filled(item) for item in node]
        variable = re.fullmatch(r"\$\{var\.(\w+)\}", node) if isinstance(node, str) else None
        return variables[variable[1]] if variable else node

    template: Template = filled(values["template"])
    (stack,) = (
        block["aws_cloudformation_stack"]["endpoint"] for block in _main()["resource"] if "aws_cloudformation_stack" in block
    )
    if stack["template_body"] != "${jsonencode(local.template)}":
        raise AssertionError("main.tf no longer deploys local.template")
    outputs = set(re.findall(r'outputs\["(\w+)"\]', (TERRAFORM / "main.tf").read_text()))
    if missing := outputs - template["Outputs"].keys():
        raise AssertionError(f"main.tf reads outputs that the template has not: {', '.join(sorted(missing))}")
    return template


def terraform_agrees(template: Template) -> None:
    """Terraform itself formats the files so, and evaluates the template to the same."""
    if not shutil.which("terraform"):
        raise Skipped("Terraform is not installed; its files were read by python-hcl2 alone")
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1"}
    subprocess.run(["terraform", "fmt", "-check", "-diff", TERRAFORM], env=environment, check=True)
    with tempfile.TemporaryDirectory() as folder:
        # Alone, so that no provider has to be fetched.
        shutil.copy(TERRAFORM / "template.tf", folder)
        ask = "jsonencode(local.template)\n"
        run = subprocess.run(
            ["terraform", "console"], cwd=folder, env=environment, input=ask, capture_output=True, text=True, check=True
        )
        evaluated = json.loads(json.loads(run.stdout[run.stdout.index('"') :]))
    if evaluated != template:
        raise AssertionError(f"Terraform evaluates template.tf to {evaluated}")


def _main() -> dict[str, Any]:
    return _unquoted(hcl2.loads((TERRAFORM / "main.tf").read_text()))


def _unquoted(node: Any) -> Any:
    """hcl2 keeps the quotation marks of strings and keys, to tell them from expressions."""
    if isinstance(node, dict):
        return {_unquoted(key): _unquoted(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_unquoted(item) for item in node]
    return node[1:-1] if isinstance(node, str) and re.fullmatch(r'".*"', node) else node


def lint(template: Template, cfn_lint: Path) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(template, file)
        file.flush()
        subprocess.run([cfn_lint, "--regions", "us-east-1", "--", file.name], check=True)


def validate(template: Template, expected_type: str, cli: Path) -> None:
    """The resource has the type, the service token of the provider, and properties that the provider accepts."""
    (resource,) = (one for one in template["Resources"].values() if one["Type"].startswith("Custom::"))
    token = template["Parameters"][resource["Properties"]["ServiceToken"]["Ref"]]
    assert resource["Type"] == expected_type, resource["Type"]
    assert token == {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/monitored-endpoint/service-token"}, token
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(template, file)
        file.flush()
        run = subprocess.run([cli, "plan", file.name, "--format", "json"], capture_output=True, text=True, check=False)
    if run.returncode:
        raise AssertionError(f"the provider refuses it: {run.stdout} {run.stderr}")
    (planned,) = json.loads(run.stdout)["Resources"]
    names = [request["Input"].get("AlarmName") or request["Input"].get("DashboardName") for request in planned["Requests"]]
    assert {"shared-inference-monitoring", "shared-inference-unused-gpu"} <= set(names), names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cfn-lint", type=Path, required=True)
    parser.add_argument("--cli", type=Path, required=True, help="the program monitored-endpoint, whose validation is the provider's")
    arguments = parser.parse_args()
    failed = False

    def check(name: str, step: Callable[[], Any]) -> Any:
        nonlocal failed
        try:
            result = step()
        except Skipped as reason:
            print(f"{name}: skipped: {reason}")
            return None
        except (AssertionError, subprocess.CalledProcessError) as error:
            print(f"{name}: FAILED: {error}")
            failed = True
            return None
        print(f"{name}: ok")
        return result

    for name, make, resource_type in (
        ("cdk", cdk_template, "Custom::MonitoredEndpointConfig"),
        ("terraform", terraform_template, "Custom::MonitoredEndpoint"),
    ):
        template = check(f"{name}, its template", make)
        if template is not None:
            check(f"{name}, cfn-lint", partial(lint, template, arguments.cfn_lint))
            check(f"{name}, the provider's validation", partial(validate, template, resource_type, arguments.cli))
            if make is terraform_template:
                check("terraform, by Terraform itself", partial(terraform_agrees, template))
    print(
        "terraform, validate and plan: skipped: they need the AWS provider's plugin, which is in none of the registries used here"
    )
    sys.exit(failed)


if __name__ == "__main__":
    main()
