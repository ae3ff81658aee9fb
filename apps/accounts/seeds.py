"""Seeds: what rooms above put into every new account, in the transaction that makes it.

A room registers its seed in `AppConfig.ready`, so that this room needs to know none of them.
"""

from __future__ import annotations

from collections.abc import Callable

from apps.accounts.models import Account

Seed = Callable[[Account], None]
_seeds: list[Seed] = []


def register(seed: Seed) -> None:
    """Have `seed` called for every account made from now on; a second registration changes nothing."""
    if seed not in _seeds:
        _seeds.append(seed)


def sow(account: Account) -> None:
    """Call every seed; one that fails fails the account."""
    for seed in _seeds:
        seed(account)
