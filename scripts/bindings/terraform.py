"""The typed variables of the Terraform modules, and the expressions that turn them into a resource's properties.

A variable and its members are called as Terraform's style has it, `production_variants` and `variant_name`. Terraform has no functions
of one's own that call themselves, so the way back to the API's names is written out for each module.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from .model import API, ListOf, MapOf, Model, Object, Property, Resource, Scalar, Structure, Type, Words
from .typescript import kinds_of_alarm, sentence, split

HEADER = "# Written by `make bindings` from docs/properties.schema.json and data/limits.csv. Don't edit it here.\n"
# Folder of the module that makes a stack with a resource of this type. docs/cdk-and-terraform.md says why a config alone has none.
MODULES = {"MonitoredEndpoint": PurePath("."), "EndpointMonitoring": PurePath("modules/endpoint-monitoring")}
# What main.tf and template.tf of each module handle.
BY_HAND = {"ServiceToken", "ServiceTimeout", "Tags", "EndpointName"}


def files(model: Model) -> dict[str, str]:
    """The generated files by path, for the folder of modules."""
    written = {}
    for resource in model.resources:
        if folder := MODULES.get(resource.name):
            properties = [property for property in resource.properties if property.name not in BY_HAND]
            written[str(folder / "variables.tf")] = variables(model, properties)
            written[str(folder / "properties.tf")] = assembled(model, resource, properties)
    return written


def snake(name: str) -> str:
    return "_".join(split(name)).lower()


@dataclass(frozen=True)
class Item:
    """`key = value`, with the value's lines."""

    key: str
    value: list[str]


def aligned(items: Iterable[Item], indent: int) -> list[str]:
    """Items as `terraform fmt` aligns them: the equals signs of neighbours that take one line each."""
    lines: list[str] = []
    group: list[Item] = []

    def close() -> None:
        width = max((len(item.key) for item in group), default=0)
        lines.extend(f"{' ' * indent}{item.key:<{width}} = {item.value[0]}" for item in group)
        group.clear()

    for item in items:
        if len(item.value) == 1:
            group.append(item)
            continue
        close()
        first, *others = item.value
        lines.append(f"{' ' * indent}{item.key} = {first}")
        lines.extend(" " * indent + line for line in others)
    close()
    return lines


def hcl_type(model: Model, type_: Type) -> list[str]:
    match type_:
        # A string, so that it may be a number or `Auto`. Terraform turns a number into one, and the provider takes it as it is.
        case Scalar("string" | "price") | Words():
            return ["string"]
        case Scalar("integer" | "number"):
            return ["number"]
        case Scalar("boolean"):
            return ["bool"]
        case ListOf(item):
            return _wrapped("list(", hcl_type(model, item), ")")
        case MapOf(value):
            return _wrapped("map(", hcl_type(model, value), ")")
        case Object(name):
            return _object(model, model.structures[name])
    raise ValueError(f"no Terraform type for {type_}")


def _object(model: Model, structure: Structure) -> list[str]:
    items = []
    for property in structure.properties:
        type_ = hcl_type(model, property.type)
        items.append(Item(snake(property.name), type_ if property.required else _wrapped("optional(", type_, ")")))
    return ["object({", *aligned(items, 2), "})"]


def _wrapped(before: str, lines: list[str], after: str) -> list[str]:
    lines = [before + lines[0], *lines[1:]]
    return [*lines[:-1], lines[-1] + after]


def variables(model: Model, properties: list[Property]) -> str:
    return HEADER + "".join("\n" + variable(model, property) for property in properties)


def variable(model: Model, property: Property) -> str:
    name = snake(property.name)
    items = [Item("description", [_quoted(_description(model, property))]), Item("type", hcl_type(model, property.type))]
    if not property.required:
        items.append(Item("default", ["null"]))
    lines = aligned(items, 2)
    if isinstance(property.type, Words):
        words = ", ".join(f'"{word}"' for word in property.type.words)
        lines += [
            "",
            "  validation {",
            f"    condition     = var.{name} == null || contains([{words}], coalesce(var.{name}, \"none\"))",
            f'    error_message = "{name} has to be one of {", ".join(property.type.words)}."',
            "  }",
        ]
    if property.required:
        lines.append("  nullable = false")
    return f'variable "{name}" {{\n' + "\n".join(lines) + "\n}\n"


def _description(model: Model, property: Property) -> str:
    text = sentence(property.meaning) if property.meaning else f"{property.name} of CreateEndpointConfig."
    if not property.meaning and not property.required and property.name in _of_deployments(model):
        text = f"{property.name} of UpdateEndpoint."
    inner = property.type.item if isinstance(property.type, ListOf) else property.type
    if isinstance(inner, Object) and not model.structures[inner.name].own:
        text += f" {API}{inner.name}.html"
    for limit in property.limits:
        text += " " + sentence(limit)
    return text


def _of_deployments(model: Model) -> set[str]:
    """Members of UpdateEndpoint: what the type that makes an endpoint takes beside the one that makes a config."""
    names = {one.name: {property.name for property in one.properties} for one in model.resources}
    return names.get("MonitoredEndpoint", set()) - names.get("MonitoredEndpointConfig", set())


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${") + '"'


def assembled(model: Model, resource: Resource, properties: list[Property]) -> str:
    """`local.properties`: what is declared, under the provider's names, without what is left out. CloudFormation takes no null."""
    lines = ["locals {", f"  # What {resource.type_name} takes. CloudFormation refuses null, so what isn't given is left out."]
    lines += aligned([Item("properties", _without_null(model, properties, "var", 1))], 2)
    if kinds := [kind for kind in kinds_of_alarm(model) if kind in properties]:
        declared = [Item(kind.name, [f"var.{snake(kind.name)}"]) for kind in kinds]
        lines += [
            "",
            "  # Kinds of alarm that are declared and not switched off.",
            "  declared_alarms = toset([",
            "    for kind, alarm in {",
            *aligned(declared, 6),
            "    } : kind if alarm != null && try(alarm.enabled, true) != false",
            "  ])",
        ]
    return HEADER + "\n" + "\n".join(lines) + "\n}\n"


def _without_null(model: Model, properties: list[Property], source: str, depth: int) -> list[str]:
    items = [Item(property.name, _value(model, property.type, f"{source}.{snake(property.name)}", depth)) for property in properties]
    return ["{", "  for name, value in {", *aligned(items, 4), "  } : name => value if value != null", "}"]


def _value(model: Model, type_: Type, source: str, depth: int) -> list[str]:
    match type_:
        case Object(name):
            return _wrapped(f"{source} == null ? null : ", _without_null(model, model.structures[name].properties, source, depth), "")
        case ListOf(Object(name)):
            each = f"each{depth}"
            inner = _without_null(model, model.structures[name].properties, each, depth + 1)
            return [f"{source} == null ? null : [", f"  for {each} in {source} : {inner[0]}", *("  " + line for line in inner[1:]), "]"]
    return [source]
