#!/usr/bin/env python3
"""Collects what a release consists of in one folder, with a checksum of each file.

It builds nothing: `make release` does that first. A release holds the functions' packages for both instruction sets, the provider's
stack as a plain template, and the list of what is compiled into the functions.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from pathlib import Path

ARCHITECTURES = ("arm64", "x86_64")
FUNCTIONS = ("provider", "widgets")
CHECKSUMS = "SHA256SUMS"


def sources(packages: Path, sbom: Path) -> dict[str, Path]:
    """Each file of a release by its name, with where the build puts it."""
    zips = {
        f"{function}-{architecture}.zip": packages / architecture / function / "bootstrap.zip"
        for architecture in ARCHITECTURES
        for function in FUNCTIONS
    }
    return {**zips, "template.json": packages / "plain-template.json", "monitored-endpoint.cdx.json": sbom}


def collect(files: dict[str, Path], out: Path) -> None:
    """Copies the files into `out`, where nothing else stays, and writes their checksums as `sha256sum --check` reads them.

    Raises FileNotFoundError, and changes nothing, where one is missing.
    """
    if missing := [str(path) for path in files.values() if not path.is_file()]:
        raise FileNotFoundError(f"not built: {', '.join(missing)}")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    lines = []
    for name, path in sorted(files.items()):
        content = path.read_bytes()
        (out / name).write_bytes(content)
        lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
    (out / CHECKSUMS).write_text("".join(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, required=True, help="the folder that make package-arm64 and the others write to")
    parser.add_argument("--sbom", type=Path, required=True, help="what make sbom has written")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the release")
    arguments = parser.parse_args()
    try:
        collect(sources(arguments.packages, arguments.sbom), arguments.out)
    except FileNotFoundError as error:
        sys.exit(str(error))
    print((arguments.out / CHECKSUMS).read_text(), end="")
    print(f"A release is in {arguments.out}")


if __name__ == "__main__":
    main()
