"""Is every block of commands run by a test, or marked with what it needs and tests don't have?

The word after `sh` says which; CONTRIBUTING, "Pages", explains the words. `run` blocks are run by `doccheck.running`.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from doccheck.commands import commands
from doccheck.page import Fault, Page, Text

RUN, CI = "run", "ci"
# What tests don't have, and the words one of which a page says to its readers before the first block that needs it.
NEEDS = {
    "needs-aws": ("account", "credentials"),
    "needs-docker": ("Docker",),
    "needs-network": ("npm", "PyPI"),
    "needs-release": ("release",),
    "needs-terminals": ("terminal", "terminals"),
}
WORDS = (RUN, CI, *NEEDS)
OTHER_SHELLS = ("bash", "console", "shell", "shell-session", "zsh")
_RULE = re.compile(r"^(?P<targets>[^\s#:=][^#:=\n]*):(?!=)(?P<needs>[^\n]*)(?P<recipe>(?:\n(?:\t|#)[^\n]*)*)", re.MULTILINE)
_MADE_IN_TURN = re.compile(r"\$\(MAKE\) ([^;|&#\n]*)")
_MADE_BY_CI = re.compile(r"^ *(?:- )?(?:run: )?make ([^;|&#\n]*)", re.MULTILINE)


class Blocks:
    """The blocks of commands on pages, held against what CI runs."""

    def __init__(self, root: Path) -> None:
        self._tested = tested_targets(root)

    def faults(self, page: Page) -> Iterator[Fault]:
        for block in page.blocks:
            if block.language in OTHER_SHELLS or block.text.startswith("$ "):
                yield page.fault(block, "a block of commands begins with sh and a word")
            elif block.language == "sh":
                yield from (page.fault(at, message) for at, message in self._problems(page, block))

    def _problems(self, page: Page, block: Text) -> Iterator[tuple[Text, str]]:
        word = block.word
        if word not in WORDS:
            yield block, f"{word or 'no word'} after sh: it has to be one of {', '.join(WORDS)}"
        elif word in NEEDS and not _says(page, block, NEEDS[word]):
            yield block, f"{word}: the page has to say so before, with {' or '.join(NEEDS[word])}"
        elif word != RUN:
            for at, words in commands(block):
                if words[0] == "make":
                    yield from ((at, f"no test runs make {target}") for target in targets(words[1:]) if target not in self._tested)
                elif word == CI and words[0] != "export" and words[:3] != ["cargo", "test", "--workspace"]:
                    yield at, f"{' '.join(words)}: CI is known to run targets of the Makefile and tests of the workspace"


def _says(page: Page, block: Text, words: tuple[str, ...]) -> bool:
    pattern = re.compile(rf"\b(?:{'|'.join(words)})\b")
    return any(pattern.search(text.text) for text in page.prose if text.line < block.line)


def tested_targets(root: Path) -> set[str]:
    """The Makefile's targets that `scripts/test.py`, `.ci/run` or a workflow makes, and those that these make in turn."""
    needs: dict[str, set[str]] = defaultdict(set)
    for rule in _RULE.finditer((root / "Makefile").read_text().replace("$(TOOLS)", ".tools")):
        words = [word for word in rule["needs"].split("##")[0].split() if "%" not in word]
        words += [word for made in _MADE_IN_TURN.finditer(rule["recipe"]) for word in targets(made[1].split())]
        for target in rule["targets"].split():
            needs[target].update(words)
    waiting = [part for lanes in _lanes(root / "scripts" / "test.py").values() for lane in lanes for part in lane]
    for path in (root / ".ci" / "run", *(root / ".github" / "workflows").glob("*.yml")):
        waiting += [word for made in _MADE_BY_CI.finditer(path.read_text()) for word in targets(made[1].split())]
    tested: set[str] = set()
    while waiting:
        target = waiting.pop()
        if target not in tested:
            tested.add(target)
            waiting += needs[target]
    return tested


def targets(words: list[str]) -> list[str]:
    """What a `make` with these words makes: no options, no variables."""
    return [word for word in words if "=" not in word and not word.startswith("-")]


def _lanes(script: Path) -> dict[str, tuple[tuple[str, ...], ...]]:
    for statement in ast.parse(script.read_text()).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "LANES":
            lanes: dict[str, tuple[tuple[str, ...], ...]] = ast.literal_eval(statement.value)
            return lanes
    raise ValueError(f"{script} has no LANES")
