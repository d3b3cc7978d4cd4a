"""Can the commands that pages name be run: are there such targets, files, subcommands and options?

Those are the commands in `sh` blocks, and code spans that start with a program's name.

Nothing is run but `--help`. A program that can't be asked here is named in `skipped`.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.session
from botocore import xform_name

from doccheck.page import PROGRAMS, Fault, Page, Text

# Nothing of theirs is checked but the files they name.
PLAIN = {
    *("cd", "export", "git", "jq", "pip", "npm", "npx", "cdk", "terraform", "docker", "python", "python3", "rustup"),
    *("kill", "sed", "sleep"),
}
# Subcommands of the AWS CLI that are no operation of the service's API, with the options that they take here.
AWS_OWN = {
    ("cloudformation", "deploy"): {"stack-name", "template-file", "parameter-overrides", "capabilities"},
    ("s3", "cp"): {"region"},
    ("s3", "mb"): {"region"},
    ("logs", "tail"): {"since", "follow"},
    ("configure", "export-credentials"): {"format"},
    ("login", ""): {"remote"},
    ("sso", "login"): {"sso-session"},
}
AWS_GLOBAL = {"query", "output", "region", "profile", "no-cli-pager", "max-items"}
AWS_WAIT = {"stack-name"}
# Where commands put things that aren't there before.
MADE = ("target", ".tools", ".aws-sam")


class Commands:
    """The commands of pages, held against this checkout and the programs that are installed."""

    def __init__(self, root: Path, sam: Path, binaries: Path) -> None:
        self._root = root
        self._sam = sam
        self._binaries = binaries
        self._makefile = (root / "Makefile").read_text()
        self._top = {path.name for path in root.iterdir() if path.name not in MADE}
        self._aws = botocore.session.Session()
        self.skipped: set[str] = set()
        self.checked = 0

    def faults(self, page: Page) -> Iterator[Fault]:
        blocks = [block for block in page.blocks if block.language == "sh"]
        spans = [span for span in page.spans if span.text.split(" ")[0] in PROGRAMS and " " in span.text]
        for block in [*blocks, *spans]:
            for at, words in commands(block):
                self.checked += 1
                for message in self._problems(words):
                    yield page.fault(at, f"{' '.join(words)}: {message}")

    def _problems(self, words: list[str]) -> Iterator[str]:
        yield from self._missing_files(words)
        program, *rest = words
        program = program.rsplit("/", 1)[-1]
        match program:
            case "make":
                yield from self._make(rest)
            case "aws":
                yield from self._aws_cli(rest)
            case "sam":
                yield from self._by_help(self._sam, rest)
            case "cargo":
                yield from self._cargo(rest)
            case "stand-in" | "monitored-endpoint":
                yield from self._by_help(self._binaries / program, rest)
            case _ if program not in PLAIN:
                yield f"{program} is no program that the pages may name"

    def _missing_files(self, words: list[str]) -> Iterator[str]:
        for word in words[1:]:
            path = word.removeprefix("file://").split("=")[-1]
            if "/" in path and path.split("/")[0] in self._top and not (self._root / path).exists():
                yield f"there is no {path}"

    def _make(self, words: list[str]) -> Iterator[str]:
        for word in words:
            tool = re.fullmatch(r"\.tools/(\w+)/installed", word)
            if "=" in word or word.startswith("-"):
                continue
            pattern = rf"call environment,{tool[1]}," if tool else rf"^(?:[\w.-]+ )*{re.escape(word)}(?: [\w.-]+)*:(?!=)"
            if not re.search(pattern, self._makefile, re.MULTILINE):
                yield f"the Makefile has no target {word}"

    def _cargo(self, words: list[str]) -> Iterator[str]:
        for option, folder in (("--example", "examples"), ("--bin", "src/bin"), ("--test", "tests"), ("--bench", "benches")):
            if option in words:
                name = words[words.index(option) + 1]
                if not any(
                    (self._root / place / f"{name}.rs").exists() for place in (folder, f"crates/aws-stand-in/{folder}", f"cli/{folder}")
                ):
                    yield from self._declared(option.removeprefix("--"), name, folder, words)

    def _declared(self, kind: str, name: str, folder: str, words: list[str]) -> Iterator[str]:
        """A target that a manifest names, and the file of a test program that the command narrows it to (`lifecycle::`)."""
        for manifest in (self._root / "Cargo.toml", *sorted(self._root.glob("*/Cargo.toml")), *sorted(self._root.glob("crates/*/Cargo.toml"))):
            targets = tomllib.loads(manifest.read_text()).get(kind, []) if manifest.exists() else []
            if target := next((target for target in targets if target["name"] == name), None):
                home = (manifest.parent / target.get("path", folder)).parent
                for module in (word.removesuffix("::") for word in words if word.endswith("::")):
                    if not (home / f"{module}.rs").exists() and not (home / module).is_dir():
                        yield f"test {name} has no file {module}"
                return
        yield f"there is no {folder}/{name}.rs"

    def _by_help(self, program: Path, words: list[str]) -> Iterator[str]:
        if not program.exists():
            self.skipped.add(f"{program.name}: not built, so its options are not checked")
            return
        command: list[str] = []
        for word in words:
            if word.startswith("-") or help_text(program, *command, word) is None:
                break
            command.append(word)
        text = help_text(program, *command) or ""
        if not command and words and not words[0].startswith("-"):
            yield f"{program.name} has no subcommand {words[0]}"
            return
        for word in words:
            option = word.split("=")[0]
            if option.startswith("--") and not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text):
                yield f"{program.name} {' '.join(command)} has no option {option}"

    def _aws_cli(self, words: list[str]) -> Iterator[str]:
        service, operation = (words + ["", ""])[:2]
        service = "s3" if service == "s3api" else service
        options = {word[2:].split("=")[0] for word in words if word.startswith("--")} - AWS_GLOBAL
        if (service, operation) in AWS_OWN:
            known = AWS_OWN[service, operation]
        elif service not in self._aws.get_available_services():
            yield f"AWS has no service {service}"
            return
        else:
            model = self._aws.get_service_model(service)
            if operation == "wait":
                names = self._aws.get_waiter_model(service).waiter_names
                known = AWS_WAIT
                if not any(xform_name(name, "-") == words[2] for name in names):
                    yield f"{service} has no waiter {words[2]}"
            else:
                found = [name for name in model.operation_names if xform_name(name, "-") == operation]
                if not found:
                    yield f"{service} has no operation {operation}"
                    return
                shape = model.operation_model(found[0]).input_shape
                known = set()
                for member, member_shape in (shape.members if shape else {}).items():
                    known.add(xform_name(member, "-"))
                    if member_shape.type_name == "boolean":
                        known.add(f"no-{xform_name(member, '-')}")
        for option in sorted(options - known):
            yield f"{service} {operation} has no option --{option}"


@cache
def help_text(program: Path, *command: str) -> str | None:
    """What `program command --help` prints; None where it has no such subcommand."""
    run = subprocess.run(
        [program, *command, "--help"],
        capture_output=True,
        text=True,
        env={"SAM_CLI_TELEMETRY": "0", "PATH": "/usr/bin:/bin"},
        check=False,
    )
    return run.stdout if run.returncode == 0 else None


def commands(block: Text) -> Iterator[tuple[Text, list[str]]]:
    """The commands of a block, each with its line, without comments and assignments before the program."""
    number = block.line if block.language else block.line - 1
    joined = ""
    for line in block.text.splitlines():
        number += 1
        if line.endswith("\\"):
            joined += line[:-1]
            continue
        lexer = shlex.shlex(joined + line, posix=True, punctuation_chars="&|;<>")
        lexer.wordchars += "{}$@%^+,[]"
        lexer.whitespace_split = True
        joined = ""
        words: list[str] = []
        for word in [*lexer, ";"]:
            if re.fullmatch(r"[&|;]+", word):
                if words:
                    yield Text(number, " ".join(words)), words
                words = []
            elif not words and re.fullmatch(r"\w+=.*", word):
                continue
            elif word not in ("<", ">", ">>"):
                words.append(word)
