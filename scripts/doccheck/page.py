"""A Markdown page as what can be checked on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

# A code span that starts with one of these is a command.
PROGRAMS = ("make", "aws", "sam", "cargo", "monitored-endpoint", "stand-in")


@dataclass(frozen=True)
class Text:
    """A piece of a page, and the line that it stands on. A block may have a language, and a word after it."""

    line: int
    text: str
    language: str = ""
    word: str = ""


@dataclass(frozen=True, order=True)
class Fault:
    """Something that a page says and that isn't so."""

    page: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.message}"


@dataclass
class Page:
    """What can be checked on one page."""

    path: Path
    name: str
    anchors: set[str] = field(default_factory=set)
    links: list[Text] = field(default_factory=list)
    blocks: list[Text] = field(default_factory=list)
    spans: list[Text] = field(default_factory=list)
    quotations: list[Text] = field(default_factory=list)
    prose: list[Text] = field(default_factory=list)

    def fault(self, at: Text, message: str) -> Fault:
        return Fault(self.name, at.line, message)


def read(path: Path, root: Path) -> Page:
    """The page at `path`, named as seen from `root`."""
    page = Page(path, str(path.relative_to(root)))
    taken: dict[str, int] = {}
    in_heading = in_quotation = 0
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(path.read_text()):
        in_heading += token.nesting if token.type.startswith("heading_") else 0
        in_quotation += token.nesting if token.type.startswith("blockquote_") else 0
        line = token.map[0] + 1 if token.map else 0
        if token.type in ("fence", "code_block"):
            language, _, word = token.info.strip().partition(" ")
            page.blocks.append(Text(line, token.content, language, word))
        elif token.type == "inline":
            page.prose.append(Text(line, token.content))
            if in_heading:
                page.anchors.add(_anchor(_plain(token), taken))
            if in_quotation:
                page.quotations.append(Text(line, _plain(token)))
            for child in _all(token):
                if child.type in ("link_open", "image"):
                    target = child.attrGet("href" if child.type == "link_open" else "src")
                    page.links.append(Text(line, str(target)))
                elif child.type == "code_inline":
                    page.spans.append(Text(line, child.content))
    return page


def _all(token: Token) -> Iterator[Token]:
    for child in token.children or []:
        yield child
        yield from _all(child)


def _plain(token: Token) -> str:
    return "".join(
        " " if child.type in ("softbreak", "hardbreak") else child.content
        for child in token.children or []
        if child.type != "image"
    )


def _anchor(heading: str, taken: dict[str, int]) -> str:
    """As GitHub makes anchors of headings: lower case, no punctuation, hyphens for spaces, a number where one is taken."""
    anchor = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
    number = taken.get(anchor, 0)
    taken[anchor] = number + 1
    return f"{anchor}-{number}" if number else anchor
