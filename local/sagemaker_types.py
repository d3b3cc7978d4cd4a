"""The native SageMaker resource types that our example stacks use, as CloudFormation would run them against the stand-in.

ministack has no `AWS::SageMaker::*` types. These are the ones that stand beside our own in a stack; they do what the
CloudFormation template reference says and nothing else (no drift, no import, no tag updates).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError

from local.custom_resource import FailedCreate, failed_creates

Properties = dict[str, Any]
POLL_SECONDS = 0.05
PATIENCE_SECONDS = 60.0


class SageMakerTypes:
    """Handlers in ministack's shape: create, update and delete, answering (physical id, attributes)."""

    def __init__(self, url: str, account: str, region: str) -> None:
        self._sagemaker = boto3.client(
            "sagemaker", endpoint_url=url, region_name=region, aws_access_key_id=account, aws_secret_access_key="local"
        )

    def handlers(self) -> dict[str, dict[str, Callable[..., Any]]]:
        """By resource type, as ministack's table holds them."""
        return {
            "AWS::SageMaker::Endpoint": {
                "create": self.create_endpoint,
                "update": self.update_endpoint,
                "delete": self.delete_endpoint,
            },
            "AWS::SageMaker::EndpointConfig": {"create": self.create_config, "delete": self.delete_config},
            "AWS::SageMaker::Model": {"create": self.create_model, "delete": self.delete_model},
            "AWS::SageMaker::InferenceComponent": {"create": self.create_component, "delete": self.delete_component},
        }

    # --- AWS::SageMaker::Endpoint (template reference, aws-resource-sagemaker-endpoint.html): Ref is the ARN ---

    def create_endpoint(self, logical_id: str, props: Properties, stack_name: str) -> tuple[str, Properties]:
        name = props.get("EndpointName") or f"{stack_name}-{logical_id}"
        members = {key: props[key] for key in ("Tags", "DeploymentConfig") if key in props}
        arn = self._sagemaker.create_endpoint(
            EndpointName=name, EndpointConfigName=_name(props["EndpointConfigName"]), **members
        )["EndpointArn"]
        endpoint = self._settled(name)
        if endpoint["EndpointStatus"] != "InService":
            failed_creates[stack_name, logical_id] = FailedCreate(arn, "AWS::SageMaker::Endpoint", props)
            raise RuntimeError(f'Resource handler returned message: "{endpoint.get("FailureReason", "no reason given")}"')
        return arn, {"EndpointName": name}

    def update_endpoint(
        self, physical_id: str, old_props: Properties, new_props: Properties, stack_name: str
    ) -> tuple[str, Properties]:
        name = _name(physical_id)
        if new_props.get("EndpointName", name) != name:
            # "EndpointName: Update requires Replacement": a new endpoint; CloudFormation deletes the old one in its cleanup.
            return self.create_endpoint(new_props["EndpointName"], new_props, stack_name)
        wanted = _name(new_props["EndpointConfigName"])
        if self._describe(name)["EndpointConfigName"] != wanted:
            members = {
                key: new_props[key]
                for key in ("DeploymentConfig", "ExcludeRetainedVariantProperties", "RetainAllVariantProperties")
                if key in new_props
            }
            self._sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=wanted, **members)
        endpoint = self._settled(name)
        # A failed UpdateEndpoint ends InService on the old config (terraform-provider-aws issue 46663).
        if endpoint["EndpointStatus"] != "InService" or endpoint["EndpointConfigName"] != wanted:
            raise RuntimeError(f'Resource handler returned message: "{endpoint.get("FailureReason", "no reason given")}"')
        return physical_id, {"EndpointName": name}

    def delete_endpoint(self, physical_id: str, props: Properties) -> None:
        name = _name(physical_id)
        try:
            self._sagemaker.delete_endpoint(EndpointName=name)
            _until_gone(lambda: self._describe(name), f"endpoint {name}")
        except ClientError as error:
            if "Could not find" not in str(error):
                raise

    def _describe(self, name: str) -> Properties:
        return self._sagemaker.describe_endpoint(EndpointName=name)

    def _settled(self, name: str) -> Properties:
        return _settled(lambda: self._describe(name), "EndpointStatus", f"endpoint {name}")

    # --- AWS::SageMaker::EndpointConfig (aws-resource-sagemaker-endpointconfig.html): Ref is the ARN ---
    # Without update: every property asks for replacement.

    def create_config(self, logical_id: str, props: Properties, stack_name: str) -> tuple[str, Properties]:
        name = props.get("EndpointConfigName") or f"{stack_name}-{logical_id}"
        arn = self._sagemaker.create_endpoint_config(**{**props, "EndpointConfigName": name})["EndpointConfigArn"]
        return arn, {"EndpointConfigName": name}

    def delete_config(self, physical_id: str, props: Properties) -> None:
        self._sagemaker.delete_endpoint_config(EndpointConfigName=_name(physical_id))

    # --- AWS::SageMaker::Model (aws-resource-sagemaker-model.html): Ref is the ARN ---

    def create_model(self, logical_id: str, props: Properties, stack_name: str) -> tuple[str, Properties]:
        name = props.get("ModelName") or f"{stack_name}-{logical_id}"
        arn = self._sagemaker.create_model(**{**props, "ModelName": name})["ModelArn"]
        return arn, {"ModelName": name}

    def delete_model(self, physical_id: str, props: Properties) -> None:
        self._sagemaker.delete_model(ModelName=_name(physical_id))

    # --- AWS::SageMaker::InferenceComponent (aws-resource-sagemaker-inferencecomponent.html): Ref is the ARN ---
    # Without update: the stand-in has no UpdateInferenceComponent.

    def create_component(self, logical_id: str, props: Properties, stack_name: str) -> tuple[str, Properties]:
        name = props.get("InferenceComponentName") or f"{stack_name}-{logical_id}"
        arn = self._sagemaker.create_inference_component(**{**props, "InferenceComponentName": name})["InferenceComponentArn"]
        component = _settled(lambda: self._component(name), "InferenceComponentStatus", f"inference component {name}")
        if component["InferenceComponentStatus"] != "InService":
            failed_creates[stack_name, logical_id] = FailedCreate(arn, "AWS::SageMaker::InferenceComponent", props)
            raise RuntimeError(f'Resource handler returned message: "{component.get("FailureReason", "no reason given")}"')
        return arn, {"InferenceComponentName": name, "InferenceComponentArn": arn}

    def delete_component(self, physical_id: str, props: Properties) -> None:
        name = _name(physical_id)
        try:
            self._sagemaker.delete_inference_component(InferenceComponentName=name)
            _until_gone(lambda: self._component(name), f"inference component {name}")
        except ClientError as error:
            if "Could not find" not in str(error):
                raise

    def _component(self, name: str) -> Properties:
        return self._sagemaker.describe_inference_component(InferenceComponentName=name)


def _settled(describe: Callable[[], Properties], status: str, what: str) -> Properties:
    """What `describe` says once it has come to rest."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        described = describe()
        if not described[status].endswith(("ing", "RollingBack")):
            return described
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} is still {described[status]} after {PATIENCE_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)


def _until_gone(describe: Callable[[], Properties], what: str) -> None:
    """Ends with the ClientError of `describe` that there is no such thing any more."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        describe()
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"{what} is still there {PATIENCE_SECONDS:.0f} s after it was to be deleted")


def _name(name_or_arn: str) -> str:
    return name_or_arn.rsplit("/", 1)[-1]
