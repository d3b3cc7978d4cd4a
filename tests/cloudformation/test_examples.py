"""The stacks in `examples/` work as they stand there, from create to delete."""

from __future__ import annotations

from scenario import Scenario

from local.provider import ROOT


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
