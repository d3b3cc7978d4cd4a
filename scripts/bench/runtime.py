"""What a function sees of Lambda, on a loopback port: the Runtime API, and the place that a ResponseURL points at.

It notes when the function first asked for work and when its answer came. Nothing outlives its `with` block.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 60.0
LIFE_SECONDS = 300
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:measured"


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Says nothing of a function that was ended in the middle of a request."""


class Function:
    """A running function, and what was seen of it. Times are seconds since it was started."""

    def __init__(self, command: list[str], environment: dict[str, str], folder: Path) -> None:
        self._events: queue.Queue[bytes] = queue.Queue()
        self._asked: queue.Queue[float] = queue.Queue()
        self._answers: queue.Queue[tuple[float, Any]] = queue.Queue()
        self._ended: queue.Queue[bytes] = queue.Queue()
        self._server = Server(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.authority = f"127.0.0.1:{self._server.server_port}"
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        lambdas = {
            "AWS_LAMBDA_RUNTIME_API": self.authority,
            "AWS_LAMBDA_FUNCTION_NAME": "measured",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/measured",
            "AWS_LAMBDA_LOG_STREAM_NAME": "1",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "123456789012",
            "AWS_SECRET_ACCESS_KEY": "local",
            "LAMBDA_TASK_ROOT": str(folder),
            "EXTRA_RESPONSE_HOSTS": "127.0.0.1",
        }
        self._started = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            env={**inherited, **lambdas, **environment},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Function:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._events.put(b"")
        self._server.shutdown()
        self._server.server_close()

    def initialised(self) -> float:
        """When it asked for work first."""
        return self._asked.get(timeout=PATIENCE_SECONDS)

    def send(self, event: dict[str, Any]) -> tuple[float, dict[str, Any]]:
        """Hands it an event. When its answer came, and the answer."""
        event = {**event, "ResponseURL": f"http://{self.authority}/answer"}
        self._events.put(json.dumps(event).encode())
        answered = self._answers.get(timeout=PATIENCE_SECONDS)
        self._ended.get(timeout=PATIENCE_SECONDS)
        return answered

    def since_start(self) -> float:
        return time.perf_counter() - self._started

    def peak_kib(self) -> int:
        """The most memory that was resident at once (VmHWM), in KiB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))

    def _handler(function) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body leave together: apart, the body would wait for an acknowledgement that takes 40 ms.
            disable_nagle_algorithm = True
            wbufsize = -1

            def do_GET(self) -> None:
                function._asked.put(function.since_start())
                event = function._events.get()
                deadline = int((time.time() + LIFE_SECONDS) * 1000)
                self._reply(
                    200,
                    event,
                    {
                        "Lambda-Runtime-Aws-Request-Id": "1",
                        "Lambda-Runtime-Deadline-Ms": str(deadline),
                        "Lambda-Runtime-Invoked-Function-Arn": FUNCTION,
                        "Lambda-Runtime-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
                    },
                )

            def do_PUT(self) -> None:
                function._answers.put((function.since_start(), json.loads(self._body())))
                self._reply(200, b"", {})

            def do_POST(self) -> None:
                function._ended.put(self._body())
                self._reply(202, b"{}", {})

            def _body(self) -> bytes:
                return self.rfile.read(int(self.headers["content-length"] or 0))

            def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
                try:
                    self.send_response(status)
                    for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)
                    self.wfile.flush()
                except OSError:  # the function has been ended
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        return Handler
