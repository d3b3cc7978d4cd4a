"""Declares every property at every depth through the constructs' Python package, and fails where the template has another name or value.

Run by check_iac.py, with that package on PYTHONPATH.
"""

from __future__ import annotations

from typing import Any

import monitored_endpoint_cdk as constructs
from aws_cdk import App, Duration, Stack, aws_cloudwatch
from aws_cdk.assertions import Template
from bindings import model, typescript
from bindings.model import Property, Scalar, Structure, Words

from iac import sample


class Typed(sample.Caller):
    """Values of the types that the package has."""

    def __init__(self, names: typescript.Names) -> None:
        self.names = names

    def leaf(self, owner: Structure | None, property: Property, type_: Scalar | Words) -> tuple[Any, Any]:
        if typescript.is_duration(property):
            return Duration.minutes(5), 300
        if type_ == Scalar("price"):
            return constructs.CostPerHour.dollars(7.5), 7.5
        if not isinstance(type_, Words):
            return super().leaf(owner, property, type_)
        name = self.names.enum(owner, property.name)
        enum = getattr(aws_cloudwatch if name in typescript.OF_CDK else constructs, name)
        # Every word has its constant, also in the CDK's own enums.
        constants = [getattr(enum, typescript.constant(word)) for word in type_.words]
        return constants[-1], type_.words[-1]

    def structure(self, structure: Structure, members: dict[str, Any]) -> Any:
        return getattr(constructs, self.names.structure(structure.name))(**members)


def main() -> None:
    read = model.read()
    caller = Typed(typescript.Names(read))
    for resource in read.resources:
        properties = [property for property in resource.properties if property.name not in typescript.BY_HAND]
        given, declared = sample.of_properties(read, properties, caller)
        stack = Stack(App(), "Stack")
        getattr(constructs, resource.name)(stack, "Resource", service_token="arn", **given)
        ((_, written),) = Template.from_stack(stack).find_resources(resource.type_name).items()
        written = {name: value for name, value in written["Properties"].items() if name not in typescript.BY_HAND}
        assert written == declared, f"{resource.name}: {written}\nis not\n{declared}"


main()
