"""An account's delivery policy, where it names images."""

from __future__ import annotations

from typing import Any

from apps.accounts.actor import Actor
from apps.accounts.models import Account
from apps.cdn.services import PurgeState
from apps.images.errors import FallbackNotPublic
from apps.images.models import Image
from apps.variants.models import DeliveryPolicy
from apps.variants.services import set_delivery_policy


def change_delivery_policy(
    *, account: Account, actor: Actor, **changes: Any
) -> tuple[DeliveryPolicy, PurgeState]:
    """Change what is given, as `set_delivery_policy` does; raises FallbackNotPublic too.

    What becomes of the fallback later is its owner's affair: where it is gone or private, none is shown.
    """
    image_id = changes.get("fallback_image")
    images = Image.objects.in_account(account).live().filter(is_private=False)
    if image_id and not images.filter(public_id=image_id).exists():
        raise FallbackNotPublic(image_id)
    return set_delivery_policy(account=account, actor=actor, **changes)
