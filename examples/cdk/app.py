#!/usr/bin/env python3
"""A monitored endpoint from the AWS CDK: the config comes from the provider, the endpoint is a CfnEndpoint of the CDK's own.

`cdk deploy` makes it; CloudFormation does the rest, as with a template written by hand.
"""

from aws_cdk import App, CfnOutput, CustomResource, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_sns as sns
from aws_cdk import aws_ssm as ssm
from constructs import Construct

ENDPOINT_NAME = "shared-inference"


class SharedInference(Stack):
    """An endpoint whose models share four GPUs, its dashboard, and an alarm for GPUs that no model holds."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        role = iam.Role(self, "ExecutionRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        topic = sns.Topic(self, "OnCall")
        config = CustomResource(
            self,
            "MonitoredConfig",
            resource_type="Custom::MonitoredEndpointConfig",
            # Read when the stack is deployed, so that synth needs no account.
            service_token=ssm.StringParameter.value_for_string_parameter(self, "/monitored-endpoint/service-token"),
            service_timeout=Duration.minutes(15),
            # The property names are the provider's own. Values may be the CDK's tokens.
            properties={
                "EndpointName": ENDPOINT_NAME,
                "ExecutionRoleArn": role.role_arn,
                "ProductionVariants": [
                    # No ModelName: its models are inference components.
                    {"VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1},
                ],
                "MetricsConfig": {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 60},
                "InferenceComponents": [{"Name": "chat", "Label": "Chat model"}],
                "CostPerHour": 5.752,
                "UnusedGpuAlarm": {"Threshold": 1, "AlarmActions": [topic.topic_arn]},
            },
        )
        sagemaker.CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=ENDPOINT_NAME,
            endpoint_config_name=config.ref,
            retain_all_variant_properties=True,
        )
        CfnOutput(self, "DashboardUrl", value=config.get_att_string("DashboardUrl"))


app = App()
SharedInference(app, "SharedInference")
app.synth()
