"""What is around the panels: a dashboard to look at, and Lambda to run the function on.

One HTTP server plays both. For the browser it serves `dashboard.html` and invokes the function; for the function, the real
`widgets` binary, it is the Runtime API that events come from and answers go to.
"""

from __future__ import annotations

import itertools
import json
import os
import queue
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:monitored-endpoint-widgets"
PAGE = Path(__file__).with_name("dashboard.html")
RUNTIME = "/2018-06-01/runtime/invocation/"
# Lambda's, as template.yaml gives it.
TIMEOUT_S = 30
# A busy machine is slow, not wrong.
PATIENCE_S = 120


def binary() -> Path:
    """The widgets program: `WIDGETS_BIN`, or the one that cargo built last in this checkout."""
    root = Path(__file__).parents[2]
    target = Path(os.environ.get("CARGO_TARGET_DIR", root / "target"))
    found = Path(os.environ.get("WIDGETS_BIN", target / "debug" / "widgets"))
    if not found.is_file():
        raise FileNotFoundError(f"{found} isn't there: cargo build --workspace --bin widgets (or set WIDGETS_BIN)")
    return found.resolve()


class Host:
    """A dashboard at `url`, and the function behind it, which asks AWS at `aws`."""

    def __init__(self, aws: str, log: Path) -> None:
        self.events: list[dict[str, Any]] = []
        self._waiting: queue.Queue[tuple[str, bytes] | None] = queue.Queue()
        self._answers: dict[str, queue.Queue[bytes]] = {}
        self._ids = itertools.count(1)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        with log.open("wb") as output:
            self._function = subprocess.Popen(
                [binary()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={
                    "AWS_LAMBDA_RUNTIME_API": self.url.removeprefix("http://"),
                    "AWS_LAMBDA_FUNCTION_NAME": "monitored-endpoint-widgets",
                    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
                    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/monitored-endpoint-widgets",
                    "AWS_LAMBDA_LOG_STREAM_NAME": "1",
                    "AWS_REGION": "us-east-1",
                    "AWS_ACCESS_KEY_ID": "AKID",
                    "AWS_SECRET_ACCESS_KEY": "local",
                    "AWS_ENDPOINT_URL_SAGEMAKER": aws,
                    "AWS_ENDPOINT_URL_CLOUDWATCH": aws,
                },
            )

    def end(self) -> None:
        self._function.kill()
        self._function.wait()
        self._waiting.put(None)
        self._server.shutdown()
        self._server.server_close()

    def invoke(self, event: bytes) -> bytes:
        """Runs one event and gives what the function returned."""
        self.events.append(json.loads(event))
        request = f"invocation-{next(self._ids)}"
        answer = self._answers[request] = queue.Queue()
        self._waiting.put((request, event))
        return answer.get(timeout=PATIENCE_S)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path == RUNTIME + "next":
                    waiting = host._waiting.get()
                    if waiting is None:
                        self.close_connection = True
                        return
                    request, event = waiting
                    deadline = str(int((time.time() + TIMEOUT_S) * 1000))
                    self._answer(
                        200,
                        event,
                        "application/json",
                        **{
                            "lambda-runtime-aws-request-id": request,
                            "lambda-runtime-deadline-ms": deadline,
                            "lambda-runtime-invoked-function-arn": FUNCTION_ARN,
                            "lambda-runtime-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793",
                        },
                    )
                elif self.path == "/":
                    self._answer(200, PAGE.read_bytes(), "text/html; charset=utf-8")
                else:
                    self._answer(404, b"", "text/plain")

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers.get("content-length", 0)))
                if self.path == "/invoke":
                    self._answer(200, host.invoke(content), "application/json")
                elif self.path.startswith(RUNTIME):
                    host._answers[self.path.split("/")[-2]].put(content)
                    self._answer(202, b"", "text/plain")
                else:
                    self._answer(404, b"", "text/plain")

            def _answer(self, status: int, content: bytes, kind: str, **headers: str) -> None:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(content)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        return Handler
