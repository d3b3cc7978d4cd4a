#!/usr/bin/env python3
"""Makes a Lambda zip from a built binary, and checks what a zip holds.

A custom runtime's package is a zip with one executable called `bootstrap`. A release comes from cargo-lambda; `zip` makes the
same from a development build in a second. `check` looks at what Lambda would only complain of when the function starts.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The C library of provided.al2023 (Amazon Linux 2023). A binary that asks for a newer one doesn't start there.
LAMBDA_GLIBC = (2, 34)
MACHINES = {62: "x86_64", 183: "arm64"}


def zip_binary(binary: Path, package: Path) -> None:
    """Puts `binary`, without its debug information, into `package` as the executable `bootstrap`."""
    package.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        bootstrap = Path(folder, "bootstrap")
        shutil.copyfile(binary, bootstrap)
        if strip := shutil.which("strip"):
            subprocess.run([strip, bootstrap], check=True)
        # Level 1: this zip is read once, on the same machine.
        with unfinished(package) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(entry(), bootstrap.read_bytes())


def repack(package: Path) -> None:
    """Packs the `bootstrap` of a release again: as small as deflate makes it, and always into the same bytes."""
    # In the tools' environment only. It finds a deflate stream that is 3 % smaller than zlib's best, in half a minute.
    import zopfli

    with zipfile.ZipFile(package) as archive:
        binary = archive.read("bootstrap")
    with unfinished(package) as part, zopfli.ZipFile(part, "w", iterations=5, block_splitting_max=0) as archive:
        archive.writestr(entry(), binary)


def entry() -> zipfile.ZipInfo:
    """The one file of a package. A ZipInfo of its own has no time of day in it but the oldest that a zip can tell."""
    entry = zipfile.ZipInfo("bootstrap")
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o100755 << 16
    return entry


@contextmanager
def unfinished(package: Path) -> Iterator[Path]:
    """A file that takes the place of `package` once the block has ended well."""
    part = package.with_suffix(".part")
    yield part
    part.replace(package)


def extract_binary(package: Path, folder: Path) -> None:
    """Takes `bootstrap` out of `package` into `folder`, executable."""
    with zipfile.ZipFile(package) as archive:
        Path(archive.extract("bootstrap", folder)).chmod(0o755)


def machine(package: Path) -> str:
    """The instruction set that `package` is built for, by AWS Lambda's name for it."""
    with zipfile.ZipFile(package) as archive, archive.open("bootstrap") as binary:
        return MACHINES.get(int.from_bytes(binary.read(20)[18:], "little"), "an unknown instruction set")


def problems(package: Path, this_machine: bool) -> list[str]:
    """What would keep Lambda from starting `package`; also prints its size and what it asks for.

    A C library newer than Lambda's is only remarked on where the package is for `this_machine`'s own use.
    """
    if not package.is_file():
        return ["it is not there"]
    with zipfile.ZipFile(package) as archive:
        entries = archive.infolist()
        if [entry.filename for entry in entries] != ["bootstrap"]:
            return [f"expected the one file `bootstrap`, found {', '.join(entry.filename for entry in entries) or 'nothing'}"]
        mode = entries[0].external_attr >> 16
        binary = archive.read("bootstrap")
    found = []
    if not mode & 0o111:
        found.append("`bootstrap` is not executable")
    if binary[:4] != b"\x7fELF":
        return [*found, "`bootstrap` is not a Linux executable"]
    # Symbol versions stand in the dynamic string table as they are, which saves reading the ELF tables.
    versions = {(int(major), int(minor)) for major, minor in re.findall(rb"GLIBC_(\d+)\.(\d+)", binary)}
    needed = max(versions, default=(0, 0))
    if needed > LAMBDA_GLIBC:
        remark = (
            f"it needs glibc {needed[0]}.{needed[1]}, and provided.al2023 has {LAMBDA_GLIBC[0]}.{LAMBDA_GLIBC[1]}: "
            "to deploy it, build it on an older system, or with zig (make package-x86_64)"
        )
        if this_machine:
            print(f"{package}: {remark}")
        else:
            found.append(remark)
    print(
        f"{package}: {package.stat().st_size / 1e6:.1f} MB, bootstrap {len(binary) / 1e6:.1f} MB, {machine(package)}, "
        f"glibc {needed[0]}.{needed[1]} or newer"
    )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    zipping = commands.add_parser("zip", help="make a package from a binary")
    zipping.add_argument("binary", type=Path)
    zipping.add_argument("package", type=Path)
    checking = commands.add_parser("check", help="is this a package that Lambda can start?")
    checking.add_argument("package", type=Path)
    checking.add_argument("--this-machine", action="store_true", help="it need not start anywhere else")
    repacking = commands.add_parser("repack", help="pack a release smaller and reproducibly, then check it")
    repacking.add_argument("package", type=Path)
    repacking.add_argument("--this-machine", action="store_true", help="it need not start anywhere else")
    extracting = commands.add_parser("extract", help="take the binary out of a package")
    extracting.add_argument("package", type=Path)
    extracting.add_argument("folder", type=Path)
    arguments = parser.parse_args()

    if arguments.command == "zip":
        zip_binary(arguments.binary, arguments.package)
    if arguments.command == "repack":
        repack(arguments.package)
    if arguments.command == "extract":
        extract_binary(arguments.package, arguments.folder)
    to_deploy = arguments.command in ("check", "repack") and not arguments.this_machine
    found = problems(arguments.package, this_machine=not to_deploy)
    for problem in found:
        print(f"{arguments.package}: {problem}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
