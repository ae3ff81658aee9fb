"""Secrets at rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.fernet import Fernet

from apps.signing.secrets import UnreadableSecret, decrypt_value, encrypt_value

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_it_works() -> None:
    encrypted = encrypt_value("pear \u00fc", [OLD])
    assert "pear" not in encrypted
    assert encrypted.isascii()
    assert decrypt_value(encrypted, [OLD]) == "pear \u00fc"
    assert encrypt_value("pear \u00fc", [OLD]) != encrypted


def test_a_new_key_in_front_reads_the_old() -> None:
    encrypted = encrypt_value("pear", [OLD])
    assert decrypt_value(encrypted, [NEW, OLD]) == "pear"
    assert decrypt_value(encrypt_value("pear", [NEW, OLD]), [NEW]) == "pear"


@pytest.mark.parametrize("change", [lambda text: text[:-4], lambda text: "", lambda text: "A" + text])
def test_what_was_changed_is_not_read(change: Callable[[str], str]) -> None:
    encrypted = encrypt_value("pear", [OLD])
    with pytest.raises(UnreadableSecret):
        decrypt_value(change(encrypted), [OLD])


def test_without_the_key_nothing_is_read() -> None:
    encrypted = encrypt_value("pear", [OLD])
    decrypt_value(encrypted, [OLD])
    with pytest.raises(UnreadableSecret) as caught:
        decrypt_value(encrypted, [NEW])
    assert "FIELD_KEYS" in str(caught.value)
    assert NEW not in str(caught.value)
    assert encrypted not in str(caught.value)
