"""The Terraform modules and their examples: the templates that they deploy, and Terraform's own tests.

A module's template is evaluated by Terraform without any plugin, from its files that need none. Its tests need the AWS provider's plugin,
which comes from Terraform's registry or from a folder that holds it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2
from bindings import model
from bindings.terraform import BY_HAND, MODULES as RESOURCES

from . import sample
from .template import ROOT, Skipped, Template, run

MODULES = ROOT / "terraform"
EXAMPLES = ("terraform", "terraform-existing-endpoint")
# Files of a module that need the plugin.
NEED_PLUGIN = {"main.tf", "outputs.tf", "versions.tf"}
# The provider without an account.
OFFLINE = """provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
"""


@dataclass(frozen=True)
class Example:
    """An example that calls a module once."""

    folder: Path

    @property
    def call(self) -> dict[str, Any]:
        """The module's arguments."""
        (block,) = _parsed(self.folder / "main.tf")["module"]
        (arguments,) = block.values()
        return {name: value for name, value in arguments.items() if not name.startswith("__")}

    @property
    def module(self) -> Path:
        return (self.folder / self.call["source"]).resolve()

    def arguments(self) -> dict[str, Any]:
        """What the module is given, with the example's defaults in the place of its variables, and made-up names of other resources."""
        variables = {name: block.get("default") for one in _parsed(self.folder / "main.tf")["variable"] for name, block in one.items()}

        def filled(node: Any) -> Any:
            match node:
                case dict():
                    return {key: filled(value) for key, value in node.items() if not key.startswith("__")}
                case list():
                    return [filled(item) for item in node]
                case str() if variable := re.fullmatch(r"\$\{var\.(\w+)\}", node):
                    return variables[variable[1]]
                case str() if reference := re.fullmatch(r"\$\{\w+\.(\w+)\.name\}", node):
                    return reference[1]
            return node

        given: dict[str, Any] = filled(self.call)
        del given["source"]
        return given


def template(example: Example) -> Template:
    """What the module deploys for the example, as Terraform's `jsonencode` gives it."""
    evaluated: Template = _evaluated("local.template", example.module, example.arguments())
    reads = set(re.findall(r'outputs\["(\w+)"\]', (example.module / "outputs.tf").read_text()))
    if missing := reads - evaluated["Outputs"].keys():
        raise AssertionError(f"outputs.tf reads outputs that the template has not: {', '.join(sorted(missing))}")
    return evaluated


def complete(module: Path, resource: str) -> None:
    """Every property at every depth arrives under the provider's name."""
    read = model.read()
    (properties,) = (one.properties for one in read.resources if one.name == resource)
    variables, declared = sample.of_properties(read, [one for one in properties if one.name not in BY_HAND], sample.Caller())
    evaluated = _evaluated("local.properties", module, {"endpoint_name": "chat", **variables})
    if evaluated != declared:
        raise AssertionError(f"{evaluated}\nis not\n{declared}")


def _evaluated(expression: str, module: Path, variables: dict[str, Any]) -> Any:
    _needs_terraform()
    with tempfile.TemporaryDirectory() as folder:
        for file in module.glob("*.tf"):
            if file.name not in NEED_PLUGIN:
                shutil.copy(file, folder)
        (Path(folder) / "terraform.tfvars.json").write_text(json.dumps(variables))
        printed = run(["terraform", "console"], cwd=folder, env=environment(), input=f"jsonencode({expression})\n")
    return json.loads(json.loads(printed[printed.index('"') :]))


def formatted() -> None:
    """The files are as Terraform formats them."""
    _needs_terraform()
    for folder in (MODULES, *(ROOT / "examples" / name for name in EXAMPLES)):
        run(["terraform", "fmt", "-check", "-diff", "-recursive", folder], env=environment())


def tested(folder: Path, plugins: Future[Path]) -> None:
    """The module's tests pass; an example can be planned by the real provider, which asks AWS for nothing before something is there."""
    with tempfile.TemporaryDirectory() as copy:
        for part in (MODULES, *(ROOT / "examples" / name for name in EXAMPLES)):
            ignored = shutil.ignore_patterns(".terraform*")
            shutil.copytree(part, Path(copy) / part.relative_to(ROOT), ignore=ignored)
        subject = Path(copy) / folder.relative_to(ROOT)
        _initialise(subject, f"-plugin-dir={plugins.result()}")
        if (subject / "tests").exists():
            run(["terraform", "test", "-no-color"], cwd=subject, env=environment())
        else:
            (subject / "offline.tf").write_text(OFFLINE)
            run(["terraform", "plan", "-input=false", "-no-color"], cwd=subject, env=environment())


def plugins(work: Path) -> Path:
    """A folder with the AWS provider's plugin, which every test of a module then uses: from the registry, or from a folder that has
    it unpacked."""
    _needs_terraform()
    shutil.copy(MODULES / "versions.tf", work)
    refusals = []
    for options in ([], *([f"-plugin-dir={folder}"] for folder in _plugin_folders())):
        try:
            _initialise(work, *options)
        except AssertionError as refused:
            refusals.append(str(refused))
        else:
            return work / ".terraform" / "providers"
    if all("registry.terraform.io" in refusal for refusal in refusals):
        raise Skipped("the AWS provider's plugin can't be had: the registry isn't reachable, and TERRAFORM_PLUGINS names no folder with it")
    raise AssertionError("\n".join(refusals))


def _initialise(folder: Path, *options: str) -> None:
    run(["terraform", "init", "-backend=false", "-no-color", *options], cwd=folder, env=environment())


def _plugin_folders() -> Iterator[Path]:
    """Folders laid out as `terraform providers mirror` does: the one in TERRAFORM_PLUGINS, and those that container images keep in /opt.

    Terraform searches its own by itself: https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
    """
    if named := os.environ.get("TERRAFORM_PLUGINS"):
        yield Path(named)
    for found in Path("/opt").glob("*/registry.terraform.io/hashicorp/aws"):
        yield found.parent.parent.parent


def environment() -> dict[str, str]:
    """Without a question for newer versions, and without the notice that a configuration file isn't there."""
    config = os.environ.get("TF_CLI_CONFIG_FILE", "")
    return {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": config if Path(config).is_file() else ""}


def _needs_terraform() -> None:
    if not shutil.which("terraform"):
        raise Skipped("Terraform is not installed")


def _parsed(file: Path) -> dict[str, Any]:
    parsed: dict[str, Any] = _unquoted(hcl2.loads(file.read_text()))
    return parsed


def _unquoted(node: Any) -> Any:
    """hcl2 keeps the quotation marks of strings and keys, to tell them from expressions."""
    if isinstance(node, dict):
        return {_unquoted(key): _unquoted(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_unquoted(item) for item in node]
    return node[1:-1] if isinstance(node, str) and re.fullmatch(r'".*"', node) else node
