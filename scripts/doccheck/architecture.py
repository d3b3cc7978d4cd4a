"""Is ARCHITECTURE.md true?

Its code map says of each module what the module says of itself; the files and tests that it names exist; it is short enough to
be read. Names of files and tests are checked in docs/decisions/ as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from doccheck.page import Fault, Page, Text

PAGE = "ARCHITECTURE.md"
DECISIONS = "docs/decisions/"
LONGEST = 12_000
# Where a name on the page may begin.
BASES = (".", "src", "tests", "tests/cloudformation")
# A folder's own documentation is at the beginning of one of these.
OPENINGS = ("mod.rs", "src/lib.rs", "src/main.rs", "lib.rs", "main.rs", "__init__.py")
_ROW = re.compile(r"\| `([\w./-]+)` \| (.+) \|")
_PATH = re.compile(r"(?:\.?[\w-]+/)+(?:[\w-]+(?:\.\w+)+)?|[\w-]+\.(?:rs|py|csv|toml|yaml|md)")
_TEST = re.compile(r"([\w./-]+\.(?:rs|py))::(\w+)")


def faults(root: Path, pages: Iterable[Page]) -> Iterator[Fault]:
    """What the page of the architecture, and those of the decisions, say and that isn't so."""
    for page in pages:
        if page.name == PAGE:
            yield from _size(page)
            yield from _map(root, page)
        if page.name == PAGE or page.name.startswith(DECISIONS):
            for span in page.spans:
                yield from _names(root, page, span)


def first_sentence(module: Path) -> str | None:
    """What a module's documentation begins with, in plain text; None where it has none."""
    if module.is_dir():
        found = next((module / name for name in OPENINGS if (module / name).exists()), None)
        if found is None:
            return None
        module = found
    source = module.read_text()
    if module.suffix == ".py":
        documentation = ast.get_docstring(ast.parse(source)) or ""
    else:
        lines = re.match(r"(?://![^\n]*\n)*", source)
        documentation = "\n".join(line[3:].strip() for line in lines[0].splitlines()) if lines else ""
    paragraph = " ".join(documentation.split("\n\n")[0].split())
    return _plain(re.split(r"(?<=\.) ", paragraph)[0]) or None


def _plain(text: str) -> str:
    return re.sub(r"[\[\]`]", "", text)


def _size(page: Page) -> Iterator[Fault]:
    size = page.path.stat().st_size
    if size > LONGEST:
        yield Fault(PAGE, 1, f"{size} bytes are more than {LONGEST}: move history and details to {DECISIONS}")


def _map(root: Path, page: Page) -> Iterator[Fault]:
    mapped: set[Path] = set()
    for number, line in enumerate(page.path.read_text().splitlines(), 1):
        row = _ROW.fullmatch(line)
        module = row and next((root / base / row[1] for base in BASES if (root / base / row[1]).exists()), None)
        if not row or not module:
            continue
        mapped.add(module.resolve())
        said = first_sentence(module)
        if said and said != _plain(row[2]):
            yield Fault(PAGE, number, f"{row[1]} says of itself: {said}")
    modules = [*(root / "src").glob("*.rs"), *(path.parent for path in (root / "src").glob("*/mod.rs"))]
    for module in sorted(modules):
        if module.name != "lib.rs" and module.resolve() not in mapped:
            yield Fault(PAGE, 1, f"the code map lacks {module.relative_to(root)}: {first_sentence(module)}")


def _names(root: Path, page: Page, span: Text) -> Iterator[Fault]:
    test = _TEST.fullmatch(span.text)
    name = test[1] if test else span.text
    if not test and not _PATH.fullmatch(span.text):
        return
    found = [root / base / name for base in BASES if (root / base / name).exists()]
    if not found:
        yield page.fault(span, f"there is no {name}")
    elif test and not any(re.search(rf"\b{test[2]}\b", path.read_text()) for path in found):
        yield page.fault(span, f"{name} has no test {test[2]}")
