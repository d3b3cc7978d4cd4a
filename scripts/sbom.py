#!/usr/bin/env python3
"""Writes what is compiled into the functions as a CycloneDX document, with cargo-cyclonedx.

cargo-cyclonedx writes beside each Cargo.toml of the workspace; the provider's document is moved to where it belongs, and those of what
is never deployed are removed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "cyclonedx-of-a-member"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="the folder for monitored-endpoint.cdx.json")
    out: Path = parser.parse_args().out
    command = ["cargo", "cyclonedx", "--format", "json", "--spec-version", "1.5", "--override-filename", NAME]
    subprocess.run(command, cwd=ROOT, check=True)
    written = ROOT / f"{NAME}.json"
    document = json.loads(written.read_text())
    out.mkdir(parents=True, exist_ok=True)
    target = out / "monitored-endpoint.cdx.json"
    target.write_text(json.dumps(document, indent=2))
    members = json.loads(
        subprocess.run(
            ["cargo", "metadata", "--no-deps", "--format-version", "1"], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
    )["packages"]
    for member in members:
        (Path(member["manifest_path"]).parent / f"{NAME}.json").unlink(missing_ok=True)
    print(f"{target}: {len(document['components'])} components")


if __name__ == "__main__":
    main()
