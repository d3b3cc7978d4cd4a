"""What the request ledger may hold: names and identities of what was made, never what a user declared or what grants access.

Rules only, over values that a test has read; `test_ledger.py` tests these rules themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

Request = dict[str, Any]

# Properties that name a thing of the resource's own. The inventory can't do without these names.
NAMES_OF_THINGS = {"EndpointName", "EndpointConfigName", "EndpointConfigNamePrefix", "DashboardName", "AlarmName"}
# Told to the provider by CloudFormation's own means, beside these properties as well as among them.
OF_CLOUDFORMATION = {"ServiceToken", "ServiceTimeout"}
# A recorded answer holds its Reason, and SageMaker's reasons name variants and instance types ("no capacity for ml.g6.12xlarge").
IN_REASONS_OF_SAGEMAKER = {"VariantName", "InstanceType"}
# Shorter ones, such as "1", "60" or "true", are part of anything.
SHORTEST = 4
COMMONPLACE = {"true", "false", "auto"}


def leaks(items: Iterable[dict[str, Any]], requests: Iterable[Any]) -> list[str]:
    """What is in the ledger's items and must not be, in sentences that name the kind and never the value of a secret."""
    items = list(items)
    text = _text(items)
    found = [kind for kind in ("ResponseURL", "X-Amz-Signature", "X-Amz-Credential") if kind in text]
    for request in requests:
        if isinstance(request, dict):
            # Its own record: another resource may have a name that is a value here.
            key = f"{request.get('StackId')}|{request.get('LogicalResourceId')}"
            own = [item for item in items if item.get("Resource", key) in (key, {"S": key})]
            found += _leaks_of(_text(own), request)
    return sorted(set(found))


def _text(items: list[dict[str, Any]]) -> str:
    return json.dumps(items, ensure_ascii=False, default=str)


def _leaks_of(text: str, request: Request) -> Iterator[str]:
    of = f"of a {request.get('RequestType')}"
    url = request.get("ResponseURL")
    if isinstance(url, str) and url:
        if url in text:
            yield f"the ResponseURL {of}"
        if any(signature in text for signature in parse_qs(urlsplit(url).query).get("X-Amz-Signature", [])):
            yield f"the signature of the ResponseURL {of}"
    for properties in (request.get("ResourceProperties"), request.get("OldResourceProperties")):
        if not isinstance(properties, dict):
            continue
        withheld = str(properties.get("NoEcho", "false")).lower() != "false"
        allowed = OF_CLOUDFORMATION if withheld else NAMES_OF_THINGS | OF_CLOUDFORMATION | IN_REASONS_OF_SAGEMAKER
        known = {value for path, value in _values(properties) if path[-1] in allowed}
        known |= {str(request.get(name)) for name in ("PhysicalResourceId", "StackId", "LogicalResourceId")}
        # The id that a Create answers is the endpoint's name, unless the name is made up.
        known.add(str(properties.get("EndpointName")))
        for path, value in _values(properties):
            if value not in known and _is_told_apart(value) and _stands_in(value, text):
                yield f"{'.'.join(path)} {of}{' with NoEcho' if withheld else ''}"


def _values(node: Any, path: tuple[str, ...] = ("Properties",)) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _values(value, (*path, key))
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, path)
    else:
        yield path, str(node)


def _is_told_apart(value: str) -> bool:
    return len(value) >= SHORTEST and value.lower() not in COMMONPLACE


def _stands_in(value: str, text: str) -> bool:
    """Whether a value is there as itself, and not as a part of a longer name."""
    # As JSON writes it, since the items are JSON here.
    written = json.dumps(value, ensure_ascii=False)[1:-1]
    return re.search(rf"(?<![\w-])(?<!\w\.){re.escape(written)}(?![\w-]|\.\w)", text) is not None
