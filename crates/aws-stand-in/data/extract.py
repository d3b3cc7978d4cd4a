"""Reduce AWS's published service models to what the stand-in checks.

Reads the models inside an installed botocore (`pip install botocore`) and writes, for the
operations the stand-in serves, every shape reachable from them with its kind, members, required
members, lengths, ranges, patterns and enum values. Documentation is left out.

    python3 extract.py            # writes one JSON file for each service beside this file
"""

import gzip
import json
import pathlib

import botocore

HERE = pathlib.Path(__file__).parent
MODELS = pathlib.Path(botocore.__file__).parent / "data"

SERVICES = {
    "sagemaker": (
        "sagemaker/2017-07-24",
        "AddTags CreateEndpoint CreateEndpointConfig CreateInferenceComponent CreateModel DeleteEndpoint "
        "DeleteEndpointConfig DeleteInferenceComponent DeleteModel DeleteTags DescribeEndpoint "
        "DescribeEndpointConfig DescribeInferenceComponent DescribeModel ListEndpointConfigs ListEndpoints "
        "ListInferenceComponents ListTags UpdateEndpoint "
        "UpdateEndpointWeightsAndCapacities".split(),
        # SageMaker's answers are built and written by the Rust SDK's own schemas.
        False,
    ),
    "cloudwatch": (
        "cloudwatch/2010-08-01",
        "DeleteAlarms DeleteDashboards DescribeAlarms GetDashboard GetMetricData GetOTelEnrichment ListDashboards ListMetrics "
        "ListTagsForResource PutCompositeAlarm PutDashboard PutMetricAlarm TagResource UntagResource".split(),
        True,
    ),
    "pricing": ("pricing/2017-10-15", ["GetProducts"], True),
    # Its answers are JSON, which needs no shapes to be written.
    "dynamodb": ("dynamodb/2012-08-10", "DeleteItem GetItem PutItem Scan".split(), False),
}

# Sets that grow with every launch: a value unknown to this copy of the model is no mistake.
OPEN_ENUMS = {"ProductionVariantInstanceType"}

KEPT = ("type", "required", "min", "max", "pattern")


def reduce_shape(name, shape):
    out = {key: shape[key] for key in KEPT if key in shape}
    if "enum" in shape and name not in OPEN_ENUMS:
        out["enum"] = shape["enum"]
    if "members" in shape:
        out["members"] = {key: member["shape"] for key, member in shape["members"].items()}
    for part in ("member", "key", "value"):
        if part in shape:
            out[part] = shape[part]["shape"]
    if shape.get("union"):
        out["union"] = True
    return out


def reachable(shapes, names):
    todo, seen = list(names), {}
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen[name] = reduced = reduce_shape(name, shapes[name])
        todo += reduced.get("members", {}).values()
        todo += [reduced[part] for part in ("member", "key", "value") if part in reduced]
    return dict(sorted(seen.items()))


def main():
    for service, (folder, wanted, with_outputs) in SERVICES.items():
        with gzip.open(MODELS / folder / "service-2.json.gz") as file:
            model = json.load(file)
        operations, roots = {}, []
        for name in wanted:
            operation = model["operations"][name]
            operations[name] = {"input": operation["input"]["shape"]}
            if with_outputs:
                if "output" in operation:
                    operations[name]["output"] = operation["output"]["shape"]
            roots += operations[name].values()
        shapes = reachable(model["shapes"], roots)
        source = f"AWS service model {folder}, as published in botocore {botocore.__version__} (Apache-2.0), reduced by extract.py"
        lines = ["{", f'"source": {json.dumps(source)},', '"operations": {']
        lines.append(",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in operations.items()) + "},")
        lines.append('"shapes": {')
        lines.append(",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in shapes.items()) + "}}")
        (HERE / f"{service}.json").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
