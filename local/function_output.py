"""Everything that the provider's process writes, line by line, in one file.

ministack hands a function's output to CloudWatch Logs invocation by invocation, drops the oldest lines of a long one and what
comes between two invocations; a test that looks for leaked secrets has to see every line.
"""

from __future__ import annotations

import queue
import threading
from pathlib import Path
from typing import IO, Any


class FunctionOutput:
    """Copies the output of every `provided.*` environment into a file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._lock = threading.Lock()

    def tee(self, worker: Any) -> None:
        """Puts itself between an environment's output and the queue that ministack reads it from."""
        original = worker._pump_output
        output = self

        def pump(worker: object, stream: IO[bytes], lines: queue.Queue[str]) -> None:
            original(worker, _Copied(stream, output), lines)

        worker._pump_output = pump

    def write(self, line: bytes) -> None:
        with self._lock:
            self._file.write(line)


class _Copied:
    def __init__(self, stream: IO[bytes], output: FunctionOutput) -> None:
        self._stream = stream
        self._output = output

    def readline(self) -> bytes:
        line = self._stream.readline()
        self._output.write(line)
        return line

    def close(self) -> None:
        self._stream.close()
