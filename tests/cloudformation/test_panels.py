"""Interactive panels as they are deployed: the dashboard names the function, and the packaged function draws them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from declaring import endpoint_stack, with_components
from scenario import Scenario

from local import picture, provider
from local.account import Account

pytestmark = pytest.mark.skipif(provider.widgets_package() is None, reason="WIDGETS_ZIP names no package of the panels")


def panels(aws: Scenario) -> list[dict[str, Any]]:
    """The custom widgets of the one dashboard, as their properties."""
    body = aws.only("dashboards")["body"]
    return [widget["properties"] for widget in body["widgets"] if widget["type"] == "custom"]


def shown(aws: Scenario, widget: dict[str, Any]) -> str:
    """What the function answers a dashboard that shows the last half hour."""
    event = {**widget["params"], "Range": "PT30M"}
    answer = aws.account.client("lambda").invoke(FunctionName=widget["endpoint"], Payload=json.dumps(event))
    html: str = json.loads(answer["Payload"].read())
    return html


def fleet(endpoint: str) -> dict[str, Any]:
    variant = {"name": "AllTraffic", "instance_type": "ml.g6.12xlarge", "gpus_per_instance": 4, "instances": [[0, 2]]}
    component = {"name": f"{endpoint}-chat", "variant": "AllTraffic", "gpus_per_copy": 1, "copies": [[0, 3]]}
    return {
        "endpoint": endpoint,
        "publish_frequency": 60,
        "enhanced_metrics": True,
        "variants": [variant],
        "components": [component],
    }


@pytest.fixture
def on_time(tmp_path: Path) -> Iterator[Scenario]:
    """An account of its own: other scenarios wind their stand-in's clock forward, and the function's goes as it goes."""
    with Account(tmp_path) as account:
        yield Scenario(account, provider.deploy(account, provider.package()).outputs["ServiceToken"], "panels")


def test_the_dashboard_s_panels_are_drawn_by_the_packaged_function(on_time: Scenario) -> None:
    aws = on_time
    stack = aws.stack()
    template = with_components(endpoint_stack(aws.token, "llms"), "llms-chat")
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Chat")
    picture.simulate(aws.stand_in.url, fleet("llms"), 7200)
    cluster, cost = panels(aws)
    html = shown(aws, cluster)
    assert 'data-tile="Instances"><span class="value">2<' in html and 'data-tile="Unused GPUs"><span class="value">5<' in html
    assert ": Chat, utilization 40 %" in html, "the label of the declaration"
    assert "running 3 of 1, 1 GPU each" in html
    html = shown(aws, cost)
    assert 'data-tile="Per hour"><span class="value">$11.50<' in html


def test_a_dashboard_that_wants_none_has_none(aws: Scenario) -> None:
    stack = aws.stack()
    template = endpoint_stack(aws.token, "llms", Dashboard={"Interactive": False})
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Chat")
    assert panels(aws) == []
    assert stack.update(endpoint_stack(aws.token, "llms")) == "UPDATE_COMPLETE", stack.reason("Chat")
    assert [panel["params"]["Panel"] for panel in panels(aws)] == ["Cluster", "Cost"]


def test_panels_without_a_function_are_refused(aws: Scenario, short_lived: str) -> None:
    stack = aws.stack()
    template = endpoint_stack(short_lived, "llms", Dashboard={"Interactive": True})
    assert stack.create(template) == "ROLLBACK_COMPLETE"
    assert "Properties.Dashboard.Interactive" in stack.reason("Chat")
    assert aws.stand_in.writes() == []
