#!/usr/bin/env python3
"""Draws the dashboards in docs/: from a declaration and a fleet to a page, and from that to a PNG, by Chromium.

Every docs/pictures/NAME.json is a declaration, NAME.fleet.json what is simulated on it (without one, what `preview` makes up); docs/NAME.png is made. The same input gives the same
page, since the pictures' clock stands still. Pages are kept where --pages says, else thrown away.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from local import picture

DOCS = Path(__file__).parent.parent / "docs"
NOW = "2026-11-24T12:00:00Z"
# How far loads rise and fall.
SWAY = "0.3"
LARGEST_PNG = 400 * 1024
# The first that makes a picture small enough is taken. Fewer colours would make lines look alike.
COLOURS = (128, 64, 48, 32, 24)
SCALES = (1, 0.8, 0.7, 0.6, 0.5)
# What the README begins with: the first screen of a picture, down to the interactive panels, as a share of its width.
FIRST_LOOK = ("article", "first-look", 0.62)
# Two colours that differ by less, of 255, in each of red, green and blue count as one.
ALIKE = 8


def draw(declaration: Path, cli: Path, pages: Path) -> Path:
    """The page of one declaration."""
    page = pages / f"{declaration.stem}.html"
    fleet = declaration.with_suffix(".fleet.json")
    simulated = ["--fleet", fleet] if fleet.is_file() else []
    command = [cli, "preview", declaration, *simulated, "--stack-name", "inference", "--out", page]
    subprocess.run([*command, "--now", NOW, "--from", "-PT3H", "--sway", SWAY], check=True, stdout=subprocess.DEVNULL)
    return page


def shrink(png: Path) -> None:
    """Writes a picture as large as it may be: first with fewer colours, then smaller."""
    from PIL import Image  # only here: the pages need no library

    with Image.open(png) as opened:
        whole = opened.convert("RGB")
    for scale in SCALES:
        size = (round(whole.width * scale), round(whole.height * scale))
        scaled = whole if scale == 1 else whole.resize(size, Image.Resampling.LANCZOS)
        chosen = palette_of(scaled)
        for colours in COLOURS:
            palette = Image.new("P", (1, 1))
            palette.putpalette([part for colour in chosen[:colours] for part in colour])
            scaled.quantize(palette=palette, dither=Image.Dither.NONE).save(png, optimize=True)
            if png.stat().st_size <= LARGEST_PNG:
                return
    raise SystemExit(f"{png.name} is larger than {LARGEST_PNG} bytes at a scale of {SCALES[-1]} with {COLOURS[-1]} colours, too")


def palette_of(picture: Any) -> list[tuple[int, int, int]]:
    """The most frequent colours, so that lines keep theirs."""
    chosen: list[tuple[int, int, int]] = []
    for _, colour in sorted(picture.getcolors(picture.width * picture.height), reverse=True):
        # Shades that nobody can tell apart would only take the place of others.
        if all(max(abs(one - other) for one, other in zip(colour, taken, strict=True)) >= ALIKE for taken in chosen):
            chosen.append(colour)
        if len(chosen) == COLOURS[0]:
            break
    return chosen


def first_look(png: Path) -> Path:
    """The upper part of a picture, beside it."""
    from PIL import Image  # as above

    _, name, share = FIRST_LOOK
    top = png.with_stem(name)
    with Image.open(png) as whole:
        whole.crop((0, 0, whole.width, round(whole.width * share))).save(top, optimize=True)
    return top


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cli", type=Path, required=True, help="the built program monitored-endpoint")
    parser.add_argument("--pages", type=Path, help="a folder to keep the pages in")
    parser.add_argument("names", nargs="*", help="which ones; all by default")
    options = parser.parse_args()
    if picture.browser() is None and options.pages is None:
        print("no picture is made: Chromium is not installed (CHROMIUM names its program); --pages keeps the pages")
        return 1
    with tempfile.TemporaryDirectory(prefix="pictures-") as scratch:
        pages = options.pages or Path(scratch)
        pages.mkdir(parents=True, exist_ok=True)
        return draw_all(options, pages)


def draw_all(options: argparse.Namespace, pages: Path) -> int:
    """All pictures that are asked for; 1 where one wasn't made."""
    result = 0
    declarations = sorted(path for path in (DOCS / "pictures").glob("*.json") if ".fleet" not in path.suffixes)
    for declaration in declarations:
        if options.names and declaration.stem not in options.names:
            continue
        page = draw(declaration, options.cli, pages)
        if options.pages is not None:
            print(f"{page}: {page.stat().st_size / 1024:.0f} KiB")
        png = DOCS / f"{declaration.stem}.png"
        if picture.photograph(page, png):
            shrink(png)
            made = [png, first_look(png)] if declaration.stem == FIRST_LOOK[0] else [png]
            for one in made:
                print(f"docs/{one.name}: {one.stat().st_size / 1024:.0f} KiB")
        else:
            result = 1
            print(f"docs/{png.name} was not made: Chromium is not installed, or failed (CHROMIUM names its program)")
    return result


if __name__ == "__main__":
    sys.exit(main())
