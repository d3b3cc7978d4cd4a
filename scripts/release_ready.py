#!/usr/bin/env python3
"""Says what a tag still lacks before it can become a release: `release_ready.py v0.2.0`. It ends with 1 where anything is missing.

The tag's version is that of Cargo.toml, CHANGELOG.md has a section for it and nothing under "Unreleased", and what is published
names the repository.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADING = re.compile(r"^## \[([^]]+)\]", re.MULTILINE)


def missing(root: Path, tag: str) -> Iterator[str]:
    """What the checkout in `root` lacks to be released as `tag`, a sentence for each thing."""
    version = tag.removeprefix("v")
    workspace = tomllib.loads((root / "Cargo.toml").read_text())["workspace"]["package"]
    if workspace["version"] != version:
        yield f"Cargo.toml: the version is {workspace['version']}, the tag {tag}"
    sections = changelog_sections((root / "CHANGELOG.md").read_text())
    if not sections.get(version):
        yield f"CHANGELOG.md: no section [{version}], or nothing in it"
    if sections.get("Unreleased"):
        yield f'CHANGELOG.md: "Unreleased" isn\'t empty; what it lists belongs to [{version}]'
    yield from without_repository(root)


def changelog_sections(changelog: str) -> dict[str, str]:
    """What each section says, by the name in its heading."""
    _, *parts = HEADING.split(changelog)
    # The rest of a heading is its date.
    return {name: text.partition("\n")[2].strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


def without_repository(root: Path) -> Iterator[str]:
    wheel = root / "wheel/pyproject.toml"
    if "Repository" not in tomllib.loads(wheel.read_text())["project"].get("urls", {}):
        yield f"{wheel.relative_to(root)}: [project.urls] has no Repository"
    for manifest in sorted(root.glob("crates/*/Cargo.toml")):
        package = tomllib.loads(manifest.read_text())["package"]
        if package.get("publish", True) and not package.get("repository"):
            yield f"{manifest.relative_to(root)}: no repository"
    constructs = root / "constructs/package.json"
    # npm and jsii want the member; until the address is known it is the folder itself.
    if json.loads(constructs.read_text())["repository"]["url"] == ".":
        yield f"{constructs.relative_to(root)}: repository.url is no address"


def main() -> None:
    (tag,) = sys.argv[1:]
    faults = list(missing(ROOT, tag))
    for fault in faults:
        print(fault)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
