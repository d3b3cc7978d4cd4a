"""Alarms in a real stack: four on one variant, and two on more variants than one alarm takes."""

from __future__ import annotations

import pytest
from declaring import TOPIC, config_alone, with_outputs
from scenario import Scenario, owned_by

KINDS = ("UnusedGpu", "GpuBuffer", "IdleGpu", "NoTraffic")
NAMES = {"chat-unused-gpu", "chat-gpu-buffer", "chat-idle-gpu", "chat-no-traffic"}
ON = {f"{kind}Alarm": {"Enabled": True} for kind in KINDS}
# Only variants with models of their own may be several.
SIX_VARIANTS = [
    {"VariantName": f"v{number}", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1, "ModelName": "m"}
    for number in range(6)
]
OF_EACH = {"chat-idle-gpu", "chat-no-traffic"}
ON_EACH = {f"{kind}Alarm": {"Enabled": True} for kind in ("IdleGpu", "NoTraffic")}


@pytest.mark.quick
def test_four_alarms_come_and_go_with_the_declaration(aws: Scenario) -> None:
    stack = aws.stack()
    attributes = [f"{kind}Alarm{what}" for kind in KINDS for what in ("Name", "Arn")]
    template = with_outputs(config_alone(aws.token, "chat", AlarmActions=[TOPIC], **ON), "Config", *attributes)
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Config")
    alarms = aws.picture()["alarms"]
    assert set(alarms) == NAMES
    assert all(alarm["AlarmActions"] == [TOPIC] and owned_by(alarm, stack, "Config") for alarm in alarms.values())
    assert {stack.outputs[f"{kind}AlarmName"] for kind in KINDS} == NAMES
    assert {stack.outputs[f"{kind}AlarmArn"] for kind in KINDS} == {alarm["AlarmArn"] for alarm in alarms.values()}

    asking = {**ON, "IdleGpuAlarm": {"Source": "PromQL", "Threshold": 20}}
    del asking["NoTrafficAlarm"]
    aws.stand_in.set_enrichment(running=True)
    assert stack.update(config_alone(aws.token, "chat", **asking)) == "UPDATE_COMPLETE", stack.reason("Config")
    alarms = aws.picture()["alarms"]
    assert set(alarms) == NAMES - {"chat-no-traffic"}
    assert alarms["chat-idle-gpu"]["EvaluationCriteria"]["PromQLCriteria"]["Query"].endswith("< 20")

    assert stack.delete() == "DELETE_COMPLETE"
    assert aws.empty()


def test_more_variants_than_an_alarm_takes_get_an_alarm_each(aws: Scenario) -> None:
    stack = aws.stack()
    divided = config_alone(aws.token, "chat", ProductionVariants=SIX_VARIANTS, AlarmActions=[TOPIC], **ON_EACH)
    assert stack.create(divided) == "CREATE_COMPLETE", stack.reason("Config")
    alarms = aws.picture()["alarms"]
    assert set(alarms) == OF_EACH | {f"{name}-v{number}" for name in OF_EACH for number in range(6)}
    assert {name for name, alarm in alarms.items() if "AlarmRule" in alarm} == OF_EACH
    assert {name for name, alarm in alarms.items() if alarm["AlarmActions"]} == OF_EACH

    whole = config_alone(aws.token, "chat", ProductionVariants=SIX_VARIANTS[:5], AlarmActions=[TOPIC], **ON_EACH)
    assert stack.update(whole) == "UPDATE_COMPLETE", stack.reason("Config")
    alarms = aws.picture()["alarms"]
    assert set(alarms) == OF_EACH
    assert not any("AlarmRule" in alarm for alarm in alarms.values())

    assert stack.delete() == "DELETE_COMPLETE"
    assert aws.empty()
