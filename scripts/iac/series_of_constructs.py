"""Prints the template of an endpoint whose metrics, all that the constructs have, stand in a dashboard of the app's own.

Run by check_iac.py, with the constructs' Python package on PYTHONPATH.
"""

from __future__ import annotations

import json

from aws_cdk import App, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template
from monitored_endpoint_cdk import CostPerHour, GpuCount, InferenceComponentOptions, MonitoredEndpointConfig, ProductionVariant


def main() -> None:
    stack = Stack(App(), "Stack")
    endpoint = MonitoredEndpointConfig(
        stack,
        "Config",
        endpoint_name="chat",
        execution_role=iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/inference"),
        production_variants=[ProductionVariant(variant_name="AllTraffic", instance_type="ml.g6.12xlarge", initial_instance_count=1)],
        inference_components=[InferenceComponentOptions(name="one"), InferenceComponentOptions(name="two")],
        cost_per_hour=CostPerHour.dollars(5.752),
    )
    metrics = [
        endpoint.metric_instances(),
        endpoint.metric_total_gpus(),
        endpoint.metric_cost_per_hour(),
        endpoint.metric_cost_per_hour("one"),
        endpoint.metric_invocations(),
        endpoint.metric_error_rate(),
        endpoint.metric_model_latency("one"),
    ]
    for count in (GpuCount.RESERVED, GpuCount.HELD):
        metrics += [
            endpoint.metric_used_gpus(count=count),
            endpoint.metric_unused_gpus(count=count),
            endpoint.metric_unallocated_cost_per_hour(count=count),
        ]
    cloudwatch.Dashboard(stack, "Own").add_widgets(*(cloudwatch.GraphWidget(left=[metric]) for metric in metrics))
    print(json.dumps(Template.from_stack(stack).to_json()))


main()
