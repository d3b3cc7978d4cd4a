#!/usr/bin/env python3
"""Prints how large the parts of this repository are at two commits, as the table in docs/contributors/changes.md: sizes.py BEFORE AFTER

Lines are counted as git has them, and nothing in the checkout is read. Unit tests at the end of a Rust file count as source and are given
beside it; those in a file of their own, `tests.rs`, count as tests.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNIT_TESTS = re.compile(r"^#\[cfg\(test\)\]\nmod tests \{.*", re.MULTILINE | re.DOTALL)
LONG = 400
PARTS = ("Rust source", "Rust tests and their support", "snapshots", "Python")


@dataclass
class Size:
    files: int = 0
    lines: int = 0
    unit_tests: int = 0
    longest: int = 0
    long_files: int = 0

    def add(self, path: str, text: str) -> None:
        lines = text.count("\n")
        self.files += 1
        self.lines += lines
        self.unit_tests += unit_tests(path, text)
        self.longest = max(self.longest, lines)
        self.long_files += lines > LONG


def part(path: str) -> str | None:
    """The row that a file counts in."""
    if path.endswith(".rs"):
        return "Rust tests and their support" if {"tests", "tests.rs"} & set(Path(path).parts) else "Rust source"
    return {".snap": "snapshots", ".py": "Python"}.get(Path(path).suffix)


def unit_tests(path: str, text: str) -> int:
    found = UNIT_TESTS.search(text) if part(path) == "Rust source" else None
    return found[0].count("\n") if found else 0


def sizes(files: dict[str, str]) -> dict[str, Size]:
    """How large each part is, of the texts of all files by their paths."""
    found = {name: Size() for name in PARTS}
    for path, text in files.items():
        if name := part(path):
            found[name].add(path, text)
    return found


def table(before: dict[str, Size], after: dict[str, Size]) -> str:
    """The table in Markdown."""
    rows = [f"| | files | lines | longest file | files over {LONG} lines |", "|---|---|---|---|---|"]
    for name in PARTS:
        old, new = before[name], after[name]
        lines = f"{old.lines:,} → {new.lines:,}"
        if new.unit_tests:
            lines += f", of which unit tests {old.unit_tests:,} → {new.unit_tests:,}"
        longest = f"{old.longest:,} → {new.longest:,}"
        rows.append(f"| {name} | {old.files} → {new.files} | {lines} | {longest} | {old.long_files} → {new.long_files} |")
    return "\n".join(rows)


def texts(commit: str) -> dict[str, str]:
    """The files of a commit that count, by their paths."""
    listed = git("ls-tree", "-r", "--name-only", "-z", commit).decode().split("\0")
    paths = [path for path in listed if part(path)]
    blobs = git("cat-file", "--batch", input="".join(f"{commit}:{path}\n" for path in paths).encode())
    found = {}
    for path in paths:
        header, _, blobs = blobs.partition(b"\n")
        length = int(header.split()[2])
        found[path], blobs = blobs[:length].decode(), blobs[length + 1 :]
    return found


def git(*arguments: str, input: bytes | None = None) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, input=input, capture_output=True, check=True).stdout


def main() -> None:
    before, after = sys.argv[1:]
    print(table(sizes(texts(before)), sizes(texts(after))))


if __name__ == "__main__":
    main()
