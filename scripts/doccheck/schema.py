"""Do the templates that pages show, and those in examples/, hold against the written schema of properties?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator
from samtranslator.yaml_helper import yaml_parse

from doccheck.page import Fault, Page

SCHEMA = "docs/properties.schema.json"


def faults(root: Path, pages: Iterable[Page]) -> Iterator[Fault]:
    """Whole templates in examples/, and templates or parts of their `Resources` in `yaml` blocks."""
    validator = Draft7Validator(json.loads((root / SCHEMA).read_text()))
    for path in sorted((root / "examples").glob("*.yaml")):
        for message in problems(validator, yaml_parse(path.read_text())):
            yield Fault(str(path.relative_to(root)), 1, message)
    for page in pages:
        for block in page.blocks:
            if block.language == "yaml":
                try:
                    parsed = yaml_parse(block.text)
                except yaml.YAMLError as error:
                    yield page.fault(block, f"no YAML: {error}")
                    continue
                for message in problems(validator, as_template(parsed)):
                    yield page.fault(block, message)


def as_template(parsed: Any) -> Any:
    """A fragment that holds resources alone becomes the template around them."""
    if isinstance(parsed, dict) and parsed and all(isinstance(one, dict) and "Type" in one for one in parsed.values()):
        return {"Resources": parsed}
    return parsed if isinstance(parsed, dict) else {}


def problems(validator: Draft7Validator, template: Any) -> Iterator[str]:
    """What the schema says against a template, told by the first alternative that is of the right type."""
    for error in validator.iter_errors(template):
        meant = error
        while meant.context:
            meant = next((one for one in meant.context if one.validator != "type"), meant.context[0])
        yield f"{'.'.join(str(step) for step in meant.absolute_path)}: {meant.message}"
