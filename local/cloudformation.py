"""CloudFormation and Lambda on 127.0.0.1: `python -m local.cloudformation --stand-in URL --output FILE`.

Runs ministack in this process, with `corrections`, on a port of the system's choosing, and prints one JSON line when it takes
requests. It ends with its parent: on SIGTERM, or when its standard input reaches the end. Beside the AWS APIs it serves
`/_local/…`: the answers of custom resources, and for tests all that was said between CloudFormation and the provider, and which
of ministack's own services the provider called.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from local.answer import request_problem
from local.custom_resource import CustomResources, Exchange, Journal, crash, deliver, function_record

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
PREFIX = "/_local/"
_INVOCATION = re.compile(r"/2015-03-31/functions/[^/]+/invocations")


class LocalRoutes:
    """The ASGI application: our own routes, and ministack's application for everything else."""

    def __init__(self, ministack: App, journal: Journal) -> None:
        self._ministack = ministack
        self._journal = journal
        # IAM actions that functions written in Rust, which are ours, needed for their calls of ministack's services.
        self._actions: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._ministack(scope, receive, self._ready_line(send))
        elif scope["type"] == "http" and scope["path"].startswith(PREFIX):
            status, content = await self._answer(scope, await _body(receive))
            body = json.dumps(content).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        else:
            if scope["type"] == "http" and (action := _action_of_ours(scope)):
                self._actions.add(action)
            await self._ministack(scope, receive, send)

    def _ready_line(self, send: Send) -> Send:
        async def watched(message: dict[str, Any]) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                print(json.dumps({"ready": True, "url": self._journal.base_url}), flush=True)

        return watched

    async def _answer(self, scope: Scope, body: bytes) -> tuple[int, Any]:
        match scope["method"], scope["path"].removeprefix(PREFIX).split("/"):
            case method, ["answers", exchange_id]:
                return self._take_answer(method, exchange_id, scope, body)
            case "GET", ["exchanges"]:
                query = dict(pair.split("=") for pair in scope["query_string"].decode().split("&") if pair)
                return 200, self._journal.after(int(query.get("after", 0)))
            case "POST", ["exchanges", exchange_id, "again"]:
                exchange = self._journal.find(exchange_id)
                return (200, await self._deliver(exchange)) if exchange else (404, "no such exchange")
            case "GET", ["actions"]:
                return 200, sorted(self._actions)
            case "POST", ["cancellations"]:
                return 200, self._journal.cancel()
            case "POST", ["crashes"]:
                return 200, crash()
            case "POST", ["events"]:
                request = json.loads(body)
                record = function_record(request["function"])
                return 200, await self._deliver(self._journal.open(request["event"], record))
        return 404, "no such route"

    def _take_answer(self, method: str, exchange_id: str, scope: Scope, body: bytes) -> tuple[int, Any]:
        exchange = self._journal.find(exchange_id)
        sent_to = f"{self._journal.base_url}{scope['path']}?{scope['query_string'].decode()}"
        if exchange is None or exchange.event.get("ResponseURL") != sent_to:
            return 403, "SignatureDoesNotMatch"
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        if problem := request_problem(method, headers):
            status, why = problem
            exchange.violations.append(why)
            return status, why
        self._journal.take_answer(exchange, body)
        return 200, ""

    async def _deliver(self, exchange: Exchange) -> dict[str, Any]:
        from ministack.core.concurrency import run_reentrant

        await run_reentrant(deliver, exchange)
        return exchange.as_json()


def _action_of_ours(scope: Scope) -> str | None:
    """The IAM action behind a request of the provider's, by how its SDK writes requests; None for everybody else's."""
    headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
    if "aws-sdk-rust" not in headers.get("user-agent", "") + headers.get("x-amz-user-agent", ""):
        return None
    if _INVOCATION.fullmatch(scope["path"]):
        return "lambda:InvokeFunction"
    # Amazon S3 names no operation. Ours puts objects, and does nothing else there.
    if "/s3/aws4_request" in headers.get("authorization", ""):
        return "s3:PutObject" if scope["method"] == "PUT" else f"s3:{scope['method']}"
    # A JSON API names service version and operation in a header: DynamoDB_20120810.GetItem.
    service, _, operation = headers.get("x-amz-target", "").partition(".")
    return f"{service.partition('_')[0].lower()}:{operation}" if operation else None


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return body


def _end_with_stdin() -> None:
    def watch() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="end-with-stdin").start()


async def _serve(app: Any, listener: socket.socket) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.loglevel = "WARNING"
    config.graceful_timeout = 0.5
    config.shutdown_timeout = 2.0
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, ended.set)
    await serve(app, config, shutdown_trigger=ended.wait)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.cloudformation", description=__doc__)
    parser.add_argument("--stand-in", required=True, metavar="URL", help="where SageMaker and CloudWatch are")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="where the functions' output goes")
    parser.add_argument("--account", default="123456789012")
    parser.add_argument("--region", default="us-east-1")
    options = parser.parse_args()

    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    # ministack reads these when it is imported.
    os.environ.update(
        GATEWAY_PORT=str(port),
        MINISTACK_HOST="127.0.0.1",
        MINISTACK_REGION=options.region,
        BIND_HOST="127.0.0.1",
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        LOG_LEVEL="WARNING",
        # What a function calls without an endpoint of its own stays on this machine.
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}",
    )
    from ministack import app as ministack
    from ministack.core import lambda_runtime

    from local import corrections
    from local.function_output import FunctionOutput
    from local.sagemaker_types import SageMakerTypes

    journal = Journal(f"http://127.0.0.1:{port}")
    types = SageMakerTypes(options.stand_in, options.account, options.region).handlers()
    corrections.apply(CustomResources(journal), types, FunctionOutput(options.output))
    _end_with_stdin()
    try:
        asyncio.run(_serve(LocalRoutes(ministack.app, journal), listener))
    finally:
        # Ends the functions' processes, and waits for them: nobody else would.
        lambda_runtime.reset()


if __name__ == "__main__":
    main()
