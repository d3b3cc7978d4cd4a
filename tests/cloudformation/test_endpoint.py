"""`Custom::MonitoredEndpoint` in whole stacks: the endpoint itself, however long it takes and however it fails."""

from __future__ import annotations

from typing import Any

import pytest
from declaring import component_specification, endpoint_stack, with_components, with_failing_last_resource, with_outputs
from scenario import Scenario, owned_by

from local.stack import Stack

FASTER = {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 10}
MINUTE = 60_000
ROLLED_BACK = {
    "fail": "no capacity for ml.g6.12xlarge",
    "rollback": "the alarm chat-unused-gpu of the DeploymentConfig fired",
    "rollback_failed": "neither the new fleet nor the old one came up",
}


def _made(aws: Scenario, token: str | None = None) -> Stack:
    stack = aws.stack()
    assert stack.create(endpoint_stack(token or aws.token, "chat")) == "CREATE_COMPLETE", stack.reason("Chat")
    return stack


def _asked(aws: Scenario) -> list[tuple[str, str | None]]:
    return [(e["event"]["RequestType"], e["event"].get("PhysicalResourceId")) for e in aws.exchanges()]


# --- Create ---


@pytest.mark.quick
def test_one_resource_gives_the_whole_thing(aws: Scenario) -> None:
    stack = aws.stack()
    attributes = ("EndpointName", "EndpointArn", "EndpointConfigName", "EndpointConfigArn", "DashboardName", "DashboardUrl")
    template = with_outputs(endpoint_stack(aws.token, "chat"), "Chat", *attributes, "UnusedGpuAlarmName", "UnusedGpuAlarmArn")
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Chat")
    picture, outputs = aws.picture(), stack.outputs
    assert picture["endpoints"] == {"chat": {"status": "InService", "config": outputs["EndpointConfigName"]}}
    assert list(picture["configs"]) == [outputs["EndpointConfigName"]]
    assert (list(picture["dashboards"]), list(picture["alarms"])) == (["chat-monitoring"], ["chat-unused-gpu"])
    assert (outputs["Ref"], outputs["EndpointName"]) == ("chat", "chat")
    assert outputs["EndpointArn"] == aws.stand_in.sagemaker.describe_endpoint(EndpointName="chat")["EndpointArn"]
    assert outputs["UnusedGpuAlarmArn"].endswith(":alarm:chat-unused-gpu")
    assert owned_by(aws.only("configs"), stack, "Chat")


def test_an_endpoint_without_a_name_gets_one_of_the_stack(aws: Scenario) -> None:
    stack = aws.stack()
    assert stack.create(endpoint_stack(aws.token, "chat", EndpointName=None)) == "CREATE_COMPLETE", stack.reason("Chat")
    assert list(aws.picture()["endpoints"]) == [stack.physical_id("Chat")]
    assert stack.physical_id("Chat") != "chat"


@pytest.mark.quick
def test_fifty_minutes_of_creation_go_by_over_several_runs(aws: Scenario, short_lived: str) -> None:
    stack = aws.stack()
    aws.stand_in.next_transition("chat", "succeed", "", after_ms=50 * MINUTE)
    aws.wind_at_each_hop(stack, minutes=14)
    assert stack.create(endpoint_stack(short_lived, "chat")) == "CREATE_COMPLETE", stack.reason("Chat")
    assert aws.hops() == 4
    create = aws.exchanges()[0]
    assert (create["deliveries"], len(create["answers"])) == (1, 1)
    assert aws.only("endpoints")["status"] == "InService"
    assert aws.stand_in.writes().count("CreateEndpoint") == 1


def test_a_create_on_an_idle_account_takes_six_round_trips(aws: Scenario) -> None:
    """What doesn't depend on one another is asked at the same time. Four are forced (look, config, endpoint, see it in service);
    ListMetrics comes before, and the endpoint is looked at once more between its config and itself. Every call takes so long
    here that the calls of one moment can be told from those of the next."""
    aws.stand_in.fault("*", {"delay_ms": 250})
    plays = []
    # A busy machine may hold calls of one moment up, so that they look like two: then it is played again.
    while len(plays) < 3 and min(map(len, plays), default=7) > 6:
        plays.append(_round_trips_of_a_create(aws, f"chat-{len(plays)}"))
    assert min(map(len, plays)) <= 6, plays


def _round_trips_of_a_create(aws: Scenario, endpoint: str) -> list[list[str]]:
    """The calls of a Create, those of one moment together."""
    before, stack = len(aws.stand_in.calls()), aws.stack(f"-{endpoint}")
    assert stack.create(endpoint_stack(aws.token, endpoint)) == "CREATE_COMPLETE", stack.reason("Chat")
    moments: list[list[str]] = []
    last = -1_000
    for call in aws.stand_in.calls()[before:]:
        if call["at_ms"] - last > 125:
            moments.append([])
            last = call["at_ms"]
        moments[-1].append(call["operation"])
    return moments


@pytest.mark.parametrize("hop", [0, 1], ids=["in the first run", "in the second run"])
def test_a_run_that_is_killed_is_taken_up_by_lambdas_own_retry(aws: Scenario, short_lived: str, hop: int) -> None:
    stack = aws.stack()
    aws.stand_in.next_transition("chat", "succeed", "", after_ms=5_000)
    aws.crash_in(stack, hop)
    assert stack.create(endpoint_stack(short_lived, "chat")) == "CREATE_COMPLETE", stack.reason("Chat")
    assert aws.crashes == 1
    assert len(aws.exchanges()[0]["answers"]) == 1
    assert aws.stand_in.writes().count("CreateEndpoint") == 1
    assert aws.stand_in.writes().count("CreateEndpointConfig") == 1


@pytest.mark.quick
def test_a_creation_that_fails_says_why_and_leaves_nothing(aws: Scenario) -> None:
    aws.stand_in.next_transition("chat", "fail", "no capacity for ml.g6.12xlarge")
    stack = aws.stack()
    assert stack.create(endpoint_stack(aws.token, "chat")) == "ROLLBACK_COMPLETE"
    assert "no capacity for ml.g6.12xlarge" in stack.reason("Chat")
    assert aws.requests() == ["Create", "Delete"]
    assert aws.empty(), aws.picture()


def test_a_creation_that_fails_in_a_later_run_leaves_nothing_either(aws: Scenario, short_lived: str) -> None:
    aws.stand_in.next_transition("chat", "fail", "the container did not pass its health check", after_ms=30 * MINUTE)
    stack = aws.stack()
    aws.wind_at_each_hop(stack, minutes=31)
    assert stack.create(endpoint_stack(short_lived, "chat")) == "ROLLBACK_COMPLETE"
    assert "health check" in stack.reason("Chat")
    assert aws.empty(), aws.picture()


def test_a_model_that_is_missing_is_told_before_anything_is_made(aws: Scenario) -> None:
    variant = {"VariantName": "AllTraffic", "ModelName": "llama", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1}
    stack = aws.stack()
    assert stack.create(endpoint_stack(aws.token, "chat", ProductionVariants=[variant])) == "ROLLBACK_COMPLETE"
    assert "llama" in stack.reason("Chat") and "ModelName" in stack.reason("Chat")
    assert aws.stand_in.writes() == []


def test_an_endpoint_that_never_comes_is_given_up_within_service_timeout(aws: Scenario, short_lived: str) -> None:
    aws.stand_in.next_transition("chat", "succeed", "", after_ms=10_000_000)
    stack = aws.stack()
    stack.meanwhile = lambda: aws.stand_in.advance(10_000_000) if stack.status.startswith("ROLLBACK") else None
    assert stack.create(endpoint_stack(short_lived, "chat", ServiceTimeout=15)) == "ROLLBACK_COMPLETE"
    reason = stack.reason("Chat")
    assert "gave up" in reason and "Creating" in reason, reason
    assert aws.exchanges()[0]["seconds"] < 15
    # It could not be deleted while it was being created: the answered id let the Delete find it.
    assert _asked(aws) == [("Create", None), ("Delete", "chat")]
    assert aws.empty(), aws.picture()


def test_without_a_next_run_it_says_what_to_grant(aws: Scenario, not_invocable: str) -> None:
    aws.stand_in.next_transition("chat", "succeed", "", after_ms=10_000_000)
    stack = aws.stack()
    stack.meanwhile = lambda: aws.stand_in.advance(10_000_000) if stack.status.startswith("ROLLBACK") else None
    assert stack.create(endpoint_stack(not_invocable, "chat")) == "ROLLBACK_COMPLETE"
    reason = stack.reason("Chat")
    assert "lambda:InvokeFunction" in reason and not_invocable in reason, reason
    assert aws.empty(), aws.picture()


# --- Update ---


def test_an_update_that_changes_nothing_writes_nothing(aws: Scenario) -> None:
    stack = _made(aws)
    before = aws.picture()
    aws.stand_in.forget_calls()
    assert stack.update(endpoint_stack(aws.token, "chat", ServiceTimeout=600)) == "UPDATE_COMPLETE", stack.reason("Chat")
    assert aws.requests() == ["Create", "Update"]
    assert aws.stand_in.writes() == []
    assert aws.picture() == before


@pytest.mark.quick
def test_another_config_moves_the_endpoint_and_the_old_one_goes(aws: Scenario) -> None:
    stack = _made(aws)
    old = aws.only("endpoints")["config"]
    aws.stand_in.scale("chat", "AllTraffic", 3)
    aws.stand_in.forget_calls()
    assert stack.update(endpoint_stack(aws.token, "chat", MetricsConfig=FASTER)) == "UPDATE_COMPLETE", stack.reason("Chat")
    new = aws.only("endpoints")["config"]
    assert new != old
    assert list(aws.picture()["configs"]) == [new]
    assert aws.only("configs")["MetricsConfig"]["MetricPublishFrequencyInSeconds"] == 10
    writes = [w for w in aws.stand_in.writes() if "Endpoint" in w]
    assert writes == ["CreateEndpointConfig", "UpdateEndpoint", "DeleteEndpointConfig"]
    assert stack.physical_id("Chat") == "chat" and "Delete" not in aws.requests()
    # RetainAllVariantProperties: what autoscaling has set stays.
    variant = aws.stand_in.sagemaker.describe_endpoint(EndpointName="chat")["ProductionVariants"][0]
    assert variant["CurrentInstanceCount"] == 3


def test_a_count_that_the_update_declares_is_in_force_afterwards(aws: Scenario) -> None:
    """Case a4 (count). RetainAllVariantProperties, true by default, would keep SageMaker from applying it."""
    stack = _made(aws)
    more = [{"VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 3}]
    assert stack.update(endpoint_stack(aws.token, "chat", ProductionVariants=more)) == "UPDATE_COMPLETE", stack.reason("Chat")
    variant = aws.stand_in.sagemaker.describe_endpoint(EndpointName="chat")["ProductionVariants"][0]
    assert variant["CurrentInstanceCount"] == 3
    # Who stops retaining what an autoscaler has set, declares the config's counts anew.
    aws.stand_in.scale("chat", "AllTraffic", 5)
    declared = endpoint_stack(aws.token, "chat", ProductionVariants=more, RetainAllVariantProperties=False)
    assert stack.update(declared) == "UPDATE_COMPLETE", stack.reason("Chat")
    variant = aws.stand_in.sagemaker.describe_endpoint(EndpointName="chat")["ProductionVariants"][0]
    assert variant["CurrentInstanceCount"] == 3


def test_weights_that_the_update_declares_are_in_force_afterwards(aws: Scenario) -> None:
    """Case a4 (weights): aws-cdk issue 23151, terraform-provider-aws issue 48990."""
    for model in ("blue", "green"):
        image = {"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/serving:1"}
        role = "arn:aws:iam::123456789012:role/inference"
        aws.stand_in.sagemaker.create_model(ModelName=model, PrimaryContainer=image, ExecutionRoleArn=role)

    def weighted(blue: float, green: float) -> dict[str, Any]:
        common = {"InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}
        variants = [
            {**common, "VariantName": name, "ModelName": name, "InitialVariantWeight": weight}
            for name, weight in (("blue", blue), ("green", green))
        ]
        no_components = {"InferenceComponents": None, "ExecutionRoleArn": None, "UnusedGpuAlarm": {"Enabled": False}}
        return endpoint_stack(aws.token, "ab", ProductionVariants=variants, **no_components)

    stack = aws.stack()
    assert stack.create(weighted(0.9, 0.1)) == "CREATE_COMPLETE", stack.reason("Chat")
    assert stack.update(weighted(0.5, 0.5)) == "UPDATE_COMPLETE", stack.reason("Chat")
    variants = aws.stand_in.sagemaker.describe_endpoint(EndpointName="ab")["ProductionVariants"]
    assert [variant["CurrentWeight"] for variant in variants] == [0.5, 0.5]


def test_an_update_that_takes_half_an_hour_goes_by_over_several_runs(aws: Scenario, short_lived: str) -> None:
    stack = _made(aws, short_lived)
    aws.stand_in.next_transition("chat", "succeed", "", after_ms=30 * MINUTE)
    aws.wind_at_each_hop(stack, minutes=14)
    assert stack.update(endpoint_stack(short_lived, "chat", MetricsConfig=FASTER)) == "UPDATE_COMPLETE", stack.reason("Chat")
    assert aws.hops() == 3
    assert list(aws.picture()["configs"]) == [aws.only("endpoints")["config"]]
    assert aws.stand_in.writes().count("UpdateEndpoint") == 1


def test_monitoring_alone_leaves_the_endpoint_alone(aws: Scenario) -> None:
    stack = _made(aws)
    config = aws.only("endpoints")["config"]
    aws.stand_in.forget_calls()
    changed = endpoint_stack(aws.token, "chat", Dashboard={"Start": "-PT1H"}, UnusedGpuAlarm={"Threshold": 3})
    assert stack.update(changed) == "UPDATE_COMPLETE", stack.reason("Chat")
    assert set(aws.stand_in.writes()) == {"PutDashboard", "PutMetricAlarm"}
    assert aws.only("alarms")["Threshold"] == 3.0
    assert aws.only("endpoints") == {"status": "InService", "config": config}


def test_an_endpoint_that_is_busy_is_waited_for(aws: Scenario) -> None:
    stack = _made(aws)
    _update_by_hand(aws)
    assert stack.update(endpoint_stack(aws.token, "chat", MetricsConfig=FASTER)) == "UPDATE_COMPLETE", stack.reason("Chat")
    serving = aws.only("endpoints")
    assert serving["status"] == "InService" and serving["config"] != "by-hand"
    # What was made by hand is left, and of ours there is only what serves.
    assert set(aws.picture()["configs"]) == {serving["config"], "by-hand"}


@pytest.mark.parametrize(("outcome", "reason"), ROLLED_BACK.items(), ids=ROLLED_BACK)
def test_an_update_that_sagemaker_rolls_back_leaves_the_old_state_whole(aws: Scenario, outcome: str, reason: str) -> None:
    stack = _made(aws)
    before = aws.picture()
    aws.stand_in.next_transition("chat", outcome, reason)
    changed = endpoint_stack(aws.token, "chat", MetricsConfig=FASTER, Dashboard={"Start": "-PT1H"})
    assert stack.update(changed) == "UPDATE_ROLLBACK_COMPLETE"
    assert reason in stack.reason("Chat")
    assert _asked(aws) == [("Create", None), ("Update", "chat"), ("Update", "chat")]
    assert aws.picture() == before


def test_a_rollback_in_a_later_run_is_recognised_and_not_tried_again(aws: Scenario, short_lived: str) -> None:
    stack = _made(aws, short_lived)
    before = aws.picture()
    aws.stand_in.next_transition("chat", "rollback", "the new fleet kept failing", after_ms=20 * MINUTE)
    aws.wind_at_each_hop(stack, minutes=21)
    aws.stand_in.forget_calls()
    assert stack.update(endpoint_stack(short_lived, "chat", MetricsConfig=FASTER)) == "UPDATE_ROLLBACK_COMPLETE"
    assert "the new fleet kept failing" in stack.reason("Chat")
    assert aws.stand_in.writes().count("UpdateEndpoint") == 1
    assert aws.picture() == before


def test_a_new_config_is_taken_back_when_another_resource_fails(aws: Scenario) -> None:
    stack = _made(aws)
    before = aws.picture()
    changed = with_failing_last_resource(endpoint_stack(aws.token, "chat", MetricsConfig=FASTER))
    assert stack.update(changed) == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.picture() == before


def test_another_name_is_another_endpoint_and_the_old_one_goes_in_cleanup(aws: Scenario) -> None:
    stack = _made(aws)
    aws.stand_in.forget_calls()
    assert stack.update(endpoint_stack(aws.token, "talk")) == "UPDATE_COMPLETE", stack.reason("Chat")
    assert _asked(aws) == [("Create", None), ("Update", "chat"), ("Delete", "chat")]
    picture = aws.picture()
    assert list(picture["endpoints"]) == ["talk"]
    assert list(picture["configs"]) == [picture["endpoints"]["talk"]["config"]]
    assert (list(picture["dashboards"]), list(picture["alarms"])) == (["talk-monitoring"], ["talk-unused-gpu"])
    writes = aws.stand_in.writes()
    assert writes.index("CreateEndpoint") < writes.index("DeleteEndpoint")
    assert "UpdateEndpoint" not in writes


def test_another_name_is_taken_back_when_another_resource_fails(aws: Scenario) -> None:
    stack = _made(aws)
    before = aws.picture()
    assert stack.update(with_failing_last_resource(endpoint_stack(aws.token, "talk"))) == "UPDATE_ROLLBACK_COMPLETE"
    assert _asked(aws) == [("Create", None), ("Update", "chat"), ("Update", "talk"), ("Delete", "talk")]
    assert aws.picture() == before


# --- Delete ---


@pytest.mark.quick
def test_a_delete_leaves_nothing(aws: Scenario) -> None:
    stack = _made(aws)
    assert stack.delete() == "DELETE_COMPLETE", stack.reason("Chat")
    assert aws.empty(), aws.picture()


def test_a_delete_of_what_has_gone_already_succeeds(aws: Scenario) -> None:
    stack = _made(aws)
    aws.stand_in.sagemaker.delete_endpoint(EndpointName="chat")
    aws.stand_in.advance(MINUTE)
    aws.stand_in.cloudwatch.delete_dashboards(DashboardNames=["chat-monitoring"])
    assert stack.delete() == "DELETE_COMPLETE", stack.reason("Chat")
    assert aws.empty(), aws.picture()


def test_a_deletion_that_takes_its_time_goes_by_over_several_runs(aws: Scenario, short_lived: str) -> None:
    stack = _made(aws, short_lived)
    aws.stand_in.next_transition("chat", "succeed", "", after_ms=20 * MINUTE)
    aws.wind_at_each_hop(stack, minutes=14)
    assert stack.delete() == "DELETE_COMPLETE", stack.reason("Chat")
    assert aws.hops() == 2
    assert aws.stand_in.writes().count("DeleteEndpoint") == 1
    assert aws.empty(), aws.picture()


def test_a_delete_waits_for_an_update_that_is_under_way(aws: Scenario) -> None:
    stack = _made(aws)
    _update_by_hand(aws)
    aws.stand_in.forget_calls()
    assert stack.delete() == "DELETE_COMPLETE", stack.reason("Chat")
    deletions = [call["status"] for call in aws.stand_in.calls() if call["operation"] == "DeleteEndpoint"]
    assert deletions == [200]
    picture = aws.picture()
    assert (list(picture["endpoints"]), list(picture["configs"])) == ([], ["by-hand"])


def test_models_that_are_still_there_refuse_a_delete_by_name(aws: Scenario) -> None:
    stack = _made(aws)
    before = aws.picture()
    sagemaker = aws.stand_in.sagemaker
    for name in ("llama-3", "titan"):
        sagemaker.create_inference_component(
            InferenceComponentName=name,
            EndpointName="chat",
            VariantName="AllTraffic",
            Specification=component_specification(),
            RuntimeConfig={"CopyCount": 1},
        )
    aws.stand_in.advance(MINUTE)
    aws.stand_in.forget_calls()
    assert stack.delete() == "DELETE_FAILED"
    reason = stack.reason("Chat")
    assert "llama-3" in reason and "titan" in reason, reason
    assert aws.stand_in.writes() == []
    assert aws.picture() == before

    for name in ("llama-3", "titan"):
        sagemaker.delete_inference_component(InferenceComponentName=name)
    aws.stand_in.advance(MINUTE)
    assert stack.delete() == "DELETE_COMPLETE", stack.reason("Chat")
    assert aws.empty(), aws.picture()


def test_the_stacks_own_models_come_after_the_endpoint_and_go_before_it(aws: Scenario) -> None:
    stack = aws.stack()
    template = with_components(endpoint_stack(aws.token, "chat"), "llama-3", "titan")
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Chat")
    listed = aws.stand_in.sagemaker.list_inference_components(EndpointNameEquals="chat")["InferenceComponents"]
    assert {c["InferenceComponentName"] for c in listed} == {"llama-3", "titan"}
    assert stack.delete() == "DELETE_COMPLETE", stack.reason("Chat")
    assert aws.empty(), aws.picture()


# --- Somebody else's ---


def test_an_endpoint_of_somebody_else_is_neither_taken_nor_deleted(aws: Scenario) -> None:
    aws.make_config("made-by-hand")
    aws.make_endpoint("chat", "made-by-hand")
    before = aws.picture()
    aws.stand_in.forget_calls()
    stack = aws.stack()
    assert stack.create(endpoint_stack(aws.token, "chat")) == "ROLLBACK_COMPLETE"
    reason = stack.reason("Chat")
    assert "EndpointName" in reason and "was not made by this resource" in reason, reason
    assert aws.stand_in.writes() == []
    assert aws.picture() == before


def test_an_endpoint_of_another_stack_stays_its_own(aws: Scenario) -> None:
    first = _made(aws)
    before = aws.picture()
    second = aws.stack("-second")
    assert second.create(endpoint_stack(aws.token, "chat")) == "ROLLBACK_COMPLETE"
    assert first.name in second.reason("Chat")
    assert second.delete() == "DELETE_COMPLETE"
    assert aws.picture() == before


def test_an_endpoint_that_was_made_anew_by_hand_is_left_by_a_delete(aws: Scenario) -> None:
    stack = _made(aws)
    aws.stand_in.sagemaker.delete_endpoint(EndpointName="chat")
    aws.stand_in.advance(MINUTE)
    aws.make_config("made-by-hand")
    aws.make_endpoint("chat", "made-by-hand")
    assert stack.delete() == "DELETE_COMPLETE", stack.reason("Chat")
    picture = aws.picture()
    assert (list(picture["endpoints"]), list(picture["configs"])) == (["chat"], ["made-by-hand"])
    assert "endpoint left: it is not this id's" in aws.output()


# --- The same twice ---


@pytest.mark.parametrize("changes", [None, {"MetricsConfig": FASTER}], ids=["create", "update"])
def test_the_same_event_twice_writes_nothing_the_second_time(aws: Scenario, changes: dict[str, object] | None) -> None:
    stack = _made(aws)
    if changes:
        assert stack.update(endpoint_stack(aws.token, "chat", **changes)) == "UPDATE_COMPLETE", stack.reason("Chat")
    before = aws.picture()
    aws.stand_in.forget_calls()
    again = aws.account.deliver_again(aws.exchanges()[-1]["id"])
    assert aws.stand_in.writes() == []
    assert again["answers"][0] == again["answers"][1]
    assert aws.picture() == before


def _update_by_hand(aws: Scenario) -> None:
    """Somebody moves the endpoint to a config of theirs, which takes a moment from now on."""
    aws.make_config("by-hand")
    aws.stand_in.next_transition("chat", "succeed", "", after_ms=400)
    aws.stand_in.sagemaker.update_endpoint(EndpointName="chat", EndpointConfigName="by-hand")
