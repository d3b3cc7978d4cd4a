"""Pictures of dashboards: the stand-in's page of one, as a file, and as a PNG where Chromium is installed.

It draws nothing itself: the stand-in makes the page, Chromium the picture.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Long enough for a slow machine's first start.
TIMEOUT_S = 90
# And for hours of a large fleet on a busy one.
SIMULATION_S = 300


def browser() -> str | None:
    """Chromium's program: `CHROMIUM`, or the first that is installed under one of its names."""
    named = os.environ.get("CHROMIUM")
    found = (shutil.which(name) for name in ([named] if named else BROWSERS))
    return next(filter(None, found), None)


def fleet_of_one_model(endpoint: str, model: str, instances: int, copies: int) -> dict[str, Any]:
    """A fleet to simulate: instances with four GPUs, and copies of one model that hold a GPU each, all of them from the beginning."""
    variant = {"name": "AllTraffic", "instance_type": "ml.g6.12xlarge", "gpus_per_instance": 4, "instances": [[0, instances]]}
    component = {"name": model, "variant": "AllTraffic", "gpus_per_copy": 1, "copies": [[0, copies]]}
    published = {"publish_frequency": 60, "enhanced_metrics": True}
    return {"endpoint": endpoint, **published, "variants": [variant], "components": [component]}


def simulate(stand_in: str, fleet: dict[str, Any], started_ago_s: int) -> None:
    """Has the stand-in at that URL simulate a fleet, as its control interface takes one."""
    content = json.dumps({"fleet": fleet, "started_ago_s": started_ago_s}).encode()
    request = urllib.request.Request(f"{stand_in}/_stand-in/fleet", method="POST", data=content)
    urllib.request.urlopen(request, timeout=SIMULATION_S).close()


def save_page(stand_in: str, dashboard: str, page: Path, invoke: Callable[[str, Any], str]) -> None:
    """Writes the page of a dashboard that exists in the stand-in. `invoke` calls the function of a custom widget, by its ARN and with
    an event, and gives the HTML that it answers."""
    address = f"{stand_in}/_stand-in/dashboards/{dashboard}"
    with urllib.request.urlopen(f"{address}/calls", timeout=60) as answer:
        calls = json.load(answer)
    answers = [
        {"number": call["number"], "dark": call["dark"], "html": invoke(call["endpoint"], call["event"])} for call in calls
    ]
    request = urllib.request.Request(address, method="POST", data=json.dumps(answers).encode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        content = answer.read()
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_bytes(content)


def photograph(page: Path, png: Path) -> bool:
    """A picture of a whole page, which says itself how large that is. False where there is no Chromium, or it made none."""
    program = browser()
    size = re.search(r'name="picture-size" content="(\d+,\d+)"', page.read_text())
    if program is None or size is None:
        return False
    png.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="chromium-") as profile:
        command = [
            *(program, "--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", f"--user-data-dir={profile}"),
            *(f"--window-size={size[1]}", f"--screenshot={png.resolve()}", page.resolve().as_uri()),
        ]
        if os.geteuid() == 0:
            # Chromium's sandbox refuses to be root's, which is who runs in most containers.
            command.insert(1, "--no-sandbox")
        try:
            subprocess.run(command, check=False, capture_output=True, timeout=TIMEOUT_S)
        except (OSError, subprocess.TimeoutExpired):
            return False
    return png.is_file() and png.stat().st_size > 0
