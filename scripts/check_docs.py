#!/usr/bin/env python3
"""Checks what README and docs/ say against this checkout: links, commands, quoted texts, permissions, templates, the code map.

Nothing is contacted and nothing is run but `--help`. It ends with 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from doccheck import architecture, links, page, permissions, quotations, schema  # noqa: E402
from doccheck.commands import Commands  # noqa: E402

PAGES = ("*.md", "docs/**/*.md", "*/README.md", "crates/*/README.md", "examples/*/README.md")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sam", type=Path, required=True, help="the SAM CLI, to ask for its options")
    parser.add_argument("--binaries", type=Path, required=True, help="folder of this workspace's built programs")
    arguments = parser.parse_args()

    paths = sorted({path.resolve() for pattern in PAGES for path in ROOT.glob(pattern)})
    pages = {path: page.read(path, ROOT) for path in paths}
    commands = Commands(ROOT, arguments.sam, arguments.binaries)
    templates = {name: yaml_parse((ROOT / name).read_text()) for name in permissions.PAGES}
    faults = [
        *links.faults(pages),
        *(fault for one in pages.values() for fault in commands.faults(one)),
        *quotations.faults(ROOT, pages.values()),
        *permissions.faults(templates, pages.values()),
        *schema.faults(ROOT, pages.values()),
        *architecture.faults(ROOT, pages.values()),
    ]
    for fault in sorted(faults):
        print(fault)
    for reason in sorted(commands.skipped):
        print(f"skipped: {reason}")
    count = sum(len(one.links) for one in pages.values())
    print(f"{len(pages)} pages, {count} links, {commands.checked} commands: {len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
