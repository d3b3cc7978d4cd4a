"""Are the texts that pages quote still in the source, and is every text that a failure ends with explained?

Quoted are block quotations, and code spans that read as words of a sentence. In both, `…` stands for what a message fills in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from doccheck.page import PROGRAMS, Fault, Page

# What Rust source is made of, as far as finding string literals needs: comments, characters, raw strings and strings.
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<char>'(?:\\.[^']*|[^'\\\n])')
      | r(?P<hashes>\#*)"(?P<raw>.*?)"(?P=hashes)
      | "(?P<string>(?:[^"\\]|\\.)*)" """,
    re.DOTALL | re.VERBOSE,
)
_TESTS = re.compile(r"^#\[cfg\(test\)\]\s*mod \w+ \{", re.MULTILINE)
_ERROR = re.compile(r"#\[error\(\s*$")
# Where the errors are whose text a Reason starts with.
ANSWERED = (
    "src/reconcile/error.rs",
    "src/request/failure.rs",
    "src/aws/lambda.rs",
    "src/ledger/store.rs",
    "src/aws/fault.rs",
)
EXPLAINED_IN = "docs/troubleshooting.md"
_SENTENCE = re.compile(r"[A-Za-z…][\w'…]*(?:[,;:.?]? [\w('…&)/,.;:?]+){2,}")


def faults(root: Path, pages: Iterable[Page]) -> Iterator[Fault]:
    """Quoted texts that aren't in the source, and errors that `EXPLAINED_IN` doesn't quote."""
    sources = {path: path.read_text() for path in sorted((root / "src").rglob("*.rs"))}
    everything = [text for source in sources.values() for text, _ in literals(source)]
    explained: list[str] = []
    for page in pages:
        sentences = [span for span in page.spans if _is_quotation(span.text)]
        for quotation in [*page.quotations, *sentences] if page.name.startswith("docs/") else []:
            text = _flat(quotation.text)
            if not _found(text, everything):
                yield page.fault(quotation, f"the source no longer says {text!r}")
            if page.name == EXPLAINED_IN:
                explained.append(text)
    for name in ANSWERED:
        for text, is_error in literals(sources[root / name]):
            if is_error and text.strip("… ") and not any(_explains(quotation, text) for quotation in explained):
                yield Fault(EXPLAINED_IN, 1, f"{name} can answer {text!r}, which isn't explained")


def literals(source: str) -> Iterator[tuple[str, bool]]:
    """The string literals of Rust source outside its tests, and whether each is an error's message. Placeholders become `…`."""
    tests = _TESTS.search(source)
    source = source[: tests.start()] if tests else source
    for token in _TOKEN.finditer(source):
        if token["string"] is not None:
            text = re.sub(r"\\\n\s*", "", token["string"]).replace('\\"', '"').replace("\\n", "\n")
        elif token["raw"] is not None:
            text = token["raw"]
        else:
            continue
        text = text.replace("{{", "\0").replace("}}", "\1")
        text = re.sub(r"\{[^{}]*\}", "…", text).replace("\0", "{").replace("\1", "}")
        yield _flat(text), bool(_ERROR.search(source, max(0, token.start() - 40), token.start()))


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _is_quotation(text: str) -> bool:
    """Whether a code span is what the provider says, and not code."""
    if text.split(" ")[0] in PROGRAMS:
        return False
    return bool(_SENTENCE.fullmatch(text)) or text.startswith("… ") or text.endswith(" …")


def _found(quotation: str, everything: list[str]) -> bool:
    pattern = re.compile(_pattern(quotation))
    return any(pattern.search(text) for text in everything)


def _explains(quotation: str, text: str) -> bool:
    return bool(re.fullmatch(f"…?[ :]*{_pattern(quotation)}[ :]*…?", text))


def _pattern(quotation: str) -> str:
    """At its ends, `…` stands for more of the message; inside, for what it fills in or for words that differ."""
    return ".*?".join(re.escape(piece) for piece in quotation.removeprefix("…").removesuffix("…").strip(" :").split("…"))
