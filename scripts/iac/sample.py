"""A declaration with every property at every depth, as a caller gives it and as the provider takes it."""

from __future__ import annotations

from typing import Any

from bindings.model import ListOf, MapOf, Model, Object, Property, Scalar, Structure, Type, Words
from bindings.terraform import snake


class Caller:
    """How values are given: as Terraform takes them."""

    def leaf(self, owner: Structure | None, property: Property, type_: Scalar | Words) -> tuple[Any, Any]:
        """A value of a property that is no structure, as it is given and as the provider takes it; `owner` is what it stands in."""
        match type_:
            case Scalar("boolean"):
                return True, True
            case Scalar("integer" | "number"):
                return 7, 7
            case Scalar("price"):
                # Dollars or `Auto`, so a string for Terraform. The provider takes both.
                return 7.5, "7.5"
            case Scalar("string"):
                return "text", "text"
            case Words(words):
                return words[0], words[0]
        raise ValueError(f"no sample of {owner}, {property}")

    def structure(self, _structure: Structure, members: dict[str, Any]) -> Any:
        """A structure of these members."""
        return members


def of_properties(
    model: Model, properties: list[Property], caller: Caller, owner: Structure | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same values under names in snake case and under the provider's."""

    def value(property: Property, type_: Type) -> tuple[Any, Any]:
        match type_:
            case ListOf(item):
                given, declared = value(property, item)
                return [given, given], [declared, declared]
            case MapOf(item):
                given, declared = value(property, item)
                return {"key": given}, {"key": declared}
            case Object(name):
                structure = model.structures[name]
                given, declared = of_properties(model, structure.properties, caller, structure)
                return caller.structure(structure, given), declared
        return caller.leaf(owner, property, type_)

    all_given, all_declared = {}, {}
    for property in properties:
        all_given[snake(property.name)], all_declared[property.name] = value(property, property.type)
    return all_given, all_declared
