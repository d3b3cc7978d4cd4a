"""The daily export of costs as it is deployed: the packaged function, its schedule's event, and a bucket of Amazon S3."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from declaring import COST_PER_HOUR, endpoint_stack, with_components
from permissions import OF_OTHERS, granted
from scenario import Scenario

from local import picture, provider
from local.account import Account
from local.stand_in import ACCOUNT, REGION

pytestmark = pytest.mark.skipif(provider.widgets_package() is None, reason="WIDGETS_ZIP names no package of the function")
BUCKET = "costs"
LIVED_S = 50 * 3600


@dataclass
class Exported:
    """The function, and what it has put into the bucket."""

    aws: Scenario
    function: str

    def run(self, event: dict[str, Any]) -> dict[str, Any]:
        """The manifest that the function answers an event."""
        manifest: dict[str, Any] = json.loads(self.aws.invoke(self.function, event))
        return manifest

    def refusal(self, day: str) -> str:
        """What the function says as it fails at a day."""
        return self.aws.refusal(self.function, {"Chargeback": {"Day": day}})

    def objects(self) -> dict[str, bytes]:
        s3 = self.aws.account.client("s3")
        keys = [found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
        return {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}


@pytest.fixture
def exported(own_account: Account) -> Exported:
    own_account.client("s3").create_bucket(Bucket=BUCKET)
    outputs = provider.deploy(own_account, provider.package(), chargeback_bucket=BUCKET).outputs
    aws = Scenario(own_account, outputs["ServiceToken"], "chargeback")
    template = with_components(endpoint_stack(aws.token, "llms", Tags=[{"Key": "team", "Value": "platform"}]), "llms-chat")
    stack = aws.stack()
    assert stack.create(template) == "CREATE_COMPLETE", stack.reason("Chat")
    picture.simulate(aws.stand_in.url, picture.fleet_of_one_model("llms", "llms-chat", instances=2, copies=3), LIVED_S)
    return Exported(aws, outputs["ChargebackFunctionName"])


def yesterday() -> str:
    return (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%d")


def scheduled() -> dict[str, Any]:
    """What EventBridge sends today (user guide, "Scheduled event")."""
    time = datetime.now(UTC).strftime("%Y-%m-%dT03:30:00Z")
    return {"version": "0", "source": "aws.events", "detail-type": "Scheduled Event", "account": ACCOUNT, "time": time, "detail": {}}


@pytest.mark.quick
def test_a_day_is_exported_and_the_same_day_again_is_the_same_to_the_byte(exported: Exported) -> None:
    manifest = exported.run(scheduled())
    day, first = yesterday(), exported.objects()
    partition = f"account={ACCOUNT}/region={REGION}/day={day}"
    data = f"chargeback/data/{partition}/chargeback.csv"
    assert set(first) == {data, f"chargeback/manifest/{partition}/manifest.json"}
    assert manifest["Complete"] is True and manifest["Data"]["Key"] == data and manifest["Day"] == day
    rows = list(csv.DictReader(io.StringIO(first[data].decode())))
    assert len(rows) == manifest["Data"]["Rows"] == 48
    assert {row["x_Allocation"] for row in rows} == {"Model", "Unallocated"}
    total = sum(Decimal(row["BilledCost"]) for row in rows)
    assert total == Decimal(str(COST_PER_HOUR)) * 2 * 24 == Decimal(manifest["Endpoints"][0]["Dollars"])
    assert all(Decimal(row["ContractedUnitPrice"]) * Decimal(row["PricingQuantity"]) == Decimal(row["ContractedCost"]) for row in rows)
    tags = json.loads(rows[0]["Tags"])
    assert tags["team"] == "platform" and "monitored-endpoint:stack-id" in tags
    exported.run({"Chargeback": {"Day": day}})
    assert exported.objects() == first
    assert not [call for call in exported.aws.stand_in.calls() if call["write"] and "app/widgets" in call["user_agent"]]


def test_a_day_that_cannot_be_read_whole_fails_and_is_kept_apart(exported: Exported) -> None:
    exported.aws.stand_in.fault("ListTags", {"access_denied": {}})
    assert "llms: access denied: the permission sagemaker:ListTags is needed" in exported.refusal(yesterday())
    kept = exported.objects()
    assert sorted(key.split("/")[:3] for key in kept) == [["chargeback", "incomplete", "data"], ["chargeback", "incomplete", "manifest"]]
    manifest = json.loads(next(text for key, text in kept.items() if key.endswith(".json")))
    assert manifest["Complete"] is False and manifest["Data"]["Rows"] == 0
    exported.aws.stand_in.clear_faults()
    assert exported.run(scheduled())["Complete"] is True


def test_what_is_no_day_that_is_over_writes_nothing(exported: Exported) -> None:
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    assert f"{today} is not over yet" in exported.refusal(today)
    assert "2020-01-01 began more than two weeks ago" in exported.refusal("2020-01-01")
    assert "give one such as 2026-10-31" in exported.refusal("yesterday")
    assert exported.objects() == {}


def test_the_function_of_panels_exports_nothing(exported: Exported) -> None:
    assert "this function exports nothing" in Exported(exported.aws, "monitored-endpoint-widgets").refusal(yesterday())


def test_the_role_grants_what_an_export_called_and_nothing_else(exported: Exported) -> None:
    exported.run(scheduled())
    calls = (call for call in exported.aws.stand_in.calls() if "app/widgets" in call["user_agent"])
    called = {f"{call['service']}:{call['operation']}" for call in calls}
    called |= {action for action in exported.aws.account.actions() if action.startswith("s3:")}
    allowed = set(granted(provider.template()["Resources"], "ChargebackRole"))
    # S3 calls KMS in the function's name, where the exports have a key.
    assert allowed - called == {"kms:GenerateDataKey"} | set(OF_OTHERS)
    assert called - allowed == set()


@pytest.mark.quick
def test_without_a_bucket_there_is_nothing_of_it() -> None:
    template = provider.template()
    resources = [name for name in template["Resources"] if name.startswith("Chargeback")]
    assert len(resources) == 5
    assert all(template["Resources"][name]["Condition"] == "HasChargeback" for name in resources)
    assert template["Parameters"]["ChargebackBucket"]["Default"] == ""
