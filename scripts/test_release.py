"""A release is whole, and its checksums are right. Run by `make docs`."""

from __future__ import annotations

import hashlib
import tempfile
import unittest
from pathlib import Path

import release


class Release(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.files = release.sources(self.root / "package", self.root / "sbom.json")
        for name, path in self.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        self.out = self.root / "out"

    def test_it_holds_both_functions_for_both_instruction_sets(self) -> None:
        zips = [name for name in self.files if name.endswith(".zip")]
        self.assertEqual(
            sorted(zips), ["provider-arm64.zip", "provider-x86_64.zip", "widgets-arm64.zip", "widgets-x86_64.zip"]
        )

    def test_every_file_has_its_checksum_and_nothing_older_stays(self) -> None:
        self.out.mkdir()
        (self.out / "old.zip").touch()
        release.collect(self.files, self.out)
        sums = dict(reversed(line.split("  ")) for line in (self.out / "SHA256SUMS").read_text().splitlines())
        self.assertEqual(set(sums), set(self.files))
        self.assertEqual({path.name for path in self.out.iterdir()}, {*self.files, "SHA256SUMS"})
        for name, checksum in sums.items():
            self.assertEqual(checksum, hashlib.sha256((self.out / name).read_bytes()).hexdigest())

    def test_a_missing_file_makes_no_release(self) -> None:
        self.files["template.json"].unlink()
        with self.assertRaises(FileNotFoundError):
            release.collect(self.files, self.out)
        self.assertFalse(self.out.exists())


if __name__ == "__main__":
    unittest.main()
