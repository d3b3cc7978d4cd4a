#!/usr/bin/env python3
"""Checks what pages say against this checkout: links, commands, quoted texts, permissions, templates, the code map.

Commands in blocks marked `run` are run, each page's in a copy of the checkout; nothing is contacted. It ends with 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from doccheck import architecture, links, page, permissions, quotations, running, schema  # noqa: E402
from doccheck.blocks import Blocks  # noqa: E402
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
    blocks = Blocks(ROOT)
    templates = {name: yaml_parse((ROOT / name).read_text()) for name in permissions.PAGES}
    faults = [
        *links.faults(pages),
        *(fault for one in pages.values() for fault in commands.faults(one)),
        *(fault for one in pages.values() for fault in blocks.faults(one)),
        *quotations.faults(ROOT, pages.values()),
        *permissions.faults(templates, pages.values()),
        *schema.faults(ROOT, pages.values()),
        *architecture.faults(ROOT, pages.values()),
    ]
    run = sum(any(map(running.runs, one.blocks)) for one in pages.values())
    try:
        faults += running.faults(ROOT, pages.values(), arguments.binaries)
    except running.NotBuilt as reason:
        commands.skipped.add(f"{reason}, so no command is run")
    for fault in sorted(faults):
        print(fault)
    count = sum(len(one.links) for one in pages.values())
    print(f"{len(pages)} pages, {count} links, {commands.checked} commands, those of {run} pages run: {len(faults)} faults")
    if commands.skipped:
        print(f"SKIPPED: {'; '.join(sorted(commands.skipped))}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
