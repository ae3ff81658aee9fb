"""Secrets at rest: Fernet tokens under keys that live outside the database.

Pure: the keys are given. The first encrypts, all decrypt, so that a new one can be put in front.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class UnreadableSecret(Exception):
    """No key opens a stored secret: the keys given are not those it was encrypted under."""

    def __init__(self) -> None:
        super().__init__(
            "A stored secret cannot be decrypted: FIELD_KEYS lacks the key it was encrypted with."
        )


def encrypt_value(value: str, keys: Sequence[str]) -> str:
    """Return the value as ASCII text under the first key."""
    return _fernet(tuple(keys)).encrypt(value.encode("utf-8")).decode("ascii")


def decrypt_value(encrypted: str, keys: Sequence[str]) -> str:
    """Return the clear value, or raise UnreadableSecret."""
    return _decrypt(encrypted, tuple(keys))


# A delivery request needs its account's keys in clear: remembered by ciphertext, so that a row that
# changed or went is never answered from here.
@lru_cache(maxsize=4096)
def _decrypt(encrypted: str, keys: tuple[str, ...]) -> str:
    try:
        return _fernet(keys).decrypt(encrypted).decode("utf-8")
    except InvalidToken:
        raise UnreadableSecret from None


@lru_cache(maxsize=8)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
