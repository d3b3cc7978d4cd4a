"""The provider's own stack: `template.yaml` with the real package, in a local account.

Does what `sam build` and `sam deploy` do for an AWS account (the package goes to S3, CodeUri becomes its address) and adds to
the function's environment what makes it talk to this machine. The template is otherwise taken as it is.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from local.account import Account
from local.stack import Stack

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "template.yaml"
FUNCTION = "ProviderFunction"
WIDGETS = "WidgetsFunction"
CHARGEBACK = "ChargebackFunction"
BUCKET = "monitored-endpoint-packages"
STACK_NAME = "monitored-endpoint-provider"


def package() -> Path:
    """The package to deploy: the zip that `PROVIDER_ZIP` names.

    Raises FileNotFoundError that says how to make one.
    """
    given = os.environ.get("PROVIDER_ZIP")
    if given and Path(given).is_file():
        return Path(given)
    raise FileNotFoundError(f"PROVIDER_ZIP is {given!r}: set it to the provider's package (make dev-zip or make package)")


def widgets_package() -> Path | None:
    """The package of the interactive panels, where `WIDGETS_ZIP` names one: without it the stack does without them."""
    given = os.environ.get("WIDGETS_ZIP")
    return Path(given) if given and Path(given).is_file() else None


def template(source: Path = TEMPLATE) -> dict[str, Any]:
    """The template, parsed, with CloudFormation's short forms spelled out."""
    parsed: dict[str, Any] = yaml_parse(source.read_text())
    return parsed


def deploy(
    account: Account,
    zip_file: Path,
    log_filter: str = "info",
    name: str = STACK_NAME,
    timeout: int | None = None,
    lambda_url: str | None = None,
    request_table: str | None = None,
    source: Path = TEMPLATE,
    chargeback_bucket: str | None = None,
    keep_monitoring: bool = False,
) -> Stack:
    """The provider stack, CREATE_COMPLETE, with outputs `ServiceToken` and `RequestTableName`.

    `timeout` is how many seconds a run of it may live, where the template's fifteen minutes are too long for a test. A second
    provider in the same account needs a `name` of its own. `lambda_url` is where it invokes itself, if not at the account, and
    `request_table` the name of its table, if not the stack's own. `source` is another copy of the template. With
    `keep_monitoring` it keeps monitoring right between stack operations.
    With a `chargeback_bucket`, which has to be there, it has the function that exports costs; the panels' package is its, too.

    Raises RuntimeError with the stack's failures when it doesn't get there.
    """
    s3 = account.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="provider.zip", Body=zip_file.read_bytes())
    local = template(source)
    properties = local["Resources"][FUNCTION]["Properties"]
    properties["CodeUri"] = {"Bucket": BUCKET, "Key": "provider.zip"}
    if timeout is not None:
        properties["Timeout"] = timeout
    # What every function talks to.
    services = {f"AWS_ENDPOINT_URL_{service}": account.stand_in.url for service in ("SAGEMAKER", "CLOUDWATCH", "PRICING")}
    properties.setdefault("Environment", {}).setdefault("Variables", {}).update(
        **services,
        # Where it invokes itself, to go on with what takes longer than one run.
        AWS_ENDPOINT_URL_LAMBDA=lambda_url or account.url,
        # Where its request ledger is: the stack's own table, which ministack makes with the rest of the stack.
        AWS_ENDPOINT_URL_DYNAMODB=account.url,
        EXTRA_RESPONSE_HOSTS=account.host,
        POLL_INTERVAL_MS="20",
        RUST_LOG=log_filter,
    )
    if request_table is not None:
        properties["Environment"]["Variables"]["REQUEST_TABLE"] = request_table
    parameters = {} if name == STACK_NAME else {"FunctionName": name, "ServiceTokenParameterName": f"/{name}/service-token"}
    widgets = widgets_package() if name == STACK_NAME else None
    parameters["InteractivePanels"] = parameters["FleetReads"] = "true" if widgets else "false"
    parameters["KeepMonitoring"] = "true" if keep_monitoring else "false"
    if widgets:
        s3.put_object(Bucket=BUCKET, Key="widgets.zip", Body=widgets.read_bytes())
    panels = local["Resources"][WIDGETS]["Properties"]
    panels["CodeUri"] = {"Bucket": BUCKET, "Key": "widgets.zip"}
    # The application id is part of the user agent: whose a call is shows in the stand-in's journal.
    reading = {**services, "AWS_SDK_UA_APP_ID": "widgets"}
    panels["Environment"]["Variables"].update(reading, AWS_ENDPOINT_URL_DYNAMODB=account.url)
    export = local["Resources"][CHARGEBACK]["Properties"]
    export["CodeUri"] = panels["CodeUri"]
    export["Environment"]["Variables"].update(reading, AWS_ENDPOINT_URL_S3=account.url)
    if chargeback_bucket:
        parameters["ChargebackBucket"] = chargeback_bucket
    stack = Stack(account.cloudformation, name)
    status = stack.create(local, **parameters)
    if status != "CREATE_COMPLETE":
        failures = [
            f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason')}" for e in stack.events if "FAILED" in e["ResourceStatus"]
        ]
        raise RuntimeError(f"the provider stack ended {status}: {'; '.join(failures)}")
    return stack
