"""Stacks as a user would declare them, in as few words as a scenario needs.

Builders only: each returns a fresh template or properties that a test then changes. They never look at what became of it.
"""

from __future__ import annotations

from typing import Any

Template = dict[str, Any]
Properties = dict[str, Any]

ROLE = "arn:aws:iam::123456789012:role/inference"
TOPIC = "arn:aws:sns:us-east-1:123456789012:pages"
INSTANCE_TYPE = "ml.g6.12xlarge"
GPUS = 4
COST_PER_HOUR = 5.752


def config_properties(token: str, endpoint: str, **changes: Any) -> Properties:
    """An endpoint that hosts inference components on one 4-GPU variant; `changes` replace properties, None removes one."""
    return _changed(
        {
            "ServiceToken": token,
            "EndpointName": endpoint,
            "ExecutionRoleArn": ROLE,
            "ProductionVariants": [{"VariantName": "AllTraffic", "InstanceType": INSTANCE_TYPE, "InitialInstanceCount": 1}],
            "MetricsConfig": {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 60},
            "InferenceComponents": [{"Name": f"{endpoint}-chat", "Label": "Chat", "GpusPerCopy": 2}],
            "CostPerHour": COST_PER_HOUR,
        },
        changes,
    )


def config_stack(token: str, endpoint: str, **changes: Any) -> Template:
    """Our resource and the stack's own AWS::SageMaker::Endpoint on the config that it makes."""
    return {
        "Resources": {
            "Config": _resource("Custom::MonitoredEndpointConfig", config_properties(token, endpoint, **changes)),
            "Endpoint": _resource(
                "AWS::SageMaker::Endpoint",
                {"EndpointName": endpoint, "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]}},
            ),
        }
    }


def config_alone(token: str, endpoint: str, **changes: Any) -> Template:
    """Our resource without an endpoint."""
    template = config_stack(token, endpoint, **changes)
    del template["Resources"]["Endpoint"]
    return template


def endpoint_stack(token: str, endpoint: str, **changes: Any) -> Template:
    """Our resource that is the endpoint, too."""
    return {"Resources": {"Chat": _resource("Custom::MonitoredEndpoint", config_properties(token, endpoint, **changes))}}


def with_components(template: Template, *names: str) -> Template:
    """Models that share the endpoint `Chat`."""
    components = {
        name.title().replace("-", ""): _resource(
            "AWS::SageMaker::InferenceComponent",
            {
                "InferenceComponentName": name,
                "EndpointName": {"Ref": "Chat"},
                "VariantName": "AllTraffic",
                "Specification": component_specification(),
                "RuntimeConfig": {"CopyCount": 1},
            },
        )
        for name in names
    }
    return {**template, "Resources": {**template["Resources"], **components}}


def component_specification() -> Properties:
    """A model in a container on one GPU."""
    return {
        "Container": {"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/serving:1"},
        "ComputeResourceRequirements": {"NumberOfAcceleratorDevicesRequired": 1, "MinMemoryRequiredInMb": 1024},
    }


def monitoring_stack(token: str, endpoint: str, **changes: Any) -> Template:
    """The monitoring of an endpoint made elsewhere."""
    properties = {
        "ServiceToken": token,
        "EndpointName": endpoint,
        "InferenceComponents": [{"Name": f"{endpoint}-chat"}],
        "CostPerHour": COST_PER_HOUR,
    }
    return {"Resources": {"Monitoring": _resource("Custom::EndpointMonitoring", _changed(properties, changes))}}


def with_outputs(template: Template, logical_id: str, *attributes: str) -> Template:
    """Outputs `Ref` and one for each attribute of a resource."""
    outputs = {name: {"Value": {"Fn::GetAtt": [logical_id, name]}} for name in attributes}
    return {**template, "Outputs": {"Ref": {"Value": {"Ref": logical_id}}, **outputs}}


def with_failing_last_resource(template: Template) -> Template:
    """A resource that fails after all others succeeded: an endpoint on a config that doesn't exist."""
    last = _resource("AWS::SageMaker::Endpoint", {"EndpointName": "never-made", "EndpointConfigName": "never-made"})
    last["DependsOn"] = list(template["Resources"])
    return {**template, "Resources": {**template["Resources"], "Last": last}}


def _resource(kind: str, properties: Properties) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def _changed(properties: Properties, changes: Properties) -> Properties:
    return {key: value for key, value in {**properties, **changes}.items() if value is not None}
