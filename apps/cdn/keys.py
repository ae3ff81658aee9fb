"""Surrogate keys: the tags under which caches file answers; internal ids, never a user's string.

A key with a space would be two (xkey splits there), and one of a user's making could purge another's.
"""

from __future__ import annotations


def account_key(account_pk: int) -> str:
    """Everything an account serves."""
    return f"a-{account_pk:d}"


def image_key(image_pk: int) -> str:
    """Every rendition of one image."""
    return f"i-{image_pk:d}"


def variant_key(variant_pk: int) -> str:
    """Every image under one variant."""
    return f"v-{variant_pk:d}"
