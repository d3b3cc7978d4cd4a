"""The provider's role may do what the provider does, and nothing else."""

from __future__ import annotations

import pytest
from permissions import OF_OTHERS, granted, statements

from local import provider
from local.account import Account

# What AWS checks of a caller behind another call: no call of its own, so that no scenario can show it.
IMPLIED = {
    "iam:PassRole": "CreateEndpointConfig, for its ExecutionRoleArn (SageMaker developer guide, API permissions reference)",
    "kms:CreateGrant": "CreateEndpoint and UpdateEndpoint on a config with a KmsKeyId (the same page)",
    "application-autoscaling:DeregisterScalableTarget": (
        "DeleteEndpoint on an endpoint that scales (SageMaker developer guide, Delete endpoints configured for auto scaling; "
        "awslabs/stable-diffusion-aws-extension issue 161)"
    ),
}


@pytest.mark.after_all
def test_the_role_grants_what_the_scenarios_called_and_nothing_else(
    deployed: tuple[Account, str], request: pytest.FixtureRequest
) -> None:
    options = request.config.option
    if options.keyword or options.markexpr or len({item.path for item in request.session.items}) < 10:
        pytest.skip("only a part of the scenarios ran: what they called says nothing about the rest")
    called = deployed[0].stand_in.actions_ever() | deployed[0].actions()
    allowed = set(granted(provider.template()["Resources"], "ProviderRole"))
    assert not [action for action in allowed if "*" in action], "an action with a wildcard grants what nobody looked at"
    assert called - allowed == set(), "called without a permission"
    assert allowed - called == set(IMPLIED) | set(OF_OTHERS), "granted and never called"


@pytest.mark.quick
def test_review_20_a_permission_that_could_reach_other_peoples_things_is_conditioned() -> None:
    """What changes an endpoint or a config that is there asks for the ownership tag; creations have none yet."""
    conditioned = {
        "sagemaker:UpdateEndpoint": "endpoint/*",
        "sagemaker:UpdateEndpointWeightsAndCapacities": "endpoint/*",
        "sagemaker:DeleteEndpoint": "endpoint/*",
        "sagemaker:DeleteEndpointConfig": "endpoint-config/*",
        "sagemaker:AddTags": "*",
        "sagemaker:DeleteTags": "*",
        "kms:CreateGrant": "*",
        "iam:PassRole": "*",
        "application-autoscaling:DeregisterScalableTarget": "*",
    }
    for statement in statements(provider.template()["Resources"], "ProviderRole"):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        for action in actions:
            resource = str(statement["Resource"])
            kind = conditioned.get(action)
            if kind is not None and (kind == "*" or f":{kind}" in resource):
                assert statement.get("Condition"), f"{action} in {statement['Sid']}"
