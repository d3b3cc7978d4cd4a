"""What a release carries, without anything built: for tests."""

from __future__ import annotations

import zipfile
from itertools import chain
from pathlib import Path

import release

ELF_MACHINES = {"x86_64": 62, "arm64": 183}


def pack(path: Path, architecture: str) -> None:
    """A package whose executable ends with its header."""
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bootstrap", b"\x7fELF".ljust(18, b"\0") + ELF_MACHINES[architecture].to_bytes(2, "little"))


def build(folder: Path) -> dict[str, Path]:
    """What `make package-arm64`, `package-x86_64` and `plain-template` would have built: the folder of each instruction set's packages."""
    zips = {architecture: folder / architecture for architecture in release.ARCHITECTURES}
    for architecture, built in zips.items():
        for function in chain.from_iterable(release.FUNCTIONS.values()):
            pack(built / function / "bootstrap.zip", architecture)
    for name in release.FUNCTIONS:
        (folder / f"plain-{name}.json").write_text("{}")
    return zips


def stage(folder: Path) -> Path:
    """The folder that the command-line program finds beside itself."""
    staged = folder / "staged"
    release.stage(build(folder / "built"), folder / "built", staged)
    return staged
