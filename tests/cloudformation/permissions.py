"""What a role of the provider stack allows, read from its policies in the template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# What a function's role has for others who work in its name.
OF_OTHERS = {
    "logs:CreateLogStream": "Lambda itself, in the function's name",
    "logs:PutLogEvents": "Lambda itself, in the function's name",
}


def statements(resources: dict[str, Any], role: str) -> Iterator[dict[str, Any]]:
    """The statements of the role's policies, all of which allow something. Some are the role's only under a condition."""
    own = _unconditioned(resources[role]["Properties"]["Policies"])
    attached = [resource["Properties"] for resource in resources.values() if resource["Type"] == "AWS::IAM::Policy"]
    for policy in [*own, *(policy for policy in attached if {"Ref": role} in policy["Roles"])]:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow", statement
            yield statement


def granted(resources: dict[str, Any], role: str) -> Iterator[str]:
    """The actions that the role's policies allow."""
    for statement in statements(resources, role):
        actions = statement["Action"]
        yield from [actions] if isinstance(actions, str) else actions


def _unconditioned(policies: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The policies of a list, both branches of an `Fn::If` among them."""
    for policy in policies:
        if "Fn::If" in policy:
            _, *branches = policy["Fn::If"]
            yield from _unconditioned(branches)
        elif policy != {"Ref": "AWS::NoValue"}:
            yield policy
