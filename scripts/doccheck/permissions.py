"""Does the table of permissions name what the provider's role is given, no more and no less?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from doccheck.page import Fault, Page

PAGE = "docs/permissions-quotas-costs.md"
# What people need who use the provider, not the provider itself.
OF_OTHERS = {"iam:CreateRole", "ssm:GetParameters"}
_ACTION = re.compile(r"[a-z0-9-]+:[A-Z]\w+")


def faults(template: dict[str, Any], pages: Iterable[Page]) -> Iterator[Fault]:
    """Actions that stand on one side only."""
    granted = set(_actions(template))
    for page in pages:
        if page.name != PAGE:
            continue
        spans = {span.text: span for span in page.spans if _ACTION.fullmatch(span.text)}
        for action in sorted(granted - spans.keys()):
            yield Fault(PAGE, 1, f"template.yaml grants {action}, and no reason is given")
        for action in sorted(spans.keys() - granted - OF_OTHERS):
            yield page.fault(spans[action], f"template.yaml doesn't grant {action}")


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
