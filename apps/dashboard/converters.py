"""URL parts of our own."""

from __future__ import annotations


class AccountId:
    """An account's public id: 32 hexadecimal digits, so that no other address is mistaken for one."""

    regex = "[0-9a-f]{32}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
