"""The interactive panels in a real browser, on a dashboard that plays the console."""

from __future__ import annotations

import time
from typing import Any

from conftest import Dashboard
from host import FUNCTION_ARN

PRICE = 5.752
HOSTILE = "<img src=x onerror='window.struck = true'>\"</cwdb-action><script>window.struck = true</script>"


def component(name: str, gpus: int, copies: int, busy: float, requests: float = 60) -> dict[str, Any]:
    load = {"gpu_percent": busy, "invocations_per_minute": requests}
    return {"name": name, "variant": "AllTraffic", "gpus_per_copy": gpus, "copies": [[0, copies]], "load": load}


def fleet(instances: int, *components: dict[str, Any], gpus: int = 4, frequency: int = 60, **more: Any) -> dict[str, Any]:
    instance_type = {4: "ml.g6.12xlarge", 8: "ml.p5.48xlarge"}[gpus]
    variant = {
        "name": "AllTraffic",
        "instance_type": instance_type,
        "gpus_per_instance": gpus,
        "instances": [[0, instances]],
    }
    whole = {"endpoint": "chat", "publish_frequency": frequency, "enhanced_metrics": True, "variants": [variant]}
    return {**whole, "components": list(components), **more}


MIXED = fleet(
    3,
    component("llama-3-70b", 4, 1, 91, 240),
    component("mistral-7b", 1, 3, 38, 120),
    component("embeddings", 1, 1, 6, 600),
    frequency=10,
)
LABELS = [{"Name": "llama-3-70b", "Label": "Llama 3 70B"}, {"Name": "mistral-7b", "Label": "Mistral 7B"}]


def test_the_cluster_panel_shows_who_holds_which_gpu(dashboard: Dashboard) -> None:
    dashboard.declare(MIXED)
    dashboard.open(Panel="Cluster", InferenceComponents=LABELS)
    assert [dashboard.tile(name) for name in ("Instances", "Total GPUs", "Used GPUs", "Unused GPUs")] == ["3", "12", "8", "4"]
    assert len(dashboard.texts("svg.map g.instance")) == 3
    assert len(dashboard.texts("svg.map .gpu.unused")) == 4
    held = dashboard.texts('svg.map .gpu[data-model="mistral-7b"] title')
    assert len(held) == 3 and all(text.endswith(": Mistral 7B, utilization 38 %") for text in held), held
    assert dashboard.row('tr[data-model="llama-3-70b"]')[1:4] == ["Llama 3 70B", "4", "running 1 of 1, 4 GPUs each"]
    # Unused GPUs look unused, and busy ones busier than idle ones.
    unused, busy, idle = (dashboard.colour(f"svg.map .gpu.{kind} rect", "fill") for kind in ("unused", "u4", "u0"))
    assert unused == "none" and busy != idle
    dashboard.photograph("cluster-light")


def test_the_cost_panel_ranks_models_by_money(dashboard: Dashboard) -> None:
    dashboard.declare(MIXED)
    dashboard.open(Panel="Cost", CostPerHour=PRICE, InferenceComponents=LABELS, PriceBasis="the on-demand list price of 2026-11-01")
    names = dashboard.texts("table.costs tbody th")
    assert names == ["Llama 3 70B", "Mistral 7B", "embeddings"]
    # Four GPUs of ml.g6.12xlarge for ten seconds: the launch article's own figure.
    assert dashboard.row('tr[data-model="llama-3-70b"]')[3:5] == ["$0.0160", "$5.75"]
    assert dashboard.row('tr[data-sum="Unallocated"]')[:2] == ["Unallocated", "4"]
    assert dashboard.tile("Per hour") == "$17.26"
    assert "the on-demand list price of 2026-11-01" in dashboard.texts(".basis")[0]
    dashboard.photograph("cost-light")


def test_a_button_changes_the_time_range_and_a_refresh_keeps_it(dashboard: Dashboard) -> None:
    dashboard.declare(MIXED)
    dashboard.open(Panel="Cost", CostPerHour=PRICE)
    assert dashboard.texts(".btn.chosen") == ["Dashboard"]
    dashboard.click('.btn[data-range="PT5M"]')
    assert dashboard.texts(".btn.chosen") == ["5 min"]
    five = dashboard.tile("Over the range")
    called = dashboard.host.events[-1]
    assert (called["Range"], called["EndpointName"], called["CostPerHour"]) == ("PT5M", "chat", PRICE)
    dashboard.run("return host.refresh()")
    assert "Range" not in dashboard.host.events[-1]
    assert (dashboard.texts(".btn.chosen"), dashboard.tile("Over the range")) == (["5 min"], five)
    # Five minutes of three instances.
    assert five == "$1.44"
    dashboard.click('.btn[data-range="PT1H"]')
    assert dashboard.tile("Over the range") == "$17.26"
    dashboard.click('.btn[data-range="dashboard"]')
    assert dashboard.texts(".btn.chosen") == ["Dashboard"]


def test_the_keyboard_alone_is_enough(dashboard: Dashboard) -> None:
    dashboard.declare(MIXED)
    for panel in ("Cluster", "Cost"):
        dashboard.open(Panel=panel, CostPerHour=PRICE)
        calls = dashboard.run("return host.calls")
        dashboard.press('.btn[data-range="PT10M"]')
        dashboard.wait_for_call(calls)
        assert dashboard.host.events[-1]["Range"] == "PT10M"
        assert dashboard.texts('.btn[aria-pressed="true"]') == ["10 min"]
        assert not dashboard.run("return document.querySelector('details').open")
        dashboard.press("summary")
        assert dashboard.run("return document.querySelector('details').open")
        calls = dashboard.run("return host.calls")
        dashboard.press('.btn[data-range="custom"]')
        dashboard.wait_for_call(calls)
        assert dashboard.run("return document.querySelector('details').open"), "what is chosen is in sight"


def test_forty_models_have_their_numbers_at_the_size_of_the_dashboard(dashboard: Dashboard) -> None:
    models = [component(f"model-{number:02}-instruct", 4, 1, number * 2) for number in range(40)]
    dashboard.declare(fleet(25, *models, gpus=8), hours=0.5)
    dashboard.open(Panel="Cluster")
    dashboard.run("[host.width, host.height] = arguments[0]; return host.refresh()", [588, 369])
    assert len(dashboard.texts("svg.map .gpu:not(.unused)")) == 160
    assert len(dashboard.texts("svg.map .gpu:not(.unused) text")) == 160
    overflowing = dashboard.run(
        "return [...document.querySelectorAll('svg.map .gpu text')].filter((text) =>"
        " text.getBBox().width > text.previousElementSibling.getBBox().width).length"
    )
    assert overflowing == 0
    wide = dashboard.run("return document.querySelector('.monitored-endpoint').scrollWidth")
    assert wide <= 588
    dashboard.photograph("cluster-40-models")


def test_a_custom_range_and_a_zoom(dashboard: Dashboard) -> None:
    growing = fleet(1, component("llama-3-70b", 2, 1, 60))
    growing["variants"][0]["instances"] = [[0, 1], [3600, 3]]
    dashboard.declare(growing, hours=2)
    dashboard.open(Panel="Cluster")
    assert dashboard.tile("Instances") == "3"
    now = time.time()

    def minutes_ago(minutes: int) -> float:
        return now - minutes * 60

    dashboard.browser.find_element("css selector", "summary").click()
    local = [time.strftime("%Y-%m-%dT%H:%M", time.gmtime(minutes_ago(minutes))) for minutes in (110, 80)]
    dashboard.run(
        "const [from, until] = arguments; document.querySelector('input[name=From]').value = from;"
        "document.querySelector('input[name=Until]').value = until",
        *local,
    )
    dashboard.click('.btn[data-range="custom"]')
    assert (dashboard.tile("Instances"), dashboard.texts(".btn.chosen")) == ("1", ["Show"])
    shown = dashboard.run("return [...document.querySelectorAll('.custom input')].map((one) => one.value)")
    assert shown == local
    dashboard.click('.btn[data-range="dashboard"]')
    start, end = (int(minutes_ago(minutes) * 1000) for minutes in (100, 70))
    dashboard.run("host.zoom = {start: arguments[0], end: arguments[1]}; return host.refresh()", start, end)
    assert (dashboard.tile("Instances"), dashboard.texts(".btn.chosen")) == ("1", ["Zoomed"])


def test_the_theme_of_the_dashboard_is_the_panel_s(dashboard: Dashboard) -> None:
    dashboard.declare(MIXED)
    for panel in ("Cluster", "Cost"):
        dashboard.open(Panel=panel, CostPerHour=PRICE, InferenceComponents=LABELS)
        light = dashboard.colour(".monitored-endpoint"), dashboard.colour(".monitored-endpoint", "color")
        dashboard.run("host.theme = 'dark'; return host.refresh()")
        dark = dashboard.colour(".monitored-endpoint"), dashboard.colour(".monitored-endpoint", "color")
        assert (light, dark) == (
            ("rgb(255, 255, 255)", "rgb(22, 25, 31)"),
            ("rgb(29, 38, 48)", "rgb(213, 219, 219)"),
        )
        dashboard.photograph(f"{panel.lower()}-dark")


def test_the_map_fits_the_widget(dashboard: Dashboard) -> None:
    models = [component(f"model-{number:03}", 4, 1, number % 100) for number in range(195)]
    dashboard.declare(fleet(100, *models, gpus=8), hours=0.5)
    dashboard.open(Panel="Cluster")
    for width, height in ((1240, 700), (500, 400)):
        dashboard.run(
            "[host.width, host.height] = arguments[0]; return host.call({...host.params, Range: 'PT5M'})", [width, height]
        )
        assert len(dashboard.texts("svg.map .gpu")) == 800
        across, down, wide = dashboard.run(
            "const map = document.querySelector('svg.map').getBoundingClientRect();"
            "return [map.width, map.height, document.querySelector('.monitored-endpoint').getBoundingClientRect().width]"
        )
        assert across <= wide <= width, (across, wide)
        if (width, height) == (1240, 700):
            assert down < 560
            dashboard.run("document.getElementById('widget').style.height = '684px'")
            dashboard.photograph("cluster-100-instances")


def test_markup_in_names_is_shown_and_never_run(dashboard: Dashboard) -> None:
    hostile = fleet(1, component("llama-3-70b", 1, 1, 50), component(HOSTILE, 1, 1, 50))
    dashboard.declare(hostile)
    for panel in ("Cluster", "Cost"):
        labels = [{"Name": "llama-3-70b", "Label": HOSTILE}]
        dashboard.open(Panel=panel, CostPerHour=PRICE, PriceBasis=HOSTILE, InferenceComponents=labels)
        names = dashboard.texts("tbody th")
        assert names == [HOSTILE, HOSTILE], names
        assert dashboard.run("return host.forbidden()") == []
        dashboard.click('.btn[data-range="PT10M"]')
        assert dashboard.host.events[-1]["PriceBasis"] == HOSTILE, "it comes back as it went"
        assert dashboard.run("return window.struck === undefined")


def test_an_error_is_a_panel_with_a_way_on(dashboard: Dashboard) -> None:
    dashboard.declare(MIXED)
    dashboard.account.fault("GetMetricData", {"access_denied": {}})
    dashboard.open(Panel="Cluster")
    [said] = dashboard.texts('[role="alert"]')
    assert "This panel can't be shown" in said and "the permission cloudwatch:GetMetricData is needed" in said
    dashboard.photograph("error-light")
    dashboard.account.clear_faults()
    dashboard.click('[role="alert"] .btn')
    assert dashboard.tile("Instances") == "3"


def test_documentation_is_markdown(dashboard: Dashboard) -> None:
    dashboard.declare(MIXED)
    dashboard.open(Panel="Cluster")
    answer = dashboard.run(
        "return fetch('/invoke', {method: 'POST', body: JSON.stringify({describe: true})}).then((answer) => answer.json())"
    )
    assert answer.startswith("## ") and "``` yaml" in answer


def test_buttons_call_the_function_that_was_called(dashboard: Dashboard) -> None:
    dashboard.declare(MIXED)
    dashboard.open(Panel="Cluster")
    endpoints = dashboard.run("return [...document.querySelectorAll('cwdb-action')].map((one) => one.getAttribute('endpoint'))")
    assert set(endpoints) == {FUNCTION_ARN} and len(endpoints) == 6
