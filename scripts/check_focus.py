#!/usr/bin/env python3
"""Has focus-validator read what `report --format focus` writes, of a day of endpoints that the stand-in plays.

The validator (https://pypi.org/project/focus-validator/) ends with 0 whatever it finds, so its last line decides. It knows FOCUS 1.0. What it
doesn't look at is checked here: unit price times quantity is the cost in each row, and all rows together cost what the instances cost.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from local import picture
from local.stand_in import ACCOUNT, REGION, StandIn

# Yesterday lies in them whenever this runs.
LIVED_S = 50 * 3600
PRICE = Decimal("5.752")
INSTANCES = 2
PASSED = "Validation succeeded."
ROLE = f"arn:aws:iam::{ACCOUNT}:role/inference"


def endpoint(stand_in: StandIn, name: str, model: str, copies: int) -> None:
    """An endpoint with one model on some of its GPUs, for two days."""
    sagemaker = stand_in.sagemaker
    sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ExecutionRoleArn=ROLE,
        ProductionVariants=[{"VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": INSTANCES}],
        MetricsConfig={"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 60},
    )
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=[{"Key": "team", "Value": "search/ranking"}])
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 1})
    picture.simulate(stand_in.url, picture.fleet_of_one_model(name, model, INSTANCES, copies), LIVED_S)


def report(cli: Path, stand_in: StandIn, *price: str) -> str:
    """Yesterday of all endpoints, in FOCUS columns."""
    day = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%d")
    command = [cli, "report", "--all-endpoints", "--day", day, "--format", "focus", *price]
    services = {f"AWS_ENDPOINT_URL_{service}": stand_in.url for service in ("SAGEMAKER", "CLOUDWATCH", "PRICING")}
    keys = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": REGION}
    return subprocess.run(command, check=True, env={**os.environ, **services, **keys}, stdout=subprocess.PIPE, text=True).stdout


def validate(validator: Path, data: Path) -> None:
    """Exits with what the validator says, unless it is satisfied."""
    # It looks for its list of currencies under the folder that it runs in.
    (packages,) = validator.parent.parent.glob("lib/python3*/site-packages")
    command = [validator.absolute(), "--data-file", data.absolute()]
    said = subprocess.run(command, check=True, cwd=packages, capture_output=True, text=True).stdout
    if not said.strip().endswith(PASSED):
        sys.exit(f"focus-validator refuses {data.name}:\n{said}")
    print(f"focus-validator takes {data.name}")


def check(text: str, endpoints: int, price: Decimal | None) -> None:
    rows = list(csv.DictReader(io.StringIO(text)))
    for row in rows:
        for cost, unit in (("ContractedCost", "ContractedUnitPrice"), ("ListCost", "ListUnitPrice")):
            if row[unit] and Decimal(row[unit]) * Decimal(row["PricingQuantity"]) != Decimal(row[cost]):
                sys.exit(f"{cost} isn't {unit} times PricingQuantity: {row}")
    hours = sum(Decimal(row["PricingQuantity"]) for row in rows)
    if hours != endpoints * INSTANCES * 24:
        sys.exit(f"{hours} instance-hours in place of {endpoints * INSTANCES * 24}")
    cost = sum(Decimal(row["BilledCost"]) for row in rows)
    if price is not None and cost != hours * price:
        sys.exit(f"the rows cost {cost} and their instances {hours * price}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cli", type=Path, required=True, help="the program monitored-endpoint")
    parser.add_argument("--validator", type=Path, required=True, help="the program focus-validator")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        stand_in = StandIn(Path(work))
        try:
            endpoint(stand_in, "chat", "llama", 3)
            # All of its GPUs are held: nothing is unallocated.
            endpoint(stand_in, "full", "mistral", 8)
            for name, price in (("given price", PRICE), ("list price", None)):
                text = report(arguments.cli, stand_in, "--price", "auto" if price is None else str(price))
                check(text, 2, price)
                data = Path(work) / f"{name}.csv"
                data.write_text(text)
                validate(arguments.validator, data)
        finally:
            stand_in.end()


if __name__ == "__main__":
    main()
