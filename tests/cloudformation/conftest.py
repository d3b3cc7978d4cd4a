"""One local account with the deployed provider for the session; an empty one and a verdict on all that was said per test."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from ledger import leaks
from scenario import Scenario

from local import provider
from local.account import Account

_stack_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Account, str]]:
    """The account and the provider's ServiceToken. The provider logs everything it can, so that a leak would show."""
    work: Path = tmp_path_factory.mktemp("account")
    with Account(work) as account:
        yield account, provider.deploy(account, provider.package(), log_filter="trace").outputs["ServiceToken"]


@pytest.fixture(scope="session")
def short_lived(deployed: tuple[Account, str]) -> str:
    """The ServiceToken of a second provider whose runs live for three seconds, so that what takes longer needs several."""
    stack = provider.deploy(deployed[0], provider.package(), log_filter="trace", name="short-lived-provider", timeout=3)
    return stack.outputs["ServiceToken"]


@pytest.fixture(scope="session")
def not_invocable(deployed: tuple[Account, str]) -> str:
    """The ServiceToken of a provider that lives as short and whose invocations of itself are refused."""
    account = deployed[0]
    stack = provider.deploy(
        account, provider.package(), name="not-invocable-provider", timeout=3, lambda_url=account.stand_in.url
    )
    return stack.outputs["ServiceToken"]


@pytest.fixture(scope="session")
def keeping(deployed: tuple[Account, str]) -> str:
    """The ServiceToken of a provider that keeps monitoring right between stack operations."""
    stack = provider.deploy(deployed[0], provider.package(), name="keeping-provider", keep_monitoring=True)
    return stack.outputs["ServiceToken"]


@pytest.fixture(scope="session")
def without_table(deployed: tuple[Account, str]) -> str:
    """The ServiceToken of a provider whose request table isn't there."""
    stack = provider.deploy(deployed[0], provider.package(), name="tableless-provider", request_table="no-such-table")
    return stack.outputs["ServiceToken"]


@pytest.fixture
def own_account(tmp_path: Path) -> Iterator[Account]:
    """An account of the test's own: other scenarios wind their stand-in's clock forward, while the clock of functions that read
    metrics goes as it goes."""
    with Account(tmp_path) as account:
        yield account


@pytest.fixture
def on_time(own_account: Account) -> Scenario:
    """The provider in an account of the test's own."""
    return Scenario(own_account, provider.deploy(own_account, provider.package()).outputs["ServiceToken"], "on-time")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks at all that the scenarios did comes after them."""
    items.sort(key=lambda item: item.get_closest_marker("after_all") is not None)


@pytest.fixture
def aws(deployed: tuple[Account, str], request: pytest.FixtureRequest) -> Iterator[Scenario]:
    """An empty account. Afterwards its stacks are deleted, and three things are checked that hold in every scenario:
    CloudFormation would have taken each answer, nothing secret of any request is in what the provider wrote, and its request
    ledger holds names only."""
    account, token = deployed
    account.stand_in.reset()
    name = re.sub(r"[^a-zA-Z0-9]+", "-", request.node.name).strip("-")[:40].strip("-")
    scenario = Scenario(account, token, f"{name}-{next(_stack_numbers)}")
    yield scenario

    account.stand_in.clear_faults()
    # While the records are whole: some of what they hold goes with the resource.
    assert_ledger_holds_names_only(scenario)
    ends = {stack.name: stack.delete() for stack in scenario.stacks if stack.id and stack.exists}
    assert set(ends.values()) <= {"DELETE_COMPLETE"}, ends
    said = [(e["event"].get("RequestType"), v) for e in scenario.exchanges() for v in e["violations"]]
    violations = [(request, violation) for request, violation in said if not scenario.foresaw(violation)]
    assert not violations, violations
    assert_no_secret_in(scenario.output(), scenario)
    assert_ledger_holds_names_only(scenario)


def assert_ledger_holds_names_only(scenario: Scenario) -> None:
    """No ResponseURL and no declared value, in any item."""
    found = leaks(scenario.ledger(), [exchange["event"] for exchange in scenario.exchanges()])
    assert not found, f"the request ledger holds {found}"


def assert_no_secret_in(text: str, scenario: Scenario) -> None:
    """No ResponseURL, nor the part of one that grants access."""
    for exchange in scenario.exchanges():
        if not isinstance(exchange["event"], dict):
            continue
        url = exchange["event"]["ResponseURL"]
        for signature in parse_qs(urlsplit(url).query).get("X-Amz-Signature", []):
            assert signature not in text, f"the signature of {exchange['event'].get('RequestType')}'s ResponseURL was logged"
        assert not url or url not in text, f"the ResponseURL of {exchange['event'].get('RequestType')} was logged"
