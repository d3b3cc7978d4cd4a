"""The series that a dashboard or an alarm asks CloudWatch for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from .template import Template, run, written


def compared(template: Template, cli: Path) -> None:
    """The app's own dashboard asks for no series that the provider's dashboard and alarms of the same endpoint don't ask for.

    What these ask for is held to data/published.csv by tests, so a set of dimensions that isn't published can't come in here.
    """
    (own,) = (one for one in template["Resources"].values() if one["Type"] == "AWS::CloudWatch::Dashboard")
    with written(template) as name:
        (planned,) = json.loads(run([cli, "plan", name, "--requests", "--format", "json"]))["Resources"]
    known: set[tuple[str, ...]] = set()
    for request in planned["Requests"]:
        known |= of_dashboard(json.loads(request["Input"].get("DashboardBody", '{"widgets": []}')))
        known |= of_alarm(request["Input"].get("Metrics", []))
    asked = of_dashboard(json.loads(_text(own["Properties"]["DashboardBody"])))
    assert len(asked) > 8, f"nearly nothing was read of the app's dashboard: {asked}"
    if strange := asked - known:
        raise AssertionError(f"the provider asks for none of these: {sorted(strange)}\nbut for {sorted(known)}")


def of_dashboard(body: dict[str, Any]) -> set[tuple[str, ...]]:
    """Namespace, name, dimensions and statistic of each metric, and each search."""
    found: set[tuple[str, ...]] = set()
    for widget in body["widgets"]:
        for line in widget["properties"].get("metrics", []):
            *series, options = line if isinstance(line[-1], dict) else [*line, {}]
            if series:
                found.add((*series[:2], *_sorted(series[2:]), options.get("stat", "Average")))
            found |= {(search,) for search in re.findall(r"SEARCH\(.*?\)", options.get("expression", ""))}
    return found


def of_alarm(metrics: list[dict[str, Any]]) -> set[tuple[str, ...]]:
    found = set()
    for stat in (one["MetricStat"] for one in metrics if "MetricStat" in one):
        metric = stat["Metric"]
        dimensions = [part for one in metric["Dimensions"] for part in (one["Name"], one["Value"])]
        found.add((metric["Namespace"], metric["MetricName"], *_sorted(dimensions), stat["Stat"]))
    return found


def _sorted(dimensions: list[str]) -> list[str]:
    pairs = sorted(zip(dimensions[::2], dimensions[1::2], strict=True))
    return [part for pair in pairs for part in pair]


def _text(joined: Any) -> str:
    """A string that the CDK has joined from parts; each reference is made up."""
    if isinstance(joined, str):
        return joined
    separator, parts = joined["Fn::Join"]
    return str(separator).join(part if isinstance(part, str) else "us-east-1" for part in parts)
