"""How pictures and recipes are put in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.timesince import timesince

from apps.accounts.models import Account
from apps.images.models import Image
from apps.imaging.options.grammar import to_mapping, write
from apps.variants.models import Variant

register = template.Library()
_BOX = ("width", "height", "fit")


@register.filter
def title(image: Image) -> str:
    """Return what to call an image: its filename, else its id."""
    return image.filename or image.public_id


@register.filter
def thousands(number: int) -> str:
    return f"{number:,}"


@register.filter
def ago(moment: datetime) -> str:
    """Return how long ago it was, in its largest unit."""
    if timezone.now() - moment < timedelta(minutes=1):
        return "just now"
    return f"{timesince(moment, depth=1)} ago"


@register.filter
def box(variant: Variant) -> str:
    """Return a variant's size: `320 × 320`, or `320 wide`."""
    options = to_mapping(variant.recipe)
    width, height = options.get("width"), options.get("height")
    if width and height:
        return f"{width} × {height}"
    if width:
        return f"{width} wide"
    return f"{height} high" if height else "as uploaded"


@register.filter
def fit(variant: Variant) -> str:
    return variant.recipe.fit.value


@register.filter
def other_options(variant: Variant) -> str:
    """Return what the recipe says beyond size and fit, as in a link's text."""
    written = write(variant.recipe).split(",")
    return ", ".join(option for option in written if option.partition("=")[0] not in _BOX)


@register.simple_tag
def link_pattern(account: Account) -> str:
    """Return what every delivery link of an account looks like."""
    return f"{settings.DELIVERY_URL}/{account.hash}/<image id>/<variant>"
