"""The typed properties say what the schema says."""

from __future__ import annotations

import json
import tomllib
import unittest

from bindings import model, terraform, typescript
from bindings.model import ListOf, Object, Property, Scalar, Words


def schema(properties: dict[str, object], definitions: dict[str, object] | None = None, required: list[str] | None = None) -> model.Node:
    """A schema of one resource type with these properties."""
    case = {
        "if": {"properties": {"Type": {"const": "Custom::MonitoredEndpoint"}}},
        "then": {"properties": {"Properties": {"properties": properties, "required": required or []}}},
    }
    return {"properties": {"Resources": {"additionalProperties": {"allOf": [case]}}}, "definitions": definitions or {}}


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/definitions/{name}"}


def structure(properties: dict[str, object]) -> dict[str, object]:
    return {"anyOf": [{"type": "object", "properties": properties}, reference("intrinsic")]}


LIMITS = """# a comment
member,required,min,max,words,pattern
Scaling.Status,,,,ENABLED DISABLED,
Scaling.Version,,,,v-1 v-2,
Scaling.Name,required,0,63,,[a-z]{1,3}
"""
SCALING = structure({"Status": reference("string"), "Version": reference("string"), "Name": reference("string")})


class Reading(unittest.TestCase):
    def one(self, node: dict[str, object]) -> Property:
        ((property,),) = (resource.properties for resource in model.model_of(schema({"Some": node}), {}).resources)
        return property

    def test_each_kind_of_property_has_its_type(self) -> None:
        intrinsic = reference("intrinsic")
        for node, type_ in (
            (reference("boolean"), Scalar("boolean")),
            ({"allOf": [reference("string")]}, Scalar("string")),
            ({"anyOf": [{"enum": ["a", "b"]}, intrinsic]}, Words(("a", "b"))),
            ({"anyOf": [{"type": "array", "items": reference("string")}, intrinsic]}, ListOf(Scalar("string"))),
            ({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}, intrinsic]}, Scalar("integer")),
            ({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}, intrinsic]}, Scalar("price")),
        ):
            self.assertEqual(self.one(node).type, type_)

    def test_what_it_does_not_know_is_no_type_by_chance(self) -> None:
        with self.assertRaises(model.UnknownSchema):
            self.one({"oneOf": []})

    def test_limits_make_words_of_modes_and_say_the_rest(self) -> None:
        read = model.model_of(schema({"Scaling": reference("Scaling")}, {"Scaling": SCALING}), model.limits_of(LIMITS))
        status, version, name = read.structures["Scaling"].properties
        self.assertEqual(status.type, Words(("ENABLED", "DISABLED")))
        self.assertEqual((version.type, version.limits), (Scalar("string"), ("one of `v-1`, `v-2`",)))
        self.assertEqual((name.required, name.limits), (True, ("at most 63 characters",)))

    def test_every_structure_of_the_repository_is_read(self) -> None:
        read = model.read()
        self.assertIn("MonitoredEndpoint", {resource.name for resource in read.resources})
        # Both are called Alarm: the API's, which rolls a deployment back, and the provider's.
        self.assertEqual([property.name for property in read.structures["Alarm"].properties], ["AlarmName"])
        self.assertEqual(read.structures["AutoRollbackConfig"].properties[0].type, ListOf(Object("Alarm")))


class Naming(unittest.TestCase):
    def test_names_are_what_jsii_and_terraform_take(self) -> None:
        for name, camel, snake in (
            ("OKActions", "okActions", "ok_actions"),
            ("MemorySizeInMB", "memorySizeInMb", "memory_size_in_mb"),
            ("S3OutputPath", "s3OutputPath", "s3_output_path"),
            ("EnableSSMAccess", "enableSsmAccess", "enable_ssm_access"),
            ("MlReservationArn", "mlReservationArn", "ml_reservation_arn"),
        ):
            self.assertEqual((typescript.camel(name), terraform.snake(name)), (camel, snake))

    def test_no_two_members_of_a_structure_get_one_name(self) -> None:
        read = model.read()
        for owner in (*read.resources, *read.structures.values()):
            names = [typescript.camel(property.name) for property in owner.properties]
            self.assertEqual(len(names), len(set(names)), owner.name)

    def test_words_become_constants(self) -> None:
        expected = {"PromQL": "PROM_QL", "notBreaching": "NOT_BREACHING", "capacity-only": "CAPACITY_ONLY", "RANDOM": "RANDOM"}
        self.assertEqual({word: typescript.constant(word) for word in expected}, expected)

    def test_a_single_word_is_named_after_its_structure(self) -> None:
        read = model.model_of(schema({"Scaling": reference("Scaling")}, {"Scaling": SCALING}), model.limits_of(LIMITS))
        self.assertEqual(typescript.Names(read).enums, {"ScalingStatus": ("ENABLED", "DISABLED")})


class Version(unittest.TestCase):
    def test_the_package_has_the_version_of_the_provider(self) -> None:
        with (model.ROOT / "Cargo.toml").open("rb") as file:
            version = tomllib.load(file)["workspace"]["package"]["version"]
        for name in ("package.json", "package-lock.json"):
            self.assertEqual(json.loads((model.ROOT / "constructs" / name).read_text())["version"], version)
        example = json.loads((model.ROOT / "examples" / "cdk-typescript" / "package.json").read_text())
        self.assertTrue(example["dependencies"]["monitored-endpoint-cdk"].endswith(f"-{version}.tgz"))


class Writing(unittest.TestCase):
    def test_a_type_without_a_construct_of_its_own_gets_a_plain_one(self) -> None:
        read = model.model_of(schema({"Name": reference("string")}, required=["Name"]), {})
        written = typescript.files(read, model.ROOT / "no-such-folder")
        self.assertIn("export class MonitoredEndpoint extends MonitoredResource", written["resources.ts"])
        self.assertIn("readonly name: string;", written["declarations.ts"])
        self.assertIn("'./resources'", written["index.ts"])

    def test_terraform_leaves_out_what_is_not_given(self) -> None:
        read = model.model_of(schema({"Scaling": reference("Scaling")}, {"Scaling": SCALING}), model.limits_of(LIMITS))
        written = terraform.files(read)
        self.assertIn("status  = optional(string)\n    version = optional(string)\n    name    = string\n", written["variables.tf"])
        self.assertIn("Scaling = var.scaling == null ? null : {", written["properties.tf"])
        self.assertIn("} : name => value if value != null", written["properties.tf"])

    def test_a_dollar_sign_is_no_expression(self) -> None:
        self.assertEqual(terraform._quoted('a "$${b}"'), '"a \\"$$${b}\\""')


if __name__ == "__main__":
    unittest.main()
