"""The custom resource that people write first, in Python with crhelper: what `make bench` measures the provider against.

It makes the calls that the provider's Create of a `Custom::MonitoredEndpointConfig` makes, and understands nothing of a
declaration: names, dashboard and alarm are written down here.
"""

import json
from http.client import HTTPConnection

import boto3
from botocore.exceptions import ClientError
from crhelper import CfnResource, utils

# The answer goes to this machine, in plain HTTP as the provider's does; crhelper knows HTTPS only.
utils.HTTPSConnection = lambda host, context: HTTPConnection(host)
helper = CfnResource(log_level="INFO", boto_level="CRITICAL")
sagemaker = boto3.client("sagemaker")
cloudwatch = boto3.client("cloudwatch")


@helper.create
def create(event, _context):
    properties = event["ResourceProperties"]
    endpoint = properties["EndpointName"]
    config, dashboard, alarm = f"{endpoint}-peer", f"{endpoint}-monitoring", f"{endpoint}-unused-gpu"
    cloudwatch.list_metrics(
        Namespace="/aws/sagemaker/InferenceComponents",
        MetricName="GPUUtilizationNormalized",
        Dimensions=[{"Name": "EndpointName", "Value": endpoint}],
    )
    for look in (
        lambda: sagemaker.describe_endpoint_config(EndpointConfigName=config),
        lambda: cloudwatch.get_dashboard(DashboardName=dashboard),
        lambda: cloudwatch.describe_alarms(AlarmNames=[alarm]),
    ):
        try:
            look()
        except ClientError:
            pass
    variants = [
        {**variant, "InitialInstanceCount": int(variant["InitialInstanceCount"])} for variant in properties["ProductionVariants"]
    ]
    sagemaker.create_endpoint_config(
        EndpointConfigName=config, ExecutionRoleArn=properties["ExecutionRoleArn"], ProductionVariants=variants
    )
    sagemaker.describe_endpoint_config(EndpointConfigName=config)
    metric = ["/aws/sagemaker/Endpoints", "CPUUtilization", "EndpointName", endpoint, "VariantName", "AllTraffic"]
    widget = {"type": "metric", "width": 24, "height": 6, "properties": {"region": "us-east-1", "metrics": [metric]}}
    cloudwatch.put_dashboard(DashboardName=dashboard, DashboardBody=json.dumps({"widgets": [widget]}))
    cloudwatch.get_dashboard(DashboardName=dashboard)
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="/aws/sagemaker/Endpoints",
        MetricName="GPUReservation",
        Dimensions=[{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": "AllTraffic"}],
        Statistic="Average",
        Period=300,
        EvaluationPeriods=6,
        Threshold=75,
        ComparisonOperator="LessThanOrEqualToThreshold",
    )
    cloudwatch.describe_alarms(AlarmNames=[alarm])
    return config


def handler(event, context):
    helper(event, context)
