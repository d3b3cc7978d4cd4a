"""Blocks of commands are marked, what CI is said to run it runs, and what is run has to work. Run by `make docs`."""

from __future__ import annotations

import subprocess
import tempfile
import unittest
from pathlib import Path

from doccheck import page, running
from doccheck.blocks import Blocks, tested_targets
from doccheck.page import Page

MAKEFILE = """\
lint: typos ## not: this
\t@scripts/lint.sh
typos: $(TOOLS)/typos/installed
by-hand: other
wheel:
\t@$(MAKE) --no-print-directory staged PROFILE=dev
# A remark.
\t@echo make nothing
staged:
release: wheel-arm64
wheel-arm64 wheel-x86_64: wheel-%:
VARIABLE := lint
"""


class OnPages(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve() / "checkout"
        for name, text in {
            "Makefile": MAKEFILE,
            "scripts/test.py": 'LANES = {"all": (("lint",), ("wheel",))}\n',
            ".ci/run": "make test\n",
            ".github/workflows/release.yml": "steps:\n  - run: make release ONE=two\n",
            "tracked.txt": "tracked\n",
        }.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)
        self.git("init", "--quiet")
        self.git("add", ".")
        self.binaries = Path(folder.name) / "built"
        self.binaries.mkdir()
        for program in running.PROGRAMS:
            (self.binaries / program).write_text(f"#!/bin/sh\necho {program} $*\n")
            (self.binaries / program).chmod(0o755)

    def git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self.root, check=True)

    def page(self, text: str, name: str = "page.md") -> Page:
        (self.root / name).write_text(text)
        return page.read(self.root / name, self.root)


class Marks(OnPages):
    def of(self, text: str) -> list[str]:
        return [str(fault) for fault in Blocks(self.root).faults(self.page(text))]

    def test_what_is_made_in_turn_is_tested_and_the_rest_is_not(self) -> None:
        made = {"test", "lint", "typos", ".tools/typos/installed", "wheel", "staged", "release", "wheel-arm64"}
        self.assertEqual(tested_targets(self.root), made)

    def test_a_block_has_a_word_that_is_known(self) -> None:
        self.assertEqual(self.of("```sh run\nls\n```\n```sh ci\nexport A=b\nmake lint -j X=y\ncargo test --workspace --lib\n```\n"), [])
        for block in ("```sh\nls\n```\n", "```sh runs\nls\n```\n", "```bash run\nls\n```\n", "```\n$ ls\n```\n"):
            self.assertEqual(len(self.of(block)), 1, block)

    def test_ci_is_said_to_run_only_what_it_runs(self) -> None:
        self.assertEqual(self.of("```sh ci\n\nmake lint by-hand\n```\n"), ["page.md:3: no test runs make by-hand"])
        self.assertEqual(len(self.of("```sh ci\ncargo bench\n```\n")), 1)

    def test_a_need_is_said_to_the_reader_before_the_block(self) -> None:
        block = "```sh needs-aws\naws s3 ls\n```\n"
        self.assertEqual(self.of(f"With credentials:\n\n{block}"), [])
        self.assertEqual(len(self.of(f"Look:\n\n{block}\nWith credentials.\n")), 1)

    def test_what_makes_a_block_need_something_excuses_no_target(self) -> None:
        self.assertEqual(self.of("An account\n```sh needs-aws\nmake by-hand\n```\n"), ["page.md:3: no test runs make by-hand"])


class Running(OnPages):
    def of(self, *pages: Page) -> list[str]:
        return [str(fault) for fault in running.faults(self.root, pages, self.binaries)]

    def test_blocks_of_a_page_run_in_order_in_a_copy_of_what_is_tracked(self) -> None:
        (self.root / "untracked.txt").touch()
        page = self.page(
            "```sh run\ncat tracked.txt && test ! -e untracked.txt\nexport A=1; echo more > new.txt\n```\n"
            "```sh needs-aws\nfalse\n```\n- ```sh run\n  test $A = 1\n  test -s new.txt \\\n    -a -d $HOME\n  ```\n"
        )
        self.assertEqual(self.of(page), [])
        self.assertFalse((self.root / "new.txt").exists())

    def test_a_command_that_fails_is_named_by_its_line_and_by_what_it_said(self) -> None:
        failing = self.page("# Page\n\n```sh run\ntrue\necho ready; sh -c 'echo no >&2; exit 3' | cat\n```\n", "failing.md")
        fine = self.page("```sh run\ntrue\n```\n", "fine.md")
        self.assertEqual(self.of(failing, fine), ["failing.md:5: failed when it was run, with 3: ready | no"])

    def test_programs_files_of_the_page_and_a_release_are_there(self) -> None:
        page = self.page(
            "```sh run\ngrep -q Name chat.yaml\nmonitored-endpoint plan | grep 'monitored-endpoint plan'\n.tools/bin/stand-in\n"
            'test -s "$MONITORED_ENDPOINT_ASSETS/SHA256SUMS"\n```\n```yaml chat.yaml\nName: chat\n```\n'
        )
        self.assertEqual(self.of(page), [])

    def test_nothing_stays_running(self) -> None:
        pid = self.root / "pid"
        self.assertEqual(self.of(self.page(f"```sh run\nsleep 60 &\necho $! > {pid}\n```\n")), [])
        ended = f"/proc/{pid.read_text().strip()}/stat"
        self.assertTrue(not Path(ended).exists() or " Z " in Path(ended).read_text())

    def test_there_are_no_credentials(self) -> None:
        self.assertEqual(self.of(self.page("```sh run\n! env | grep -i -e '^AWS.*KEY' -e token -e profile=\n```\n")), [])

    def test_nothing_runs_where_a_program_is_missing(self) -> None:
        (self.binaries / "stand-in").unlink()
        with self.assertRaisesRegex(running.NotBuilt, "stand-in is not built"):
            self.of(self.page("```sh run\nfalse\n```\n"))


if __name__ == "__main__":
    unittest.main()
