"""The templates of the CDK examples, as `cdk synth` writes them: the applications do it by themselves, without the CDK's command line."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from .template import ROOT, Skipped, Template, run

PYTHON = ROOT / "examples" / "cdk"
TYPESCRIPT = ROOT / "examples" / "cdk-typescript"
# jsii says in many lines that a Node.js is old, while it works.
QUIET = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1", "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1"}
# What the TypeScript example's package.json names, beside the constructs themselves.
PACKAGES = ("aws-cdk-lib", "constructs", "typescript", "@types")


def python_template(constructs: Path) -> Template:
    """The Python example, with the package that jsii generates."""
    with tempfile.TemporaryDirectory() as out:
        run([sys.executable, PYTHON / "app.py"], cwd=PYTHON, env=_environment(constructs, CDK_OUTDIR=out))
        return _only_template(Path(out))


def complete(constructs: Path) -> None:
    """Every property at every depth arrives under the provider's name."""
    _with_package(constructs, "iac.every_property")


def template_with_every_metric(constructs: Path) -> Template:
    """An endpoint and an app's own dashboard of all its metrics."""
    template: Template = json.loads(_with_package(constructs, "iac.series_of_constructs"))
    return template


def _with_package(constructs: Path, module: str) -> str:
    """What a module of this folder prints that uses the package."""
    return run([sys.executable, "-m", module], env=_environment(constructs, ROOT / "scripts"))


def _environment(constructs: Path, *folders: Path, **variables: str) -> dict[str, str]:
    """For a Python that uses the package, and modules of these folders."""
    package = _built(constructs) / "dist" / "python" / "src"
    return {**os.environ, **QUIET, **variables, "PYTHONPATH": os.pathsep.join(map(str, (package, *folders)))}


def typescript_templates(constructs: Path) -> dict[str, Template]:
    """The TypeScript examples by file, compiled against the library as npm would install it."""
    installed = _built(constructs) / "node_modules"
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder) / "app"
        shutil.copytree(TYPESCRIPT, app, ignore=shutil.ignore_patterns("node_modules", "cdk.out", "*.js"))
        modules = app / "node_modules"
        modules.mkdir()
        for name in PACKAGES:
            (modules / name).symlink_to(installed.resolve() / name)
        (modules / "monitored-endpoint-cdk").symlink_to(constructs.resolve())
        run(["node", installed / "typescript" / "bin" / "tsc"], cwd=app)
        templates = {}
        for example in sorted(app.glob("*.ts")):
            out = Path(folder) / example.stem
            run(["node", example.with_suffix(".js")], cwd=app, env={**os.environ, "CDK_OUTDIR": str(out)})
            templates[example.name] = _only_template(out)
        return templates


def _built(constructs: Path) -> Path:
    if not shutil.which("node"):
        raise Skipped("Node.js is not installed, and the CDK runs on it")
    if not (constructs / "built").exists():
        raise Skipped(f"the constructs are not built in {constructs}; make constructs builds them")
    return constructs


def _only_template(out: Path) -> Template:
    (file,) = out.glob("*.template.json")
    template: Template = json.loads(file.read_text())
    return template
