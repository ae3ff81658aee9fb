"""The cast: olive owns the account Orchard, max may only read there, eve belongs elsewhere."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, Role, Scope, User
from apps.accounts.services import add_member, create_account, create_user
from apps.accounts.tokens import create_token
from apps.outbox import services
from apps.outbox.nudge import Nudger

# `make test` explores; CI tries the same examples each time, so that a change is judged by what it changed. A
# machine that is slow or busy fails neither.
_PATIENT = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.register_profile("exploring", _PATIENT)
hypothesis_settings.register_profile("steady", _PATIENT, derandomize=True, database=None)
hypothesis_settings.load_profile("steady" if os.environ.get("CI") else "exploring")

PASSWORD = "a winding road among trees"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test log what is no text: xdist passes reports on as UTF-8, and would stop at it."""
    report = yield
    report.sections = [
        (title, text.encode(errors="backslashreplace").decode()) for title, text in report.sections
    ]
    return report


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Keep passwords under a hash that is made in no time; the real one takes a fifth of a second each."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def broker_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget that another test's broker was down."""
    monkeypatch.setattr(services, "nudger", Nudger())


@pytest.fixture
def stores(tmp_path: Path, settings: Any) -> Path:
    """The folder in which this test's originals and renditions lie."""
    root = tmp_path / "stores"
    settings.STORAGES = settings.STORAGES | {
        name: settings.STORAGES[name] | {"OPTIONS": {"location": root / name}}
        for name in ("originals", "renditions")
    }
    return root


@pytest.fixture
def olive(db: None) -> User:
    return create_user(email="olive@example.com", password=PASSWORD, name="Olive")


@pytest.fixture
def orchard(olive: User) -> Account:
    return create_account(name="Orchard", owner=olive, actor=SYSTEM)


@pytest.fixture
def max_viewer(orchard: Account) -> User:
    user = create_user(email="max@example.com", password=PASSWORD, name="Max")
    add_member(account=orchard, user=user, role=Role.VIEWER, actor=SYSTEM)
    return user


@pytest.fixture
def eve(db: None) -> User:
    return create_user(email="eve@example.com", password=PASSWORD, name="Eve")


@pytest.fixture
def elsewhere(eve: User) -> Account:
    return create_account(name="Elsewhere", owner=eve, actor=SYSTEM)


@pytest.fixture
def orchard_token(orchard: Account) -> str:
    """A secret that may edit."""
    return create_token(account=orchard, name="edits", scopes=[Scope.EDIT], actor=SYSTEM)[1]


@pytest.fixture
def orchard_read_token(orchard: Account) -> str:
    """A secret that may only read."""
    return create_token(account=orchard, name="reads", scopes=[Scope.READ], actor=SYSTEM)[1]


@pytest.fixture
def elsewhere_token(elsewhere: Account) -> str:
    return create_token(account=elsewhere, name="edits", scopes=[Scope.EDIT], actor=SYSTEM)[1]
