"""Reviews: what rooms above have to say against a recipe before a variant keeps it.

A room registers its review in `AppConfig.ready`, so that this room needs to know none of them, and no face
can forget to ask.
"""

from __future__ import annotations

from collections.abc import Callable

from apps.accounts.models import Account
from apps.imaging.recipe import Recipe

Review = Callable[[Account, Recipe], None]
_reviews: list[Review] = []


def register(review: Review) -> None:
    """Have `review` called for every recipe from now on; it raises to refuse. Twice changes nothing."""
    if review not in _reviews:
        _reviews.append(review)


def hold(account: Account, recipe: Recipe) -> None:
    """Call every review, in the transaction that keeps the recipe; raises what the first refuser does."""
    for review in _reviews:
        review(account, recipe)
