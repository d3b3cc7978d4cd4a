"""Runs the blocks of commands that pages mark with `run`.

Each page has a folder of its own with the files that git tracks, and a home folder in it. All its blocks run there in order, in one
shell, as for a reader who follows the page. Files that the page shows under a name (`yaml chat.yaml`) are there from the beginning. The built
programs are on the PATH; a release's packages are there, with nothing in them. There are no credentials, and no way into the network.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import fake_release

from doccheck.blocks import RUN
from doccheck.page import Fault, Page, Text

PATIENCE_S = 60
PROGRAMS = ("monitored-endpoint", "stand-in")
# A line of the script is the line of the page.
SCRIPT_BEGINS = "set -eE -o pipefail; trap 'echo $LINENO >\"$HOME/failed\"' ERR"
NOWHERE = "http://127.0.0.1:9"


class NotBuilt(Exception):
    """There is a program that pages call and that isn't built. The message names it."""


def faults(root: Path, pages: Iterable[Page], binaries: Path) -> list[Fault]:
    """The commands that failed.

    Raises NotBuilt, and runs nothing, where a program is missing.
    """
    for program in PROGRAMS:
        if not (binaries / program).exists():
            raise NotBuilt(f"{program} is not built")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True).stdout
    files = [path for path in listed.split("\0") if path and (root / path).is_file()]
    to_run = [page for page in pages if any(runs(block) for block in page.blocks)]
    with tempfile.TemporaryDirectory(prefix="monitored-endpoint-pages-") as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        assets = fake_release.stage(Path(folder))
        folders = [Path(folder) / str(number) for number in range(len(to_run))]
        attempt = partial(_faults, root, files, binaries.resolve(), assets)
        return [fault for found in pool.map(attempt, to_run, folders) for fault in found]


def runs(block: Text) -> bool:
    return block.language == "sh" and block.word == RUN


def _faults(root: Path, files: list[str], binaries: Path, assets: Path, page: Page, folder: Path) -> list[Fault]:
    home = folder / "home"
    home.mkdir(parents=True)
    checkout = folder / "checkout"
    for file in files:
        (checkout / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / file, checkout / file)
    for block in page.blocks:
        if block.language in ("yaml", "json") and block.word:
            (checkout / block.word).write_text(block.text)
    # As `make cli` and `make stand-in` link them.
    programs = checkout / ".tools" / "bin"
    programs.mkdir(parents=True)
    for program in PROGRAMS:
        (programs / program).symlink_to(binaries / program)
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(home),
        "TMPDIR": str(home),
        "CARGO_TARGET_DIR": str(checkout / "target"),
        "MONITORED_ENDPOINT_ASSETS": str(assets),
        "AWS_EC2_METADATA_DISABLED": "true",
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTPS_PROXY"), NOWHERE),
    }
    command = ["bash", "--noprofile", "--norc", "-c", script(page)]
    return list(_outcome(page, command, checkout, home, environment))


def script(page: Page) -> str:
    """The page's blocks as one script, each command on the line that it has on the page."""
    lines = [SCRIPT_BEGINS]
    for block in filter(runs, page.blocks):
        lines += [""] * (block.line - len(lines))
        lines += block.text.splitlines()
    return "\n".join(lines) + "\n"


def _outcome(page: Page, command: list[str], checkout: Path, home: Path, environment: dict[str, str]) -> Iterator[Fault]:
    said = home / "said"
    with said.open("wb") as output:
        shell = subprocess.Popen(
            command, cwd=checkout, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            status = shell.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            # The shell, and what it has left running.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()
    failed = home / "failed"
    line = int(failed.read_text()) if failed.exists() else 1
    end = " | ".join(said.read_text(errors="replace").splitlines()[-3:])[-400:]
    if status is None:
        yield Fault(page.name, line, f"the blocks marked `run` haven't ended after {PATIENCE_S} s: {end}")
    elif status:
        yield Fault(page.name, line, f"failed when it was run, with {status}: {end}")
