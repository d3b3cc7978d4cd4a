#!/usr/bin/env python3
"""Writes a stack of this project's as a plain CloudFormation template, for where the SAM transform isn't allowed.

Stack sets with service-managed permissions take no macros (CloudFormation's API reference, CreateStackSet, Capabilities), and
`AWS::Serverless` is one. SAM's own translator does here what it otherwise does inside CloudFormation. The packages are looked for
in a bucket of each Region, since Lambda reads code from its own Region only: `<CodeBucketPrefix>-<Region>/<CodeFolder>/<binary>.zip`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parent.parent
# The translator wants one. Nothing of the template depends on which, and `main` makes sure that none is written down.
REGION = "us-east-1"
PARAMETERS = {
    "CodeBucketPrefix": {
        "Type": "String",
        "AllowedPattern": "[a-z0-9][a-z0-9-]{1,40}",
        "ConstraintDescription": "The bucket's name without the hyphen and the Region.",
        "Description": "The packages lie in the bucket <CodeBucketPrefix>-<Region>, which every account can read.",
    },
    "CodeFolder": {
        "Type": "String",
        "AllowedPattern": "[a-zA-Z0-9_./-]{1,200}",
        "Description": "Folder of the packages in that bucket. Each version needs one of its own: stacks don't see other code in an old place.",
    },
}


def plain(template: dict[str, Any]) -> dict[str, Any]:
    """The template as CloudFormation's own resources, with the packages' place as parameters."""
    template["Parameters"].update(PARAMETERS)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": "BUCKET", "Key": resource["Metadata"]["BuildProperties"]["Binary"]}
    translated: dict[str, Any] = transform(template, {}, managed_policy_loader=NoPolicies())
    for resource in translated["Resources"].values():
        resource.pop("Metadata", None)
        if resource["Type"] == "AWS::Lambda::Function":
            binary = resource["Properties"]["Code"]["S3Key"]
            resource["Properties"]["Code"] = {
                "S3Bucket": {"Fn::Sub": "${CodeBucketPrefix}-${AWS::Region}"},
                "S3Key": {"Fn::Sub": f"${{CodeFolder}}/{binary}.zip"},
            }
    groups = translated["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    groups.insert(0, {"Label": {"default": "The packages"}, "Parameters": list(PARAMETERS)})
    return translated


class NoPolicies:
    """The translator asks IAM for the ARNs of managed policies that are given by name; the template gives none by name."""

    def load(self) -> dict[str, str]:
        return {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--template", choices=("template.yaml", "hook.yaml"), required=True, help="the stack: the provider's or the guardrail's")
    parser.add_argument("--out", type=Path, required=True, help="where to write the template, as JSON")
    arguments = parser.parse_args()
    out: Path = arguments.out
    os.environ["AWS_DEFAULT_REGION"] = REGION
    template = plain(yaml_parse((ROOT / arguments.template).read_text()))
    left = [name for name, resource in template["Resources"].items() if resource["Type"].startswith("AWS::Serverless")]
    if left or "Transform" in template:
        sys.exit(f"not translated: {', '.join(left) or 'Transform'}")
    text = json.dumps(template, indent=1)
    if f'"{REGION}"' in text:
        sys.exit(f"the translation holds for {REGION} only")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text)
    print(f"{out}: {len(template['Resources'])} resources, {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
