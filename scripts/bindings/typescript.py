"""The typed properties of the CDK constructs: constructs/src/generated/.

jsii compiles them for TypeScript and Python, so they keep to what it knows: structures of read-only members, enums, no unions of words.
A resource type for which constructs/src/ has no file of its own gets a plain construct, so that none is missing.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from .model import API, ListOf, MapOf, Model, Object, Property, Resource, Scalar, Structure, Type, Words

HEADER = "// Written by `make bindings` from docs/properties.schema.json and data/*.csv. Don't edit it here.\n"
WIDTH = 130
# What the CDK has already, with the same words.
OF_CDK = {
    "ComparisonOperator": "cloudwatch.ComparisonOperator",
    "TreatMissingData": "cloudwatch.TreatMissingData",
    "PeriodOverride": "cloudwatch.PeriodOverride",
}
# Properties that every construct takes in the CDK's own form: src/monitored-resource.ts and src/endpoint-resource.ts have them.
BY_HAND = {"ServiceToken", "ServiceTimeout", "Tags", "ExecutionRoleArn"}
OPTIONS_OF_ALARMS = "MonitoringAlarm"
WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+[0-9]*|[0-9]+")


def files(model: Model, sources: Path) -> dict[str, str]:
    """The generated files by name, for the folder of sources that they are to stand in."""
    named = Names(model)
    plain = [one for one in model.resources if not (sources / f"{kebab(one.name)}.ts").exists()]
    contents = {
        "enums.ts": enums(model, named),
        "structures.ts": structures(model, named),
        "declarations.ts": declarations(model, named),
        "shapes.ts": shapes(model, named),
    }
    if plain:
        contents["resources.ts"] = constructs(plain)
    public = [name for name in contents if name != "shapes.ts"]
    contents["index.ts"] = HEADER + "".join(f"export * from './{name.removesuffix('.ts')}';\n" for name in public)
    return contents


def accelerators(gpus: dict[str, int]) -> str:
    lines = "".join(f"  '{name}': {count},\n" for name, count in sorted(gpus.items()))
    return (
        HEADER
        + "\n/** GPUs of one instance, by instance type. */\nexport const GPUS: { [instanceType: string]: number } = {\n"
        + lines
        + "};\n"
    )


def split(name: str) -> list[str]:
    return WORDS.findall(name)


def camel(name: str) -> str:
    """`OKActions` is `okActions`, `MemorySizeInMB` is `memorySizeInMb`: what jsii takes for camelCase."""
    first, *others = split(name)
    return first.lower() + "".join(word.capitalize() for word in others)


def kebab(name: str) -> str:
    return "-".join(split(name)).lower()


def constant(word: str) -> str:
    parts = re.split(r"[-_]", word) if re.search(r"[-_]", word) else split(word)
    return "_".join(parts).upper()


class Names:
    """What structures and enums are called in the library."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.enums: dict[str, tuple[str, ...]] = {}
        for structure in model.structures.values():
            for property in structure.properties:
                self._collect(structure, property)
        for resource in model.resources:
            for property in resource.properties:
                self._collect(None, property)

    def _collect(self, owner: Structure | None, property: Property) -> None:
        inner = property.type.item if isinstance(property.type, ListOf) else property.type
        name = self.enum(owner, property.name)
        if not isinstance(inner, Words) or name in OF_CDK:
            return
        if self.enums.setdefault(name, inner.words) != inner.words:
            raise ValueError(f"two sets of words are called {name}")

    def structure(self, name: str) -> str:
        if name == "Tag":
            return "CfnTag"
        if not self.model.structures[name].own:
            return name
        return name.removeprefix("Monitoring").removesuffix("s") + "Options"

    def enum(self, owner: Structure | None, property: str) -> str:
        """The property's own name, after its structure's where it is a single word, such as `Status`."""
        single = singular(property)
        if owner is None or len(split(single)) > 1:
            return single
        of = self.structure(owner.name).removesuffix("Options").removeprefix("ProductionVariant")
        return of + single


def singular(name: str) -> str:
    return name.removesuffix("s") if not name.endswith(("ss", "Status")) else name


def typescript(type_: Type, owner: Structure | None, property: str, named: Names) -> str:
    match type_:
        case Scalar("string"):
            return "string"
        case Scalar("integer" | "number"):
            return "number"
        case Scalar("boolean"):
            return "boolean | IResolvable"
        case Scalar("price"):
            return "CostPerHour"
        case Words():
            name = named.enum(owner, property)
            return OF_CDK.get(name, name)
        case ListOf(item):
            return f"{typescript(item, owner, property, named)}[]"
        case MapOf(value):
            return f"{{ [name: string]: {typescript(value, owner, property, named)} }}"
        case Object(name):
            return named.structure(name)
    raise ValueError(f"{property}: {type_}")


def is_duration(property: Property) -> bool:
    """The provider's own numbers of seconds. The API's members keep their names, which say `InSeconds`."""
    return property.type == Scalar("integer") and property.meaning.startswith("Seconds of")


def comment(paragraphs: Iterable[str], indent: str) -> str:
    lines: list[str] = []
    for paragraph in paragraphs:
        wrapped = textwrap.wrap(paragraph, WIDTH - len(indent) - 3, break_long_words=False, break_on_hyphens=False)
        lines += ([""] if lines and not paragraph.startswith("@see") else []) + wrapped
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return f"{indent}/**\n" + "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines) + f"{indent} */\n"


def sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?")) else text + "."


def member(property: Property, owner: Structure | None, named: Names) -> str:
    type_ = "Duration" if is_duration(property) else typescript(property.type, owner, property.name, named)
    # The API's members have no words of their own here: their page has them.
    first = sentence(property.meaning) if property.meaning else f"The API's `{property.name}`."
    if property.limits and not is_duration(property):
        first += " " + " ".join(sentence(limit) for limit in property.limits)
    paragraphs = [first]
    if property.default is not None:
        default = property.default if not isinstance(property.default, bool) else str(property.default).lower()
        paragraphs.append(f"@default {default}")
    question = "" if property.required else "?"
    return comment(paragraphs, "  ") + f"  readonly {camel(property.name)}{question}: {type_};\n"


def imports(body: str, of_files: dict[str, Iterable[str]]) -> str:
    """Import lines for the names that the body uses."""
    lines = []
    if used := [name for name in ("CfnTag", "Duration", "IResolvable") if re.search(rf"\b{name}\b", body)]:
        lines.append(f"import {{ {', '.join(used)} }} from 'aws-cdk-lib';\n")
    if "cloudwatch." in body:
        lines.append("import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';\n")
    for file, names in of_files.items():
        if used := sorted({name for name in names if re.search(rf"(?<!`)\b{name}\b(?!`)", body)}):
            line = f"import {{ {', '.join(used)} }} from '{file}';\n"
            broken = "import {\n" + "".join(f"  {name},\n" for name in used) + f"}} from '{file}';\n"
            lines.append(line if len(line) <= WIDTH else broken)
    return "".join(lines) + ("\n" if lines else "")


def kinds_of_alarm(model: Model) -> list[Property]:
    """Kinds of alarm of an endpoint, in any of its types."""
    kinds = {
        property.name: property
        for resource in model.resources
        if any(property.name == "EndpointName" for property in resource.properties)
        for property in resource.properties
        if property.type == Object(OPTIONS_OF_ALARMS)
    }
    return list(kinds.values())


def enums(model: Model, named: Names) -> str:
    parts = []
    for name, words in sorted(named.enums.items()):
        members = "".join(comment([f"`{word}`."], "  ") + f"  {constant(word)} = '{word}',\n" for word in words)
        parts.append(comment([f"The words of `{name}`."], "") + f"export enum {name} {{\n{members}}}\n")
    kinds = "".join(
        comment([sentence(kind.meaning)], "  ") + f"  {constant(kind.name.removesuffix('Alarm'))} = '{kind.name}',\n"
        for kind in kinds_of_alarm(model)
    )
    parts.append(comment(["The kinds of alarm that come with an endpoint."], "") + f"export enum AlarmKind {{\n{kinds}}}\n")
    return HEADER + "\n" + "\n".join(parts)


def structures(model: Model, named: Names) -> str:
    parts = []
    for structure in sorted(model.structures.values(), key=lambda one: named.structure(one.name)):
        name = named.structure(structure.name)
        if name == "CfnTag":
            continue
        about = _about(structure)
        members = "\n".join(member(property, structure, named) for property in structure.properties)
        parts.append(comment(about, "") + f"export interface {name} {{\n{members}}}\n")
    body = "\n".join(parts)
    return HEADER + "\n" + imports(body, {"../cost-per-hour": ["CostPerHour"], "./enums": named.enums}) + body


def _about(structure: Structure) -> list[str]:
    if not structure.own:
        return [f"The API's `{structure.name}`.", f"@see {API}{structure.name}.html"]
    if structure.name == OPTIONS_OF_ALARMS:
        return ["An alarm. Each kind has its own defaults, so that most need nothing."]
    return [f"What stands in `{structure.name}`."]


def declarations(model: Model, named: Names) -> str:
    parts = []
    for resource in model.resources:
        about = [f"Properties of `{resource.type_name}`."]
        own = [property for property in resource.properties if property.name not in BY_HAND]
        members = "\n".join(member(property, None, named) for property in own)
        base = "RoleProps" if any(property.name == "ExecutionRoleArn" for property in resource.properties) else "ProviderProps"
        parts.append(comment(about, "") + f"export interface {resource.name}Props extends {base} {{\n{members}}}\n")
    body = "\n".join(parts)
    of_files = {
        "../cost-per-hour": ["CostPerHour"],
        "../monitored-resource": ["ProviderProps", "RoleProps"],
        "./enums": named.enums,
        "./structures": [named.structure(name) for name in model.structures if name != "Tag"],
    }
    return HEADER + "\n" + imports(body, of_files) + body


def shapes(model: Model, named: Names) -> str:
    """How members are called in the API, and which structure they hold."""
    everything = [(one.name, [p for p in one.properties if p.name not in BY_HAND]) for one in model.resources]
    everything += [(one.name, one.properties) for one in sorted(model.structures.values(), key=lambda one: one.name)]
    body = ""
    for name, properties in everything:
        body += f"  {name}: {{\n"
        for property in properties:
            holds = "".join(f", holds: '{inner}'" for inner in _held(property.type))
            body += f"    {camel(property.name)}: {{ name: '{property.name}'{holds} }},\n"
        body += "  },\n"
    opening = (
        "\n/** Each member's name in the API, by the structure that it stands in, and the structure that it holds. */\n"
        "export const SHAPES: { [structure: string]: { [member: string]: { name: string; holds?: string } } } = {\n"
    )
    return HEADER + opening + body + "};\n"


def _held(type_: Type) -> Iterator[str]:
    match type_:
        case Object(name):
            yield name
        case ListOf(inner) | MapOf(inner):
            yield from _held(inner)


def constructs(resources: list[Resource]) -> str:
    body = ""
    for resource in resources:
        name = resource.name
        body += (
            "\n"
            + comment([f"`{resource.type_name}`."], "")
            + f"export class {name} extends MonitoredResource {{\n"
            + f"  constructor(scope: Construct, id: string, props: {name}Props) {{\n"
            + f"    super(scope, id, {{\n      ...props,\n      resourceType: '{resource.type_name}',\n"
            + f"      properties: rendered('{name}', props),\n    }});\n  }}\n}}\n"
        )
    names = ", ".join(f"{resource.name}Props" for resource in resources)
    return (
        HEADER
        + "\nimport { Construct } from 'constructs';\nimport { MonitoredResource } from '../monitored-resource';\n"
        + f"import {{ rendered }} from '../private/rendered';\nimport {{ {names} }} from './declarations';\n"
        + body
    )
