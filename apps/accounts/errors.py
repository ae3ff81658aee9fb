"""What accounts refuse.

AccountsError
├── InvalidToken      unknown, malformed, revoked or expired: the caller is not told which
└── QuotaExceeded     the account holds as many images as it may
"""

from __future__ import annotations


class AccountsError(Exception):
    """Base of what services of this room refuse; the message can be shown to the caller."""


class InvalidToken(AccountsError):
    def __init__(self) -> None:
        super().__init__("The API token is not valid.")


class QuotaExceeded(AccountsError):
    def __init__(self, limit: int) -> None:
        super().__init__(f"The account may hold {limit} images and holds that many.")
        self.limit = limit
