"""Where ministack's CloudFormation differs from AWS's in what a custom resource sees, put right.

Each correction says which behaviour of AWS it restores and where AWS documents it (or who measured it). They wrap ministack's
own functions, so that a new version of it which already behaves needs a correction less, not another fork.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from local.custom_resource import CustomResources, failed_creates
from local.function_output import FunctionOutput

logger = logging.getLogger("cloudformation")
# ministack's own modules and classes, whose private names are replaced here: no type describes them. Its version is pinned,
# and a name that goes away ends the start with an AttributeError.
Private = Any
CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")


def apply(custom_resources: CustomResources, types: dict[str, dict[str, Callable[..., Any]]], output: FunctionOutput) -> None:
    """Imports ministack's CloudFormation (seconds) and corrects it. Once, before the first request."""
    from ministack.core import lambda_runtime
    from ministack.services.cloudformation import custom_resource, provisioners, stacks

    custom_resource.invoke_custom_resource = custom_resources.invoke
    provisioners._RESOURCE_HANDLERS.update(types)
    _make_tables_as_declared(provisioners)
    _run_off_the_event_loop(stacks, set(types))
    _delete_what_a_failed_create_left(stacks)
    _send_rolled_back_replacements_back(stacks)
    _show_the_cleanup_phase(stacks)
    _say_nothing_of_what_did_not_change(stacks)
    output.tee(lambda_runtime.ProvidedWorker)


def _run_off_the_event_loop(stacks: Private, types: set[str]) -> None:
    """Not a difference to AWS: our types wait for endpoints, which must not stop the server they run in."""
    original = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda resource_type: resource_type in types or original(resource_type)


def _make_tables_as_declared(provisioners: Private) -> None:
    """A table gets its time to live, its point-in-time recovery and its encryption when it is created (template reference,
    AWS::DynamoDB::Table); ministack reads these three only in an update."""
    from ministack.services import dynamodb

    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    original = handlers["create"]

    def create(logical_id: str, props: dict[str, Any], stack_name: str) -> Any:
        created = original(logical_id, props, stack_name)
        name = created[0]
        if ttl := props.get("TimeToLiveSpecification"):
            dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": ttl})
        if recovery := props.get("PointInTimeRecoverySpecification"):
            dynamodb._update_continuous_backups({"TableName": name, "PointInTimeRecoverySpecification": recovery})
        if encryption := props.get("SSESpecification"):
            enabled = {"Enabled": encryption.get("SSEEnabled", False)}
            dynamodb._update_table({"TableName": name, "SSESpecification": enabled})
        return created

    provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"] = {**handlers, "create": create}


def _delete_what_a_failed_create_left(stacks: Private) -> None:
    """A resource whose creation failed is deleted in the rollback like those that were created.

    A custom resource then gets a Delete with the id that its failed answer gave (user guide, "Custom resource response
    objects": PhysicalResourceId is required on every answer, for this), or with one that CloudFormation made up.
    """
    original = stacks._roll_back_operation

    async def roll_back(
        stack_name: str, stack_id: str, stack: dict[str, Any], operation: dict[str, Any], *rest: Any, **named: Any
    ) -> None:
        logical_id = operation.get("failed_logical_id")
        left = failed_creates.pop((stack_name, logical_id), None) if logical_id else None
        if left is not None and operation.get("failed_update") is None:
            stack.setdefault("_resources", {})[logical_id] = {
                "PhysicalResourceId": left.physical_id,
                "ResourceType": left.resource_type,
                "ResourceStatus": "CREATE_FAILED",
                "LogicalResourceId": logical_id,
                "Properties": left.properties,
                "Attributes": {},
            }
            operation["created"] = [*operation.get("created", []), logical_id]
        await original(stack_name, stack_id, stack, operation, *rest, **named)

    stacks._roll_back_operation = roll_back


def _send_rolled_back_replacements_back(stacks: Private) -> None:
    """When an update that replaced a custom resource is rolled back, the resource first gets an Update from the new to the old
    properties, with the id of the new one, and only then the Delete of the new one (measured in aws-cdk pull request 29581).

    Sent just before the stack reports UPDATE_ROLLBACK_IN_PROGRESS, where AWS sends it just after.
    """
    original = stacks._roll_back_operation

    async def roll_back(
        stack_name: str, stack_id: str, stack: dict[str, Any], operation: dict[str, Any], *rest: Any, **named: Any
    ) -> None:
        before = (operation.get("previous_stack") or {}).get("_resources", {})
        for logical_id in operation.get("created", []):
            new, old = stack.get("_resources", {}).get(logical_id), before.get(logical_id)
            if not new or not old or not new["ResourceType"].startswith(CUSTOM):
                continue
            if new["PhysicalResourceId"] == old["PhysicalResourceId"]:
                continue
            try:
                await stacks._revert_update(
                    stack_id, stack_name, logical_id, new["ResourceType"], new["PhysicalResourceId"],
                    new["Properties"], old["Properties"], new["Attributes"],
                )  # fmt: skip
            except Exception as error:
                logger.error("%s could not go back to its old properties: %s", logical_id, error)
                stack["StackStatus"] = "UPDATE_ROLLBACK_FAILED"
                stack["StackStatusReason"] = f"The following resource(s) failed to update: [{logical_id}]."
                stacks._add_event(
                    stack_id, stack_name, stack_name, "AWS::CloudFormation::Stack", "UPDATE_ROLLBACK_FAILED",
                    stack["StackStatusReason"], stack_id,
                )  # fmt: skip
                return
        await original(stack_name, stack_id, stack, operation, *rest, **named)

    stacks._roll_back_operation = roll_back


def _show_the_cleanup_phase(stacks: Private) -> None:
    """A successful update deletes what it replaced under UPDATE_COMPLETE_CLEANUP_IN_PROGRESS, with events (user guide,
    "Update behaviors of stack resources"); ministack deletes without a word and still says UPDATE_IN_PROGRESS."""
    from ministack.services.cloudformation import _stacks

    original = stacks._delete_resource

    def delete(resource_type: str, physical_id: str, props: dict[str, Any], stack_name: str, logical_id: str, *rest: Any) -> None:
        stack = _stacks.get(stack_name) or {}
        cleanup = stack.get("StackStatus") in ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        if not cleanup:
            return original(resource_type, physical_id, props, stack_name, logical_id, *rest)
        stack_id = stack["StackId"]
        if stack["StackStatus"] == "UPDATE_IN_PROGRESS":
            stack["StackStatus"] = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
            stacks._add_event(
                stack_id, stack_name, stack_name, "AWS::CloudFormation::Stack", stack["StackStatus"], physical_id=stack_id
            )
        of = (stack_id, stack_name, logical_id, resource_type)
        stacks._add_event(*of, "DELETE_IN_PROGRESS", physical_id=physical_id)
        original(resource_type, physical_id, props, stack_name, logical_id, *rest)
        stacks._add_event(*of, "DELETE_COMPLETE", physical_id=physical_id)
        return None

    stacks._delete_resource = delete


def _say_nothing_of_what_did_not_change(stacks: Private) -> None:
    """An update has no events for resources that it leaves alone, and CREATE_… ones for those it adds (as the events of any
    update on AWS show); ministack reports UPDATE_… for both. The first event is held back until it is known which it is."""
    held: dict[tuple[str, str], tuple[Any, ...]] = {}
    added: set[tuple[str, str]] = set()
    add_event, update, provision = stacks._add_event, stacks._update_resource, stacks._provision_resource

    def stack_id(stack_name: str) -> str:
        from ministack.services.cloudformation import _stacks

        return str((_stacks.get(stack_name) or {}).get("StackId", ""))

    def release(key: tuple[str, str], status: str) -> None:
        if key in held:
            of = held.pop(key)
            add_event(*of[:4], status, *of[5:])

    def watched_event(*of: Any, **named: Any) -> None:
        stack, logical_id, status = of[0], of[2], of[4]
        key = (stack, logical_id)
        if status == "UPDATE_IN_PROGRESS" and len(of) == 5 and not named:
            held[key] = of
            return
        if key in held:
            if status == "UPDATE_COMPLETE":
                del held[key]
                return
            release(key, "UPDATE_IN_PROGRESS")
        if key in added and status in ("UPDATE_COMPLETE", "UPDATE_FAILED"):
            added.discard(key)
            of = (*of[:4], status.replace("UPDATE", "CREATE"), *of[5:])
        add_event(*of, **named)

    def watched_update(kind: str, physical_id: str, old: Any, new: Any, stack_name: str, logical_id: str, *rest: Any) -> Any:
        if old != new:
            release((stack_id(stack_name), logical_id), "UPDATE_IN_PROGRESS")
        return update(kind, physical_id, old, new, stack_name, logical_id, *rest)

    def watched_provision(kind: str, logical_id: str, props: Any, stack_name: str) -> Any:
        key = (stack_id(stack_name), logical_id)
        if key in held:
            added.add(key)
            release(key, "CREATE_IN_PROGRESS")
        return provision(kind, logical_id, props, stack_name)

    stacks._add_event, stacks._update_resource, stacks._provision_resource = watched_event, watched_update, watched_provision
