#!/usr/bin/env python3
"""Lays out what a release consists of, with a checksum of each file.

It builds nothing: the Makefile's targets do that first. `stage` lays out what is deployed: the functions' packages and templates that
name them, as the command-line program's wheel carries them. `collect` adds the wheels, the CDK constructs and the lists of components, and is the release.
Both write the same bytes for the same files, whenever and wherever they run.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import sys
from pathlib import Path

import package

ROOT = Path(__file__).resolve().parent.parent
ARCHITECTURES = ("arm64", "x86_64")
# The functions of each template, and where `make plain-template` has written it without the SAM transform.
FUNCTIONS = {"template": ("provider", "widgets"), "hook": ("hook",)}
CHECKSUMS = "SHA256SUMS"
# Each function of a template: how SAM would build it, and where its code is then.
BUILT_FUNCTION = re.compile(
    r"      BuildMethod: rust-cargolambda\n      BuildProperties:\n        Binary: (\w+)\n(.*?\n      CodeUri: )\.\n", re.DOTALL
)
ARCHITECTURE_PARAMETER = re.compile(
    r"(\n  Architecture:\n    Type: String\n)    Default: arm64\n    AllowedValues: \[arm64, x86_64\]\n    Description: [^\n]+\n"
)


class NotARelease(Exception):
    """A file is missing or isn't what its name says."""


def deployable(name: str, template: str, architecture: str) -> str:
    """`template.yaml` or `hook.yaml` for packages that are built already and lie beside it: `sam deploy` and `aws cloudformation package` take it.

    A template can't choose a local package by a parameter, so each instruction set has a template of its own.
    """
    # A program may serve several functions.
    functions = tuple(dict.fromkeys(match[1] for match in BUILT_FUNCTION.finditer(template)))
    if functions != FUNCTIONS[name]:
        raise NotARelease(f"{name}.yaml: expected the functions {FUNCTIONS[name]} to be built by cargo-lambda, found {functions}")
    template = BUILT_FUNCTION.sub(rf"\2\1-{architecture}.zip\n", template)
    parameter = (
        rf"\1    Default: {architecture}\n    AllowedValues: [{architecture}]\n"
        r"    Description: Instruction set of the functions, the one that these packages are built for.\n"
    )
    template, found = ARCHITECTURE_PARAMETER.subn(parameter, template)
    if found != 1:
        raise NotARelease(f"{name}.yaml: the parameter Architecture isn't as expected")
    return template


def stage(zips: dict[str, Path], plain_templates: Path, out: Path) -> None:
    """Lays out the packages of each instruction set in `zips` (its folder has one folder for each function) with their templates,
    and the plain templates of that folder.

    Raises NotARelease, and changes nothing, where a file is missing or a package is for another instruction set.
    """
    files = {f"{name}-from-bucket.json": content(plain_templates / f"plain-{name}.json") for name in FUNCTIONS}
    for architecture, folder in zips.items():
        for name in FUNCTIONS:
            files[f"{name}-{architecture}.yaml"] = deployable(name, (ROOT / f"{name}.yaml").read_text(), architecture).encode()
        for function in (function for functions in FUNCTIONS.values() for function in functions):
            path = folder / function / "bootstrap.zip"
            files[f"{function}-{architecture}.zip"] = content(path)
            if (machine := package.machine(path)) != architecture:
                raise NotARelease(f"{path} is for {machine}, not for {architecture}")
    write(files, out)


def collect(staged: Path, others: list[Path], out: Path) -> None:
    """Lays out what is staged and `others`, the wheels, the CDK constructs and lists of components."""
    paths = [*(path for path in staged.iterdir() if path.name != CHECKSUMS), *others]
    write({path.name: content(path) for path in paths}, out)


def content(path: Path) -> bytes:
    """What the build made, or NotARelease where it didn't."""
    if not path.is_file():
        raise NotARelease(f"not built: {path}")
    return path.read_bytes()


def write(files: dict[str, bytes], out: Path) -> None:
    """Writes the files into `out`, where nothing else stays, and their checksums as `sha256sum --check` reads them."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    lines = []
    for name, data in sorted(files.items()):
        (out / name).write_bytes(data)
        lines.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
    (out / CHECKSUMS).write_text("".join(lines))


def packages(text: str) -> tuple[str, Path]:
    """`ARCHITECTURE=FOLDER`."""
    architecture, _, folder = text.partition("=")
    if architecture not in ARCHITECTURES or not folder:
        raise argparse.ArgumentTypeError(f"{text!r}: give arm64=FOLDER or x86_64=FOLDER")
    return architecture, Path(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    staging = commands.add_parser("stage", help="what is deployed, as the wheel carries it")
    staging.add_argument("--packages", type=packages, action="append", required=True, metavar="ARCHITECTURE=FOLDER")
    staging.add_argument("--plain-templates", type=Path, required=True, help="the folder that make plain-template has written to")
    collecting = commands.add_parser("collect", help="the whole release")
    collecting.add_argument("--staged", type=Path, required=True, help="what `stage` has written")
    collecting.add_argument("others", type=Path, nargs="+", help="the wheels, the CDK constructs and the lists of components")
    for command in (staging, collecting):
        command.add_argument("--out", type=Path, required=True, help="the folder to write; nothing else stays in it")
    arguments = parser.parse_args()
    try:
        if arguments.command == "stage":
            stage(dict(arguments.packages), arguments.plain_templates, arguments.out)
        else:
            collect(arguments.staged, arguments.others, arguments.out)
    except NotARelease as error:
        sys.exit(str(error))
    print((arguments.out / CHECKSUMS).read_text(), end="")
    print(f"written to {arguments.out}")


if __name__ == "__main__":
    main()
