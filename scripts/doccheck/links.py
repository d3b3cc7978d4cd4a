"""Do relative links lead to a file that is there, and to a heading that it has? Does a link lead to each page in docs/?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from doccheck.page import Fault, Page


def faults(pages: dict[Path, Page]) -> Iterator[Fault]:
    """What is wrong with the links between `pages`. Addresses elsewhere are not contacted."""
    linked: set[Path] = set()
    for page in pages.values():
        for link in page.links:
            url = urlsplit(link.text)
            if url.scheme or url.netloc:
                if url.scheme != "https":
                    yield page.fault(link, f"{link.text} is not https")
                continue
            target = (page.path.parent / unquote(url.path)).resolve() if url.path else page.path
            if target != page.path:
                linked.add(target)
            if not target.exists():
                yield page.fault(link, f"there is no {link.text}")
            elif url.fragment and target in pages and url.fragment not in pages[target].anchors:
                yield page.fault(link, f"{pages[target].name} has no heading #{url.fragment}")
    for path, page in pages.items():
        if page.name.startswith("docs/") and path not in linked:
            yield Fault(page.name, 1, "no page links to this one")
