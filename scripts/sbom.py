#!/usr/bin/env python3
"""Writes what is compiled into the functions, and into the command-line program, as CycloneDX documents, with cargo-cyclonedx.

cargo-cyclonedx writes beside each Cargo.toml of the workspace; the two documents are moved to where they belong, and those of what
is never released are removed. What says when, where and by which run a document was written is left out, so that the same source
gives the same documents.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NAME = "cyclonedx-of-a-member"
RELEASED = ("monitored-endpoint", "monitored-endpoint-cli")


def portable(text: str) -> dict[str, Any]:
    """The document without its random serial number, its time, and this checkout's place. All three are optional in CycloneDX 1.5."""
    document: dict[str, Any] = json.loads(text.replace(f"file://{ROOT}", "file:///monitored-endpoint"))
    document.pop("serialNumber", None)
    document["metadata"].pop("timestamp", None)
    return document


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="the folder for one NAME.cdx.json for each released crate")
    out: Path = parser.parse_args().out
    command = ["cargo", "cyclonedx", "--format", "json", "--spec-version", "1.5", "--override-filename", NAME]
    subprocess.run(command, cwd=ROOT, check=True)
    metadata = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version", "1"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    out.mkdir(parents=True, exist_ok=True)
    for member in json.loads(metadata.stdout)["packages"]:
        written = Path(member["manifest_path"]).with_name(f"{NAME}.json")
        if member["name"] in RELEASED:
            document = portable(written.read_text())
            target = out / f"{member['name']}.cdx.json"
            target.write_text(json.dumps(document, indent=2))
            print(f"{target}: {len(document['components'])} components")
        written.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
