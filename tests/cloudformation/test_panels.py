"""Interactive panels as they are deployed: the dashboard names the function, and the packaged function draws them."""

from __future__ import annotations

import pytest
from declaring import endpoint_stack, with_components
from scenario import Scenario, panels

from local import picture, provider

pytestmark = pytest.mark.skipif(provider.widgets_package() is None, reason="WIDGETS_ZIP names no package of the panels")


@pytest.mark.quick
def test_the_dashboard_s_panels_are_drawn_by_the_packaged_function(on_time: Scenario) -> None:
    aws = on_time
    stack = aws.stack()
    template = with_components(endpoint_stack(aws.token, "llms"), "llms-chat")
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Chat")
    picture.simulate(aws.stand_in.url, picture.fleet_of_one_model("llms", "llms-chat", instances=2, copies=3), 7200)
    cluster, cost = panels(aws.only("dashboards"))
    html = aws.shown(cluster)
    assert 'data-tile="Instances"><span class="value">2<' in html and 'data-tile="Unused GPUs"><span class="value">5<' in html
    assert ": Chat, utilization 40 %" in html, "the label of the declaration"
    assert "running 3 of 1, 1 GPU each" in html
    html = aws.shown(cost)
    assert 'data-tile="Per hour"><span class="value">$11.50<' in html


def test_a_dashboard_that_wants_none_has_none(aws: Scenario) -> None:
    stack = aws.stack()
    template = endpoint_stack(aws.token, "llms", Dashboard={"Interactive": False})
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Chat")
    assert panels(aws.only("dashboards")) == []
    assert stack.update(endpoint_stack(aws.token, "llms")) == "UPDATE_COMPLETE", stack.reason("Chat")
    assert [panel["params"]["Panel"] for panel in panels(aws.only("dashboards"))] == ["Cluster", "Cost"]


def test_panels_without_a_function_are_refused(aws: Scenario, short_lived: str) -> None:
    stack = aws.stack()
    template = endpoint_stack(short_lived, "llms", Dashboard={"Interactive": True})
    assert stack.create(template) == "ROLLBACK_COMPLETE"
    assert "Properties.Dashboard.Interactive" in stack.reason("Chat")
    assert aws.stand_in.writes() == []
