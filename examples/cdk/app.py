#!/usr/bin/env python3
"""A monitored endpoint from the AWS CDK, in Python: the config comes from the provider, the endpoint is a CfnEndpoint of the CDK's own.

`cdk deploy` makes it; CloudFormation does the rest, as with a template written by hand. docs/cdk-and-terraform.md says how to install
monitored_endpoint_cdk.
"""

from aws_cdk import App, CfnOutput, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct
from monitored_endpoint_cdk import (
    AlarmOptions,
    CostPerHour,
    InferenceComponentOptions,
    MetricsConfig,
    MonitoredEndpointConfig,
    ProductionVariant,
)


class SharedInference(Stack):
    """An endpoint whose models share four GPUs, its dashboard, and an alarm for GPUs that no model holds."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        topic = sns.Topic(self, "OnCall")
        config = MonitoredEndpointConfig(
            self,
            "MonitoredConfig",
            endpoint_name="shared-inference",
            # The config comes after the role's policies, too.
            execution_role=iam.Role(self, "ExecutionRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com")),
            # No model_name: its models are inference components.
            production_variants=[
                ProductionVariant(variant_name="AllTraffic", instance_type="ml.g6.12xlarge", initial_instance_count=1),
            ],
            metrics_config=MetricsConfig(enable_enhanced_metrics=True, metric_publish_frequency_in_seconds=60),
            inference_components=[InferenceComponentOptions(name="chat", label="Chat model", gpus_per_copy=2)],
            cost_per_hour=CostPerHour.dollars(5.752),
            # One model of two GPUs leaves two of the four free, on purpose.
            unused_gpu_alarm=AlarmOptions(threshold=3, alarm_actions=[topic.topic_arn]),
        )
        config.add_endpoint("Endpoint")
        # A dashboard of your own may show the endpoint among other things.
        overview = cloudwatch.Dashboard(self, "Overview")
        overview.add_widgets(
            cloudwatch.GraphWidget(
                title="What shared inference costs ($ per hour)",
                left=[config.metric_cost_per_hour(), config.metric_unallocated_cost_per_hour()],
            )
        )
        CfnOutput(self, "DashboardUrl", value=config.dashboard_url)


app = App()
SharedInference(app, "SharedInference")
app.synth()
