#!/usr/bin/env python3
"""Installs a wheel of the command-line program as a user does, and deploys what it carries.

A fresh environment, without network: every example is previewed, `deploy-assets` writes the packages and templates, SAM takes them as
`sam deploy` would, and the local account makes, changes and deletes a monitored endpoint with them. No AWS account is touched.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from samtranslator.yaml_helper import yaml_parse  # noqa: E402

from local import provider  # noqa: E402
from local.account import Account  # noqa: E402
from local.stack import Stack  # noqa: E402
from local.stand_in import ACCOUNT, REGION  # noqa: E402

EXAMPLE = ROOT / "examples" / "monitored-config.yaml"
ARCHITECTURE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
BUCKET = "wheel-check"


class Failed(Exception):
    """The wheel isn't what it should be. The message says how."""


def expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Failed(otherwise)


def install(wheel: Path, environment: Path) -> Path:
    """The program, installed into a new environment as pages say: pip takes the wheel of this version and machine from `wheel`'s folder."""
    version = wheel.name.split("-")[1]
    venv.create(environment, with_pip=True)
    started = time.monotonic()
    pip = [environment / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-index", "--find-links", wheel.parent, f"monitored-endpoint=={version}"], check=True)
    print(f"installed {wheel.name} ({wheel.stat().st_size / 1e6:.1f} MB) in {time.monotonic() - started:.1f} s")
    return environment / "bin" / "monitored-endpoint"


def preview(program: Path, work: Path, limit: float | None) -> None:
    """Previews every example, each within `limit` seconds."""
    for example in sorted((ROOT / "examples").glob("*.yaml")):
        page = work / f"{example.stem}.html"
        started = time.monotonic()
        subprocess.run([program, "preview", example, "--out", page], cwd=work, check=True, stdout=subprocess.DEVNULL)
        took = time.monotonic() - started
        print(f"previewed {example.name} in {took:.2f} s")
        expect(page.stat().st_size > 0, f"{page} is empty")
        expect(limit is None or took < limit, f"the preview of {example.name} took {took:.2f} s, and {limit} s are allowed")


def write_assets(program: Path, folder: Path) -> tuple[Path, list[Path]]:
    """What `deploy-assets` writes for this machine's instruction set: the template, and the packages that it names."""
    command = [program, "deploy-assets", "--out", folder, "--architecture", ARCHITECTURE]
    subprocess.run(command, check=True)
    again = json.loads(subprocess.run([*command, "--format", "json"], check=True, capture_output=True, text=True).stdout)
    expect(not any(file["Written"] for file in again["Files"]), "a second deploy-assets wrote something")
    return folder / f"template-{ARCHITECTURE}.yaml", [folder / f"{name}-{ARCHITECTURE}.zip" for name in ("provider", "widgets")]


def package(sam: Path, account: Account, template: Path, packages: list[Path]) -> None:
    """Has SAM upload the packages to the local account's S3, as `sam deploy` does first, and looks at what it made of the template."""
    s3 = account.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    packaged = template.with_name("packaged.yaml")
    command = [sam, "package", "--template-file", template, "--s3-bucket", BUCKET, "--output-template-file", packaged, "--no-progressbar"]
    keys = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": REGION}
    environment = {**os.environ, **keys, "AWS_ENDPOINT_URL": account.url, "SAM_CLI_TELEMETRY": "0"}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, cwd=template.parent)
    resources: dict[str, Any] = yaml_parse(packaged.read_text())["Resources"]
    for logical_id, path in zip((provider.FUNCTION, provider.WIDGETS), packages, strict=True):
        address: str = resources[logical_id]["Properties"]["CodeUri"]
        bucket, _, key = address.removeprefix("s3://").partition("/")
        uploaded = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        expect(uploaded == path.read_bytes(), f"SAM uploaded something else than {path.name} for {logical_id}")
    print(f"sam package took {template.name} with both packages")


def deploy(work: Path, sam: Path, template: Path, packages: list[Path]) -> None:
    """The life of the provider's stack and of an example's, with what the wheel carries."""
    os.environ["WIDGETS_ZIP"] = str(packages[1])
    with Account(work) as account:
        package(sam, account, template, packages)
        provider_stack = provider.deploy(account, packages[0], source=template)
        stack = Stack(account.cloudformation, "from-a-wheel")
        declared = EXAMPLE.read_text()
        steps = [
            ("CREATE_COMPLETE", lambda: stack.create(declared)),
            ("UPDATE_COMPLETE", lambda: stack.update(declared, PublishFrequency="10")),
            ("DELETE_COMPLETE", stack.delete),
            ("DELETE_COMPLETE", provider_stack.delete),
        ]
        for wanted, step in steps:
            status = step()
            expect(status == wanted, f"the stack ended {status} instead of {wanted}: {stack.reason('MonitoredConfig')}")
            print(status)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--sam", type=Path, required=True, help="the SAM CLI")
    parser.add_argument("--limit", type=float, help="seconds that a preview may take; none for a development build")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="monitored-endpoint-wheel-") as folder:
        work = Path(folder)
        try:
            program = install(arguments.wheel, work / "environment")
            preview(program, work, arguments.limit)
            template, packages = write_assets(program, work / "assets")
            deploy(work / "account", arguments.sam.absolute(), template, packages)
        except (Failed, FileNotFoundError, RuntimeError, TimeoutError, subprocess.CalledProcessError) as error:
            print(f"{arguments.wheel}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
