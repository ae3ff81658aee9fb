"""What variants refuse; bad options are imaging's OptionsError, passed through, as what reviews raise is.

VariantsError
├── VariantNotFound
├── VariantExists
├── BadVariantName
├── BadBrowserTtl
├── BadOrigin            no host, or host and path, that sources may come from; `origin`
├── TooManyOrigins
├── BadAvifDeadline
├── TooManyVariants
└── VariantProtected     `public` cannot be deleted
"""

from __future__ import annotations


class VariantsError(Exception):
    """Base of what services of this room refuse; the message can be shown to the caller."""


class VariantNotFound(VariantsError):
    def __init__(self) -> None:
        super().__init__("Variant not found")


class VariantExists(VariantsError):
    def __init__(self, name: str) -> None:
        super().__init__(f"A variant named {name!r} already exists")
        self.name = name


class BadVariantName(VariantsError):
    def __init__(self, limit: int, *, is_extended: bool) -> None:
        signs = ", digits, hyphens and underscores" if is_extended else " and digits"
        hint = (
            "" if is_extended else ", without hyphen or underscore unless the account allows extended names"
        )
        super().__init__(f"a variant's name is 1 to {limit} ASCII letters{signs}{hint}")


class BadBrowserTtl(VariantsError):
    def __init__(self, minimum: int, maximum: int) -> None:
        super().__init__(f"browsers may keep an image from {minimum} to {maximum} seconds")


class BadOrigin(VariantsError):
    def __init__(self, origin: str, reason: str) -> None:
        super().__init__(
            f"{origin[:100]!r} is no origin (example.com, *.example.com, example.com/photos/): {reason}"
        )


class TooManyOrigins(VariantsError):
    def __init__(self, limit: int) -> None:
        super().__init__(f"an account may allow at most {limit} origins")


class BadAvifDeadline(VariantsError):
    def __init__(self, minimum: int, maximum: int) -> None:
        super().__init__(f"AVIF may take from {minimum} to {maximum} milliseconds before another stands in")


class TooManyVariants(VariantsError):
    def __init__(self, limit: int) -> None:
        super().__init__(f"an account may have at most {limit} variants")
        self.limit = limit


class VariantProtected(VariantsError):
    def __init__(self, name: str) -> None:
        super().__init__(f"the variant {name!r} cannot be deleted")
