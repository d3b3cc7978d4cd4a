"""A browser, an account with a fleet, and the dashboard that shows it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from host import Host
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from local import picture
from local.stand_in import StandIn

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
)
PATIENCE_S = 180
# More than a panel has buttons and fields.
MOST_TABS = 40
ROLE = "arn:aws:iam::123456789012:role/endpoint"


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    program, driver = picture.browser(), shutil.which("chromedriver")
    if program is None or driver is None:
        missing = "Chromium and its driver aren't installed (Debian: chromium, chromium-driver)"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(missing)
        pytest.skip(missing)
    options = Options()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    chrome = webdriver.Chrome(options=options, service=Service(executable_path=driver))
    chrome.set_window_size(1300, 1000)
    # A busy machine is slow, not wrong.
    chrome.set_script_timeout(PATIENCE_S)
    chrome.set_page_load_timeout(PATIENCE_S)
    yield chrome
    chrome.quit()


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    stand_in = StandIn(tmp_path_factory.mktemp("account"), transition_ms=0)
    yield stand_in
    stand_in.end()


class Dashboard:
    """The page, as a test handles it."""

    def __init__(self, browser: webdriver.Chrome, host: Host, account: StandIn) -> None:
        self.browser, self.host, self.account = browser, host, account

    def declare(self, fleet: dict[str, Any], hours: float = 2) -> None:
        """An endpoint that has run for so long, with its config and its inference components."""
        self.account.reset()
        sagemaker = self.account.sagemaker
        variants = [
            {"VariantName": one["name"], "InstanceType": one["instance_type"], "InitialInstanceCount": 1}
            for one in fleet["variants"]
        ]
        metrics = {
            "EnableEnhancedMetrics": fleet.get("enhanced_metrics", False),
            "MetricPublishFrequencyInSeconds": fleet["publish_frequency"],
        }
        endpoint = fleet["endpoint"]
        sagemaker.create_endpoint_config(
            EndpointConfigName=f"{endpoint}-config", ExecutionRoleArn=ROLE, ProductionVariants=variants, MetricsConfig=metrics
        )
        sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=f"{endpoint}-config")
        for component in fleet["components"]:
            if "<" in component["name"]:
                # No name that SageMaker would take: it only publishes.
                continue
            sagemaker.create_inference_component(
                InferenceComponentName=component["name"],
                EndpointName=endpoint,
                VariantName=component["variant"],
                Specification={
                    "ModelName": component["name"],
                    "ComputeResourceRequirements": {
                        "NumberOfAcceleratorDevicesRequired": component["gpus_per_copy"],
                        "MinMemoryRequiredInMb": 1024,
                    },
                },
                RuntimeConfig={"CopyCount": component["copies"][-1][1]},
            )
        picture.simulate(self.account.url, fleet, int(hours * 3600))

    def open(self, **params: Any) -> None:
        """A dashboard with one widget that has these parameters."""
        self.browser.get(self.host.url)
        self.run("host.params = arguments[0]; return host.refresh()", {"EndpointName": "chat", **params})

    def run(self, script: str, *arguments: Any) -> Any:
        """Runs a script in the page; a promise is waited for."""
        return self.browser.execute_script(script, *arguments)

    def click(self, selector: str) -> None:
        """Clicks and waits until the function's answer is shown."""
        calls = self.run("return host.calls")
        self.browser.find_element("css selector", selector).click()
        self.wait_for_call(calls)

    def press(self, selector: str) -> None:
        """Goes there by the Tab key from the page's beginning and presses Enter, as who has no mouse does."""
        self.run("document.activeElement.blur(); getSelection().removeAllRanges()")
        for _ in range(MOST_TABS):
            ActionChains(self.browser).send_keys(Keys.TAB).perform()
            if self.run("return document.activeElement.matches(arguments[0])", selector):
                ActionChains(self.browser).send_keys(Keys.ENTER).perform()
                return
        raise AssertionError(f"the Tab key doesn't reach {selector}")

    def wait_for_call(self, after: int) -> None:
        """Waits until more than so many answers have been shown."""
        self.run(
            "const calls = arguments[0]; return new Promise((done) => {"
            " const look = () => host.calls > calls ? done() : setTimeout(look, 20); look(); })",
            after,
        )

    def texts(self, selector: str) -> list[str]:
        return self.run("return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent.trim())", selector)

    def tile(self, name: str) -> str:
        [value] = self.texts(f'[data-tile="{name}"] .value')
        return value

    def row(self, selector: str) -> list[str]:
        return self.texts(f"{selector} > th, {selector} > td")

    def colour(self, selector: str, prop: str = "background-color") -> str:
        return self.run("return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]", selector, prop)

    def photograph(self, name: str) -> None:
        """Keeps a picture of the widget in the folder that PICTURES names, small enough for a repository."""
        folder = os.environ.get("PICTURES")
        if not folder:
            return
        from PIL import Image

        png = Path(folder, f"{name}.png")
        png.parent.mkdir(parents=True, exist_ok=True)
        self.browser.find_element("id", "widget").screenshot(str(png))
        Image.open(png).convert("RGB").quantize(128).save(png, optimize=True)


@pytest.fixture
def dashboard(browser: webdriver.Chrome, account: StandIn, tmp_path: Path) -> Iterator[Dashboard]:
    """Afterwards no call went wrong in the page, and nothing was shown that the console would have to strip."""
    host = Host(account.url, tmp_path / "widgets.log")
    shown = Dashboard(browser, host, account)
    yield shown
    try:
        assert shown.run("return host.problems") == []
        assert shown.run("return host.forbidden()") == []
        assert [one for one in browser.get_log("browser") if one["level"] == "SEVERE" and "favicon" not in one["message"]] == []
    finally:
        host.end()
