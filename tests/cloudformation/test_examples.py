"""The stacks in `examples/` work as they stand there, from create to delete."""

from __future__ import annotations

import pytest
from scenario import Scenario

from local.provider import ROOT


@pytest.mark.quick
def test_monitored_config_comes_up_moves_to_another_frequency_and_goes(aws: Scenario) -> None:
    template = (ROOT / "examples" / "monitored-config.yaml").read_text()
    stack = aws.stack()
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("MonitoredConfig")
    old = stack.outputs["EndpointConfigName"]
    assert aws.only("endpoints") == {"status": "InService", "config": old}
    assert aws.only("alarms")["AlarmActions"] == [stack.physical_id("AlarmTopic")]

    assert stack.update(template, PublishFrequency="10") == "UPDATE_COMPLETE", stack.reason("MonitoredConfig")
    config = aws.only("configs")
    assert config["EndpointConfigName"] != old
    assert config["MetricsConfig"]["MetricPublishFrequencyInSeconds"] == 10

    assert stack.delete() == "DELETE_COMPLETE", stack.reason("MonitoredConfig")
    assert aws.empty(), aws.picture()


def test_existing_endpoint_is_watched_and_left_as_it_was(aws: Scenario) -> None:
    aws.make_config("made-by-hand")
    aws.make_endpoint("made-elsewhere", "made-by-hand")
    before = aws.picture()
    stack = aws.stack()
    template = (ROOT / "examples" / "existing-endpoint.yaml").read_text()
    assert stack.create(template, EndpointName="made-elsewhere") == "CREATE_COMPLETE", stack.reason("Monitoring")
    assert stack.outputs["DashboardName"] == "made-elsewhere-monitoring"
    alarm = aws.only("alarms")
    assert (alarm["AlarmName"], alarm["Threshold"]) == ("made-elsewhere-unused-gpu", 2.0)
    assert stack.delete() == "DELETE_COMPLETE", stack.reason("Monitoring")
    assert aws.picture() == before


def test_monitored_endpoint_comes_up_with_its_models_moves_and_goes(aws: Scenario) -> None:
    template = (ROOT / "examples" / "monitored-endpoint.yaml").read_text()
    stack = aws.stack()
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("MonitoredEndpoint")
    old = stack.outputs["EndpointConfigName"]
    assert aws.only("endpoints") == {"status": "InService", "config": old}
    models = aws.stand_in.sagemaker.list_inference_components(EndpointNameEquals="shared-inference")["InferenceComponents"]
    assert {m["InferenceComponentName"] for m in models} == {"shared-inference-chat", "shared-inference-embeddings"}
    alarm = aws.only("alarms")
    assert (alarm["AlarmActions"], alarm["OKActions"]) == ([stack.physical_id("AlarmTopic")],) * 2

    assert stack.update(template, PublishFrequency="10") == "UPDATE_COMPLETE", stack.reason("MonitoredEndpoint")
    assert aws.only("endpoints")["config"] == stack.outputs["EndpointConfigName"] != old
    assert aws.only("configs")["MetricsConfig"]["MetricPublishFrequencyInSeconds"] == 10

    assert stack.delete() == "DELETE_COMPLETE", stack.reason("MonitoredEndpoint")
    assert aws.empty(), aws.picture()


def test_rolling_deployment_is_taken_back_when_its_alarm_fires(aws: Scenario) -> None:
    template = (ROOT / "examples" / "rolling-deployment.yaml").read_text()
    stack = aws.stack()
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("MonitoredEndpoint")
    before = aws.picture()
    aws.stand_in.next_transition("shared-inference", "rollback", "the alarm shared-inference-error-rate fired")
    assert stack.update(template, PublishFrequency="10") == "UPDATE_ROLLBACK_COMPLETE"
    assert "shared-inference-error-rate fired" in stack.reason("MonitoredEndpoint")
    asked = [call["request"] for call in aws.stand_in.calls() if call["operation"] == "UpdateEndpoint"]
    assert len(asked) == 1
    alarms = asked[0]["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert [alarm["AlarmName"] for alarm in alarms] == ["shared-inference-error-rate", "shared-inference-latency"]
    assert all(alarm["AlarmName"] in before["alarms"] for alarm in alarms)
    assert aws.picture() == before
