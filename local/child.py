"""A program of ours in the background: started, waited for until it says that it is ready, ended with all that it started.

Nothing stays behind: the child reads our standard input's end as its own signal to stop, so even a killed parent takes it along.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 10.0
# What a child needs to know of this machine. Credentials, proxies and AWS settings of whoever runs this are not among it.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "SYSTEMROOT", "LD_LIBRARY_PATH")


class Child:
    """A running program that printed a JSON ready line with its `url`."""

    def __init__(self, command: list[str], log: Path, environment: dict[str, str] | None = None) -> None:
        """Starts `command` and returns when it is ready. Its standard error goes to `log`.

        Raises RuntimeError with the end of that log when the program ends instead.
        """
        self.log = log
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**inherited, **(environment or {})},
                cwd=Path(__file__).parent.parent,
                start_new_session=True,
            )
        self.url = str(self._ready(command)["url"])

    def _ready(self, command: list[str]) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        try:
            ready: dict[str, Any] = json.loads(line)
        except ValueError:
            self.end()
            said = self.log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(command)} did not start (it said {line!r}):\n{said}") from None
        return ready

    def end(self) -> None:
        """Asks the program to end, and then ends whatever is left of its process group. More than once is fine."""
        if self._process.stdin is None or self._process.stdin.closed:
            return
        self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
