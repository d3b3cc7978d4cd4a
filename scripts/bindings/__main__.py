"""Writes the typed properties of constructs/ and terraform/, or with --check says which are stale."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import model, terraform, typescript

CONSTRUCTS = model.ROOT / "constructs" / "src"


def contents() -> dict[Path, str]:
    """Every generated file."""
    read = model.read()
    files = {CONSTRUCTS / "generated" / name: text for name, text in typescript.files(read, CONSTRUCTS).items()}
    files[CONSTRUCTS / "private" / "gpus.ts"] = typescript.accelerators(model.accelerators(model.ACCELERATORS.read_text()))
    files |= {model.ROOT / "terraform" / name: text for name, text in terraform.files(read).items()}
    return files


def main() -> None:
    parser = argparse.ArgumentParser(prog="bindings", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and fail where a file would change")
    arguments = parser.parse_args()
    wanted = contents()
    generated = CONSTRUCTS / "generated"
    superfluous = [path for path in generated.glob("*") if path not in wanted]
    if not arguments.check:
        for path, text in wanted.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for path in superfluous:
            path.unlink()
        return
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    if stale or superfluous:
        names = ", ".join(str(path.relative_to(model.ROOT)) for path in stale + superfluous)
        sys.exit(f"stale: {names}: run `make bindings`")


if __name__ == "__main__":
    main()
