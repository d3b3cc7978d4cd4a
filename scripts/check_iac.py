#!/usr/bin/env python3
"""Checks the CDK constructs, the Terraform modules and their examples without an account: what they make is what the provider takes.

Each example is turned into the CloudFormation template that it deploys. cfn-lint reads it, the provider itself validates it, and `preview`
draws its dashboard. Terraform runs the modules' tests. What can't be run on this machine is named, with the reason.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from iac import cdk, series, terraform
from iac.template import ROOT, Skipped, Template, lint, preview, validate

FAILED = "FAILED"


class Checks:
    """Runs checks and prints what came of each."""

    def __init__(self) -> None:
        self.failed = False

    def run(self, name: str, step: Callable[[], Any]) -> Any:
        """The step's result, or None where it is skipped or fails."""
        try:
            result = step()
        except Skipped as reason:
            print(f"{name}: SKIPPED: {reason}")
            return None
        except Exception as error:  # whatever goes wrong with one example, the others are still worth checking
            print(f"{name}: {FAILED}: {error}")
            self.failed = True
            return None
        print(f"{name}: ok")
        return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cfn-lint", type=Path, required=True)
    parser.add_argument("--cli", type=Path, required=True, help="the program monitored-endpoint, whose validation is the provider's")
    parser.add_argument("--constructs", type=Path, required=True, help="where `make constructs` has built them")
    arguments = parser.parse_args()
    whole, existing = (terraform.Example(ROOT / "examples" / name) for name in terraform.EXAMPLES)
    unused, no_traffic = {"shared-inference-unused-gpu"}, {"chat-no-traffic"}
    checks = Checks()
    with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(max_workers=2) as pool:
        # What takes seconds runs side by side and is reported in order.
        python = pool.submit(cdk.python_template, arguments.constructs)
        typescript = pool.submit(cdk.typescript_templates, arguments.constructs)
        complete = pool.submit(cdk.complete, arguments.constructs)
        metrics = pool.submit(cdk.template_with_every_metric, arguments.constructs)
        folders = (terraform.MODULES, terraform.MODULES / "modules" / "endpoint-monitoring", whole.folder, existing.folder)
        # Submitted before the tests, which wait for it: it has a worker first.
        plugins = pool.submit(terraform.plugins, Path(work))
        tests = [(folder, pool.submit(terraform.tested, folder, plugins)) for folder in folders]
        examples: tuple[tuple[str, Callable[[], Template], str, set[str]], ...] = (
            ("cdk, Python", python.result, "Custom::MonitoredEndpointConfig", unused),
            ("cdk, TypeScript", lambda: typescript.result()["app.ts"], "Custom::MonitoredEndpoint", unused),
            ("cdk, existing endpoint", lambda: typescript.result()["existing-endpoint.ts"], "Custom::EndpointMonitoring", no_traffic),
            ("terraform", partial(terraform.template, whole), "Custom::MonitoredEndpoint", unused),
            ("terraform, existing endpoint", partial(terraform.template, existing), "Custom::EndpointMonitoring", no_traffic),
        )
        for name, make, resource_type, alarms in examples:
            template = checks.run(f"{name}, its template", make)
            if template is not None:
                checks.run(f"{name}, cfn-lint", partial(lint, template, arguments.cfn_lint))
                checks.run(f"{name}, the provider's validation", partial(validate, template, resource_type, alarms, arguments.cli))
                checks.run(f"{name}, preview", partial(preview, template, arguments.cli))
        checks.run("cdk, every property", complete.result)
        checks.run("cdk, the series of its metrics", lambda: series.compared(metrics.result(), arguments.cli))
        checks.run("terraform, its format", terraform.formatted)
        for resource, folder in terraform.RESOURCES.items():
            checks.run(f"terraform, every property of {resource}", partial(terraform.complete, terraform.MODULES / folder, resource))
        for folder, test in tests:
            checks.run(f"{folder.relative_to(ROOT)}, by Terraform itself", test.result)
    sys.exit(checks.failed)


if __name__ == "__main__":
    main()
