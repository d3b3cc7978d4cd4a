"""A release is whole, its checksums are right, and its templates name its packages. Run by `make docs`."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import unittest
import zipfile
from pathlib import Path

import release
import sbom

ELF_MACHINES = {"x86_64": 62, "arm64": 183}
STAGED = {
    *("provider-arm64.zip", "provider-x86_64.zip", "widgets-arm64.zip", "widgets-x86_64.zip"),
    *("template-arm64.yaml", "template-x86_64.yaml", "template-from-bucket.json"),
    *("hook-arm64.zip", "hook-x86_64.zip", "hook-arm64.yaml", "hook-x86_64.yaml", "hook-from-bucket.json"),
}


def pack(path: Path, architecture: str) -> None:
    """A package whose executable ends with its header."""
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bootstrap", b"\x7fELF".ljust(18, b"\0") + ELF_MACHINES[architecture].to_bytes(2, "little"))


class Release(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.zips = {architecture: self.root / architecture for architecture in release.ARCHITECTURES}
        for architecture, built in self.zips.items():
            for function in ("provider", "widgets", "hook"):
                pack(built / function / "bootstrap.zip", architecture)
        for name in ("template", "hook"):
            (self.root / f"plain-{name}.json").write_text("{}")
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
