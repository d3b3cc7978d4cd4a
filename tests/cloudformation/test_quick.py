"""Those marked `quick` are a few of all: `make scenarios-dev` runs no others."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.mark.quick
def test_each_file_has_some_that_are_quick() -> None:
    files = sorted(Path(__file__).parent.glob("test_*.py"))
    assert [file.name for file in files if "mark.quick" not in file.read_text()] == []
