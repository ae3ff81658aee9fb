"""Start-up checks of this room: there is a key for secrets at rest, and every one given can be used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

_HINT = (
    'Make one with: python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
)


@register()
def check_field_keys(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.FIELD_KEYS:
        return [Error("FIELD_KEYS is empty: signing keys cannot be stored.", hint=_HINT, id="signing.E001")]
    found: list[CheckMessage] = []
    for number, key in enumerate(settings.FIELD_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            # The key itself must not get into a log, not even a wrong one: name its place.
            found.append(
                Error(f"Key {number} of FIELD_KEYS is not a Fernet key.", hint=_HINT, id="signing.E002")
            )
    return found
