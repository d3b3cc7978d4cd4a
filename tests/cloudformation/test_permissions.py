"""The provider's role may do what the provider does, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local import provider
from local.account import Account

# What no scenario can show, with the reason that the role has it.
UNSEEN = {
    "iam:PassRole": "CreateEndpointConfig hands the ExecutionRoleArn over; no call of its own",
    "lambda:InvokeFunction": "goes to ministack's Lambda, whose calls nobody records; test_endpoint.py fails without it",
    "logs:CreateLogStream": "Lambda itself, in the function's name",
    "logs:PutLogEvents": "Lambda itself, in the function's name",
}


def granted(resources: dict[str, Any], role: str) -> Iterator[str]:
    """The actions that the role's policies allow."""
    for policy in resources[role]["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow", statement
            actions = statement["Action"]
            yield from [actions] if isinstance(actions, str) else actions


@pytest.mark.after_all
def test_the_role_grants_what_the_scenarios_called_and_nothing_else(
    deployed: tuple[Account, str], request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("keyword") or len({item.path for item in request.session.items}) < 10:
        pytest.skip("only a part of the scenarios ran: what they called says nothing about the rest")
    called = deployed[0].stand_in.actions_ever()
    allowed = set(granted(provider.template()["Resources"], "ProviderRole"))
    assert not [action for action in allowed if "*" in action], "an action with a wildcard grants what nobody looked at"
    assert called - allowed == set(), "called without a permission"
    assert allowed - called == set(UNSEEN), "granted and never called"
