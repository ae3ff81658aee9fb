"""A platform that could not keep or read secrets does not start."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet

from apps.signing.checks import check_field_keys

GOOD = Fernet.generate_key().decode()


@pytest.mark.parametrize(
    ("keys", "ids"),
    [
        ([GOOD], []),
        ([GOOD, GOOD], []),
        ([], ["signing.E001"]),
        (["pear"], ["signing.E002"]),
        ([GOOD, GOOD[:-2], "\u00fc"], ["signing.E002", "signing.E002"]),
    ],
)
def test_field_keys(settings: Any, keys: list[str], ids: list[str]) -> None:
    settings.FIELD_KEYS = keys
    found = check_field_keys(None)
    assert [error.id for error in found] == ids
    for error in found:
        assert error.hint
        assert not any(key in error.msg for key in keys), "not even a wrong key gets into a log"
