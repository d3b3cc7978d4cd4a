"""A release is whole, its checksums are right, its templates name its packages, and no tag is released unprepared. Run by `make docs`."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import unittest
from pathlib import Path

import fake_release
import release
import release_ready
import sbom

STAGED = {
    *("provider-arm64.zip", "provider-x86_64.zip", "widgets-arm64.zip", "widgets-x86_64.zip"),
    *("template-arm64.yaml", "template-x86_64.yaml", "template-from-bucket.json"),
    *("hook-arm64.zip", "hook-x86_64.zip", "hook-arm64.yaml", "hook-x86_64.yaml", "hook-from-bucket.json"),
}


class Release(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.zips = fake_release.build(self.root)
        self.out = self.root / "out"

    def stage(self) -> None:
        release.stage(self.zips, self.root, self.out)

    def assert_checksums(self, folder: Path) -> None:
        sums = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
        self.assertEqual({path.name for path in folder.iterdir()}, {*sums, "SHA256SUMS"})
        for name, checksum in sums.items():
            self.assertEqual(checksum, hashlib.sha256((folder / name).read_bytes()).hexdigest())

    def test_every_file_has_its_checksum_and_nothing_older_stays(self) -> None:
        self.out.mkdir()
        (self.out / "old.zip").touch()
        self.stage()
        self.assertEqual({path.name for path in self.out.iterdir()}, {*STAGED, "SHA256SUMS"})
        self.assert_checksums(self.out)

    def test_wheels_and_lists_of_components_join_what_is_deployed(self) -> None:
        self.stage()
        wheel = self.root / "monitored_endpoint-1-py3-none-any.whl"
        wheel.write_text("a wheel")
        whole = self.root / "whole"
        release.collect(self.out, [wheel], whole)
        self.assertEqual({path.name for path in whole.iterdir()}, {*STAGED, wheel.name, "SHA256SUMS"})
        self.assert_checksums(whole)

    def test_each_template_names_the_packages_of_its_instruction_set(self) -> None:
        self.stage()
        for architecture in release.ARCHITECTURES:
            for name, functions in (("template", ("provider", "widgets")), ("hook", ("hook",))):
                template = (self.out / f"{name}-{architecture}.yaml").read_text()
                codes = re.findall(r"^ +CodeUri: (.+)$", template, re.MULTILINE)
                # Two functions have the program `widgets`.
                self.assertEqual(list(dict.fromkeys(codes)), [f"{function}-{architecture}.zip" for function in functions])
                self.assertIn(f"    Default: {architecture}\n    AllowedValues: [{architecture}]\n", template)
                self.assertNotIn("cargolambda", template)

    def test_a_missing_file_makes_no_release(self) -> None:
        (self.root / "plain-hook.json").unlink()
        with self.assertRaises(release.NotARelease):
            self.stage()
        self.assertFalse(self.out.exists())

    def test_a_package_for_another_instruction_set_makes_no_release(self) -> None:
        self.zips["arm64"] = self.zips["x86_64"]
        with self.assertRaisesRegex(release.NotARelease, "is for x86_64, not for arm64"):
            self.stage()
        self.assertFalse(self.out.exists())


class Readiness(unittest.TestCase):
    """A checkout that is ready to be released as v1.2.0; each test takes one thing away."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("Cargo.toml", '[workspace.package]\nversion = "1.2.0"\n')
        self.write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-12-01\n\n- A thing.\n\n## [1.1.0] - 2026-11-01\n")
        self.write("wheel/pyproject.toml", '[project]\nname = "x"\n[project.urls]\nRepository = "https://example.com/x"\n')
        self.write("crates/a/Cargo.toml", '[package]\nname = "a"\nrepository = "https://example.com/x"\n')
        self.write("crates/b/Cargo.toml", '[package]\nname = "b"\npublish = false\n')
        self.write("constructs/package.json", '{"repository": {"type": "git", "url": "https://example.com/x.git"}}')

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def missing(self, tag: str = "v1.2.0") -> list[str]:
        return list(release_ready.missing(self.root, tag))

    def test_nothing_is_missing(self) -> None:
        self.assertEqual(self.missing(), [])

    def test_a_tag_of_another_version(self) -> None:
        self.assertEqual(
            self.missing("v1.3.0"),
            ["Cargo.toml: the version is 1.2.0, the tag v1.3.0", "CHANGELOG.md: no section [1.3.0], or nothing in it"],
        )

    def test_a_section_with_nothing_in_it(self) -> None:
        self.write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-12-01\n\n## [1.1.0] - 2026-11-01\n\n- Old.\n")
        self.assertEqual(self.missing(), ["CHANGELOG.md: no section [1.2.0], or nothing in it"])

    def test_entries_that_are_still_unreleased(self) -> None:
        self.write("CHANGELOG.md", "## [Unreleased]\n\n### Fixed\n\n- B.\n\n## [1.2.0] - 2026-12-01\n\n- A.\n")
        self.assertEqual(self.missing(), ['CHANGELOG.md: "Unreleased" isn\'t empty; what it lists belongs to [1.2.0]'])

    def test_packages_that_name_no_repository(self) -> None:
        self.write("wheel/pyproject.toml", '[project]\nname = "x"\n')
        self.write("crates/a/Cargo.toml", '[package]\nname = "a"\n')
        self.write("constructs/package.json", '{"repository": {"type": "git", "url": "."}}')
        self.assertEqual(
            self.missing(),
            [
                "wheel/pyproject.toml: [project.urls] has no Repository",
                "crates/a/Cargo.toml: no repository",
                "constructs/package.json: repository.url is no address",
            ],
        )


class Components(unittest.TestCase):
    def test_a_list_of_components_says_nothing_of_the_machine(self) -> None:
        own = {"bom-ref": f"path+file://{sbom.ROOT}/cli#monitored-endpoint-cli@0.2.0"}
        written = json.dumps({"serialNumber": "urn:uuid:1", "metadata": {"timestamp": "now", "component": own}})
        document = sbom.portable(written)
        self.assertNotIn("serialNumber", document)
        self.assertEqual(
            document["metadata"], {"component": {"bom-ref": "path+file:///monitored-endpoint/cli#monitored-endpoint-cli@0.2.0"}}
        )


if __name__ == "__main__":
    unittest.main()
