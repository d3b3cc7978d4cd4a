"""What a declaration may contain, as types: read from docs/properties.schema.json and data/limits.csv.

The schema holds the provider's own properties with their meaning, and every member of the API's shapes (tests hold it to the
provider). The table of limits holds what AWS's service model says of these members: which are required, their words and ranges.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMA = ROOT / "docs" / "properties.schema.json"
LIMITS = ROOT / "data" / "limits.csv"
ACCELERATORS = ROOT / "data" / "accelerators.csv"
API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_"

Node = dict[str, Any]


class UnknownSchema(Exception):
    """The schema says something in a way that this module doesn't read."""


@dataclass(frozen=True)
class Scalar:
    """`string`, `integer`, `number`, `boolean`, or `price`: dollars or the word Auto."""

    name: str


@dataclass(frozen=True)
class Words:
    """One of a closed set of strings."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class ListOf:
    item: Type


@dataclass(frozen=True)
class MapOf:
    value: Type


@dataclass(frozen=True)
class Object:
    """A structure, by the name of its definition."""

    name: str


Type = Scalar | Words | ListOf | MapOf | Object


@dataclass(frozen=True)
class Property:
    name: str
    type: Type
    required: bool = False
    meaning: str = ""
    default: Any = None
    # In words: a range, a length, the words of an open set.
    limits: tuple[str, ...] = ()


@dataclass
class Structure:
    name: str
    # Whether the provider's table of properties defines it, and not the API.
    own: bool
    properties: list[Property] = field(default_factory=list)


@dataclass
class Resource:
    """`Custom::…`, as what its `Properties` may be."""

    type_name: str
    properties: list[Property]

    @property
    def name(self) -> str:
        return self.type_name.removeprefix("Custom::")


@dataclass
class Model:
    resources: list[Resource]
    structures: dict[str, Structure]

    def used_by(self, properties: list[Property]) -> list[Structure]:
        """The structures that these properties reach, in alphabetical order."""
        found: dict[str, Structure] = {}
        waiting = [property.type for property in properties]
        while waiting:
            match waiting.pop():
                case ListOf(inner) | MapOf(inner):
                    waiting.append(inner)
                case Object(name) if name not in found:
                    found[name] = self.structures[name]
                    waiting.extend(property.type for property in found[name].properties)
        return sorted(found.values(), key=lambda structure: structure.name)


def read() -> Model:
    """The model of what stands in the repository. Raises UnknownSchema."""
    return model_of(json.loads(SCHEMA.read_text()), limits_of(LIMITS.read_text()))


def limits_of(text: str) -> dict[str, dict[str, str]]:
    """Rows of limits.csv by member. The pattern is the rest of the line, so that commas in it divide nothing."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    names = next(csv.reader(lines[:1]))
    return {row[0]: dict(zip(names, row, strict=True)) for line in lines[1:] if (row := line.split(",", len(names) - 1))}


def model_of(schema: Node, limits: dict[str, dict[str, str]]) -> Model:
    return _Reader(schema, limits).read()


def accelerators(text: str) -> dict[str, int]:
    """GPUs of one instance, by instance type: what data/accelerators.csv has of the kind `gpu`."""
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["instance_type"]: int(row["count"]) for row in rows if row["kind"] == "gpu"}


class _Reader:
    def __init__(self, schema: Node, limits: dict[str, dict[str, str]]) -> None:
        self.schema, self.limits = schema, limits
        self.structures: dict[str, Structure] = {}

    def read(self) -> Model:
        resources = []
        for case in self.schema["properties"]["Resources"]["additionalProperties"]["allOf"]:
            type_name = case["if"]["properties"]["Type"]["const"]
            properties = self.properties(case["then"]["properties"]["Properties"], "")
            resources.append(Resource(type_name, properties))
        return Model(sorted(resources, key=lambda resource: resource.type_name), self.structures)

    def properties(self, node: Node, path: str) -> list[Property]:
        required = set(node.get("required", []))
        return [self.property(name, inner, name in required, path) for name, inner in node["properties"].items()]

    def property(self, name: str, node: Node, required: bool, parent: str) -> Property:
        path = f"{parent}.{name}".lstrip(".")
        limit = self.limits.get(path, {}) if "description" not in node else {}
        type_ = self.type(node, path)
        return Property(
            name,
            type_,
            # At the top, what is required is the provider's to say: it fills in what the API demands.
            required or bool(parent and limit.get("required")),
            node.get("description", ""),
            node.get("default"),
            tuple(_in_words(node, type_, limit)),
        )

    def type(self, node: Node, path: str) -> Type:
        match node:
            case {"$ref": str(reference)}:
                return self.named(reference.removeprefix("#/definitions/"), path)
            case {"allOf": [{"$ref": str(reference)}]}:
                return self.named(reference.removeprefix("#/definitions/"), path)
            case {"type": "object", "additionalProperties": dict(value)}:
                return MapOf(self.type(value, f"{path}.*"))
            case {"anyOf": [{"enum": words}, *_]}:
                return Words(tuple(words))
            case {"anyOf": [{"type": "array", "items": item}, *_]}:
                return ListOf(self.type(item, f"{path}[]"))
            case {"anyOf": [{"type": "integer" | "number" as name} as number, *_]}:
                return Scalar("price" if "exclusiveMinimum" in number else name)
        raise UnknownSchema(f"{path}: {json.dumps(node)[:200]}")

    def named(self, name: str, path: str) -> Type:
        if name in ("integer", "number", "boolean"):
            return Scalar(name)
        if name == "string":
            words = self.limits.get(path, {}).get("words", "").split()
            return Words(tuple(words)) if words and closed(words) else Scalar("string")
        if name not in self.structures:
            node = self.schema["definitions"][name]["anyOf"][0]
            own = any("description" in inner for inner in node["properties"].values())
            structure = self.structures[name] = Structure(name, own)
            structure.properties = self.properties(node, path)
        return Object(name)


def closed(words: list[str]) -> bool:
    """Whether the set is one of modes. Words with version numbers come with each launch, and languages are no modes: both stay strings,
    as the provider takes words that its SDK doesn't know yet."""
    return len(words) <= 10 and all(word.replace("_", "").replace("-", "").isalpha() for word in words)


def _in_words(node: Node, type_: Type, limit: dict[str, str]) -> Iterator[str]:
    choices = node.get("anyOf", [])
    number = next((one for one in choices if one.get("type") in ("integer", "number")), {})
    most_items = next((one["maxItems"] for one in choices if "maxItems" in one), None)
    least, most = limit.get("min") or number.get("minimum"), limit.get("max") or number.get("maximum") or most_items
    # Nothing counts less than nothing.
    is_text, is_list = type_ == Scalar("string"), isinstance(type_, ListOf)
    least = None if (is_text or is_list) and least is not None and float(least) == 0 else least
    unit = " characters" if is_text else " items" if is_list else ""
    if least is not None and most is not None:
        yield f"{_plain(least)} to {_plain(most)}{unit}"
    elif least is not None:
        yield f"{_plain(least)} or more{unit}"
    elif most is not None:
        yield f"at most {_plain(most)}{unit}"
    words = limit.get("words", "").split()
    if words and not closed(words):
        yield "one of " + ", ".join(f"`{word}`" for word in words)


def _plain(number: Any) -> str:
    return str(int(float(number))) if float(number).is_integer() else str(float(number))
