"""Runs the parts of `make test` or `make test-release` in lanes side by side and ends with a summary.

`development` is what a change waits for: the development build and its tests, and what Python does. `release` is the rest: the release
build and what is tried on it, and many schedules of runs at once. Each part's output is shown whole when its turn comes, and as it appears
if it is still running. A part that fails doesn't hide what the others have to say; the exit code is 1 if any failed.
"""

import argparse
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Each part installs the tools that it needs. No tool is needed in two lanes: two makes at once must not install the same one.
LANES = {
    "development": (("fmt", "lint", "unit"), ("templates", "docs", "iac", "focus", "browser", "scenarios-dev", "demo", "deny")),
    "release": (("package", "packaged", "wheel-check", "events", "sam-local", "scenarios"), ("schedules",)),
}
# Memory in which the SageMaker SDK can be compiled twice at once, for development and for release.
ENOUGH_GB = 14
# Parts that wait for a part of another lane: pages quote the programs that lint builds, and one build after the other is sooner done.
AFTER = {"docs": "lint"}
NEED_PACKAGE = {"packaged", "wheel-check", "events", "sam-local", "scenarios"}


@dataclass
class Part:
    name: str
    output: queue.Queue[str | None] = field(default_factory=queue.Queue)
    finished: threading.Event = field(default_factory=threading.Event)
    seconds: float = 0
    result: str = "not run"

    def failed(self) -> bool:
        return self.result.startswith("FAILED")


def environment(part: str) -> dict[str, str]:
    packages = Path(os.environ["CARGO_TARGET_DIR"]) / "package"
    provider, widgets, hook = (str(packages / name / "bootstrap.zip") for name in ("provider", "widgets", "hook"))
    # What is tested is what would be deployed.
    zips = {"PROVIDER": provider, "PROVIDER_ZIP": provider, "WIDGETS": widgets, "WIDGETS_ZIP": widgets, "HOOK": hook}
    # All of them use the one build that lint makes. The compiler that lints optimises less, so nothing is released that it has built.
    lints = {} if part == "package" else {"RUSTC_WORKSPACE_WRAPPER": "clippy-driver"}
    return {**os.environ, **zips, **lints}


def is_short_of_memory() -> bool:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") < ENOUGH_GB * 2**30


class Run:
    def __init__(self, lanes: tuple[tuple[str, ...], ...]) -> None:
        in_turn = chain.from_iterable(zip_longest(*lanes))
        self.parts = {name: Part(name) for name in in_turn if name}
        self.after = AFTER | ({"package": "schedules"} if is_short_of_memory() else {})
        self.running: set[subprocess.Popen[str]] = set()
        self.stopping = False

    def lane(self, names: tuple[str, ...]) -> None:
        for name in names:
            part = self.parts[name]
            if name in self.after:
                self.parts[self.after[name]].finished.wait()
            started = time.monotonic()
            try:
                part.result = self.attempt(part)
            except OSError as error:
                part.result = f"FAILED: {error}"
            finally:
                part.seconds = time.monotonic() - started
                part.finished.set()
                part.output.put(None)

    def attempt(self, part: Part) -> str:
        if self.stopping:
            return "not run"
        if part.name in NEED_PACKAGE and self.parts["package"].failed():
            return "not run: there is no package"
        if part.name == "deny" and subprocess.run(["cargo", "deny", "--version"], capture_output=True).returncode:
            return "SKIPPED: cargo-deny is not installed here"
        return self.make(part)

    def make(self, part: Part) -> str:
        """Has make do the part, and says how it ended: what it couldn't do, its last line says."""
        process = subprocess.Popen(
            [os.environ.get("MAKE", "make"), "--no-print-directory", part.name],
            cwd=ROOT, env=environment(part.name), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", start_new_session=True,
        )
        self.running.add(process)
        line = ""
        for line in process.stdout or ():
            part.output.put(line)
        self.running.discard(process)
        if process.wait() != 0:
            return "FAILED"
        return line.strip() if line.startswith("SKIPPED: ") else "ok"

    def stop(self) -> None:
        self.stopping = True
        for process in list(self.running):
            os.killpg(process.pid, signal.SIGTERM)

    def show(self) -> None:
        """Prints the parts' output in order, and in between which other parts have ended."""
        announced: set[str] = set()
        for part in self.parts.values():
            print(f"\n=== {part.name}", flush=True)
            for line in self.lines(part):
                print(line, end="", flush=True)
                for other in self.parts.values():
                    is_news = other.finished.is_set() and other.name not in announced and not other.result.startswith("not run")
                    if other is not part and is_news:
                        announced.add(other.name)
                        print(f"--- meanwhile {other.name}: {other.result} after {other.seconds:.0f} s", flush=True)
            announced.add(part.name)
            if part.result != "ok":
                print(f"{part.name}: {part.result}", flush=True)

    @staticmethod
    def lines(part: Part) -> Iterator[str]:
        while True:
            try:
                line = part.output.get(timeout=5)
            except queue.Empty:
                # Nothing new here, and perhaps elsewhere.
                yield ""
                continue
            if line is None:
                return
            yield line


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", choices=LANES)
    lanes = LANES[parser.parse_args().which]
    started = time.monotonic()
    run = Run(lanes)
    # Whoever ends this by a signal ends what it has started, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    threads = [threading.Thread(target=run.lane, args=(names,), daemon=True) for names in lanes]
    for thread in threads:
        thread.start()
    try:
        run.show()
    except KeyboardInterrupt:
        run.stop()
        return 130
    print("\n=== summary")
    for part in run.parts.values():
        print(f"{part.name:<13} {part.seconds:5.0f} s  {part.result}")
    elapsed = time.monotonic() - started
    if any(part.failed() for part in run.parts.values()):
        print(f"FAILED after {elapsed:.0f} s")
        return 1
    skipped = [part.name for part in run.parts.values() if part.result.startswith("SKIPPED")]
    if skipped:
        print(f"\n!!! NOT TESTED HERE: {', '.join(skipped)}. Everything else passed in {elapsed:.0f} s")
    else:
        print(f"all passed in {elapsed:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
