"""The checks find what is wrong, and nothing else. Run by `make docs`."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from jsonschema import Draft7Validator
from samtranslator.yaml_helper import yaml_parse

from doccheck import architecture, links, page, permissions, quotations, schema
from doccheck.commands import Commands, commands
from doccheck.page import Page, Text

SOURCE = r"""
//! A "comment" is no string.
#[error("there is no model named {name:?}; \
         create it first")]
const QUOTE: char = '"';
fn f() { note("the service did not answer in time"); }
#[cfg(test)]
mod tests { const TEST: &str = "only a test says this"; }
"""


class DocCheck(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        (self.root / "docs").mkdir()
        for path in quotations.ANSWERED:
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).touch()
        (self.root / "src" / "reconcile" / "error.rs").write_text(SOURCE)
        (self.root / "Makefile").write_text("one two: three\nNAME := value\n$(eval $(call environment,zig,x,))\n")

    def page(self, text: str, name: str = "docs/troubleshooting.md") -> Page:
        path = self.root / name
        path.write_text(text)
        return page.read(path, self.root)

    def of_links(self, *pages: Page) -> list[str]:
        index = self.page("".join(f"[{one.name}]({one.name})\n" for one in pages), "README.md")
        return [str(fault) for fault in links.faults({one.path: one for one in [index, *pages]})]

    def of_commands(self, text: str) -> list[str]:
        checker = Commands(self.root, Path("/nonexistent/sam"), Path("/nonexistent"))
        return [fault.message for fault in checker.faults(self.page(f"```sh\n{text}\n```\n"))]

    def of_quotations(self, text: str) -> list[str]:
        return [fault.message for fault in quotations.faults(self.root, [self.page(text)])]

    def test_a_link_leads_to_a_file_and_to_a_heading_as_github_names_it(self) -> None:
        here = self.page(
            "# A `b`: c's (d)\n\n# Same\n\n# Same\n[1](#a-b-cs-d) [2](#same-1) [3](../Makefile) [4](https://example.com)\n"
        )
        self.assertEqual(self.of_links(here), [])

    def test_a_link_to_nothing_is_found_with_its_line(self) -> None:
        here = self.page("# A\n\n[1](gone.md)\n\n[2](#b)\n\n![3](gone.png)\n\n[4](http://example.com)\n")
        found = self.of_links(here)
        self.assertEqual([fault.split(": ")[0].split(":")[1] for fault in found], ["3", "5", "7", "9"])

    def test_a_page_that_nothing_links_to_is_found(self) -> None:
        here = self.page("# A\n[itself](troubleshooting.md)\n")
        self.assertEqual(
            [str(fault) for fault in links.faults({here.path: here})],
            ["docs/troubleshooting.md:1: no page links to this one"],
        )

    def test_quoted_texts_are_in_the_source(self) -> None:
        good = "> there is no model named …; create it first\n\n`the service did not answer in time`, `some_code`, `aws s3 ls`\n"
        self.assertEqual(self.of_quotations(good), [])

    def test_a_text_that_the_source_no_longer_has_is_found(self) -> None:
        text = "> there is no model named …; create it first\n\n> only a test says this\n\n`the service did not listen in time`\n"
        self.assertEqual(len(self.of_quotations(text)), 2)

    def test_an_error_that_is_not_explained_is_found(self) -> None:
        self.assertEqual(
            self.of_quotations("# Empty\n"),
            ["src/reconcile/error.rs can answer 'there is no model named …; create it first', which isn't explained"],
        )

    def test_targets_exist_also_those_of_tools(self) -> None:
        self.assertEqual(self.of_commands("A=1 make one two .tools/zig/installed X=y -j && make one # three"), [])
        self.assertEqual(len(self.of_commands("make three\nmake NAME\nmake .tools/zag/installed")), 3)

    def test_aws_commands_have_their_options(self) -> None:
        self.assertEqual(self.of_commands("aws sagemaker describe-endpoint \\\n  --endpoint-name x --query y"), [])
        wrong = "aws sagemaker describe-endpoint --name x\naws sagemaker describe-endpoints\naws sagemoker x"
        self.assertEqual(len(self.of_commands(wrong)), 3)

    def test_files_of_the_checkout_exist(self) -> None:
        self.assertEqual(self.of_commands("git add src/aws/lambda.rs target/x other/x"), [])
        self.assertEqual(self.of_commands("git add src/gone.rs"), ["git add src/gone.rs: there is no src/gone.rs"])

    def test_tests_and_their_files_exist(self) -> None:
        (self.root / "Cargo.toml").write_text('[[test]]\nname = "whole"\npath = "tests/main.rs"\n')
        (self.root / "tests").mkdir()
        (self.root / "tests" / "life.rs").write_text("")
        self.assertEqual(self.of_commands("cargo test --test whole life::\ncargo test --test whole"), [])
        self.assertEqual(len(self.of_commands("cargo test --test whole death::\ncargo test --test half")), 2)

    def test_a_program_that_nobody_knows_is_found(self) -> None:
        self.assertEqual(len(self.of_commands("mkae one")), 1)

    def test_a_command_knows_its_line_across_continuations(self) -> None:
        block = Text(10, "one \\\n  two\nthree; four\n", "sh")
        self.assertEqual(
            [(at.line, words) for at, words in commands(block)], [(12, ["one", "two"]), (13, ["three"]), (13, ["four"])]
        )

    def test_templates_hold_against_the_schema_whole_and_in_part(self) -> None:
        wanted = {"type": "object", "properties": {"Name": {"type": "string"}}, "additionalProperties": False}
        resource = {"properties": {"Properties": {"anyOf": [wanted, {"type": "array"}]}}}
        validator = Draft7Validator({"properties": {"Resources": {"additionalProperties": resource}}})
        good = schema.as_template(yaml_parse("A: { Type: T, Properties: { Name: !Ref B } }"))
        self.assertEqual(list(schema.problems(validator, schema.as_template({"Name": "no resource"}))), [])
        self.assertEqual(len(list(schema.problems(validator, good))), 1)
        wrong = {"Resources": {"A": {"Properties": {"Nmae": "x"}}}}
        self.assertEqual(
            list(schema.problems(validator, wrong)),
            ["Resources.A.Properties: Additional properties are not allowed ('Nmae' was unexpected)"],
        )

    def of_architecture(self, text: str) -> list[str]:
        return [fault.message for fault in architecture.faults(self.root, [self.page(text, architecture.PAGE)])]

    def test_the_code_map_says_what_modules_say_of_themselves(self) -> None:
        (self.root / "src" / "plan").mkdir()
        plan = "//! Plans [`Requests`], in\n//! order. More of it.\n//!\n//! Much more.\nmod x;\n"
        (self.root / "src" / "plan" / "mod.rs").write_text(plan)
        (self.root / "src" / "time.rs").write_text("//! How late it is\n//!\n//! More.\n")
        true = "| `plan/` | Plans `Requests`, in order. |\n| `time.rs` | How late it is |\n"
        self.assertEqual(self.of_architecture(true), [])
        self.assertEqual(
            self.of_architecture("| `plan/` | Plans. |\n"),
            ["plan/ says of itself: Plans Requests, in order.", "the code map lacks src/time.rs: How late it is"],
        )

    def test_files_and_tests_that_the_architecture_names_exist(self) -> None:
        (self.root / "tests").mkdir()
        (self.root / "tests" / "life.rs").write_text("fn it_ends() {}\n")
        true = "`life.rs::it_ends`, `tests/life.rs`, `a::Type`, `Kind`, `reconcile/error.rs`\n"
        self.assertEqual(self.of_architecture(true), [])
        self.assertEqual(
            self.of_architecture("`life.rs::it_goes_on`, `death.rs`, `src/death/`\n"),
            ["life.rs has no test it_goes_on", "there is no death.rs", "there is no src/death/"],
        )

    def test_an_architecture_that_is_too_long_is_found(self) -> None:
        self.assertEqual(len(self.of_architecture("word " * 3000)), 1)

    def test_permissions_are_told_from_both_sides(self) -> None:
        template = {"Resources": {"Role": {"Statement": [{"Action": ["a:Read", "a:Write"]}, {"Action": "b:Do"}]}}}
        told = self.page("`a:Read` and `c:Undo`, `b:Do`\n", permissions.PAGES["template.yaml"])
        messages = [fault.message for fault in permissions.faults({"template.yaml": template}, [told])]
        self.assertEqual(messages, ["template.yaml grants a:Write, and no reason is given", "template.yaml doesn't grant c:Undo"])
        missing = [fault.message for fault in permissions.faults({"hook.yaml": template}, [told])]
        self.assertEqual(missing, ["there is no page with the permissions of hook.yaml"])


if __name__ == "__main__":
    unittest.main()
