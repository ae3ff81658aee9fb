"""What signing refuses.

SigningError
├── SigningKeyNotFound
├── SigningKeyExists
├── TooManySigningKeys     two are enough to rotate one at leisure; an operator may allow more
└── BadKeyName
"""

from __future__ import annotations


class SigningError(Exception):
    """Base of what services of this room refuse; the message can be shown to the caller."""


class SigningKeyNotFound(SigningError):
    def __init__(self, name: str) -> None:
        super().__init__(f"The account has no signing key named {name!r}.")


class SigningKeyExists(SigningError):
    def __init__(self, name: str) -> None:
        super().__init__(f"The account already has a signing key named {name!r}.")


class TooManySigningKeys(SigningError):
    def __init__(self, limit: int) -> None:
        super().__init__(f"An account may have at most {limit} signing keys: delete one first.")
        self.limit = limit


class BadKeyName(SigningError):
    def __init__(self) -> None:
        super().__init__("The name of a signing key is 1 to 20 ASCII letters and digits.")
