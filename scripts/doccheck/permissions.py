"""Do the tables of permissions name what a template's roles are given, no more and no less?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from doccheck.page import Fault, Page

# Each template with the page that has its table.
PAGES = {"template.yaml": "docs/permissions-quotas-costs.md", "hook.yaml": "docs/guardrail.md"}
# What people need who deploy or use the functions, not the functions themselves.
OF_OTHERS = {
    *("iam:CreateRole", "ssm:GetParameters"),
    *("cloudformation:ActivateType", "cloudformation:DeactivateType", "cloudformation:SetTypeConfiguration", "iam:PassRole"),
}
_ACTION = re.compile(r"[a-z0-9-]+:[A-Z]\w+")


def faults(templates: dict[str, dict[str, Any]], pages: Iterable[Page]) -> Iterator[Fault]:
    """Actions that stand on one side only, of each template by its name."""
    named = {page.name: page for page in pages}
    for name, template in templates.items():
        page = named.get(PAGES[name])
        if page is None:
            yield Fault(PAGES[name], 1, f"there is no page with the permissions of {name}")
            continue
        granted = set(_actions(template))
        spans = {span.text: span for span in page.spans if _ACTION.fullmatch(span.text)}
        for action in sorted(granted - spans.keys()):
            yield Fault(page.name, 1, f"{name} grants {action}, and no reason is given")
        for action in sorted(spans.keys() - granted - OF_OTHERS):
            yield page.fault(spans[action], f"{name} doesn't grant {action}")


def _actions(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "Action":
                yield from [value] if isinstance(value, str) else value
            else:
                yield from _actions(value)
    elif isinstance(node, list):
        for item in node:
            yield from _actions(item)
