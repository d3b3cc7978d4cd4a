"""Reduce AWS's published model of SageMaker to the limits of what a declaration may give.

Reads the model inside an installed botocore (`pip install botocore`) and writes one line for each member of
CreateEndpointConfig, and of UpdateEndpoint's DeploymentConfig and ExcludeRetainedVariantProperties, that has a limit: whether
it is required beside its siblings, its range (a string's and a list's is its length), its words and its pattern.

    python3 extract_limits.py            # writes limits.csv beside this file
"""

import gzip
import json
import pathlib

import botocore

HERE = pathlib.Path(__file__).parent
MODEL = pathlib.Path(botocore.__file__).parent / "data/sagemaker/2017-07-24/service-2.json.gz"

ROOTS = {
    "CreateEndpointConfigInput": None,
    "UpdateEndpointInput": {"DeploymentConfig", "ExcludeRetainedVariantProperties"},
}
# Sets that grow with every launch: the provider validates instance types by itself.
OPEN_ENUMS = {"ProductionVariantInstanceType"}


def rows(shapes, name, path, required):
    shape = shapes[name]
    words = [] if name in OPEN_ENUMS else shape.get("enum", [])
    pattern = shape.get("pattern", "")
    limits = [shape.get("min", ""), shape.get("max", ""), " ".join(words), pattern]
    if required or any(limit != "" for limit in limits):
        yield ",".join([path, "required" if required else "", *map(str, limits)])
    if shape["type"] == "list":
        yield from rows(shapes, shape["member"]["shape"], f"{path}[]", False)
    for member, target in shape.get("members", {}).items():
        yield from rows(shapes, target["shape"], f"{path}.{member}", member in shape.get("required", []))


def main():
    with gzip.open(MODEL) as file:
        shapes = json.load(file)["shapes"]
    lines = [
        "# Limits of members, reduced by extract_limits.py from AWS's service model sagemaker/2017-07-24,",
        f"# as published in botocore {botocore.__version__} (Apache-2.0). The pattern is the rest of the line.",
        "member,required,min,max,words,pattern",
    ]
    for root, wanted in ROOTS.items():
        for member, target in shapes[root]["members"].items():
            if wanted is None or member in wanted:
                # What is required at the top is the provider's own question: it gives names by itself.
                lines += rows(shapes, target["shape"], member, False)
    (HERE / "limits.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
