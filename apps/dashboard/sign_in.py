"""Signing in is django-allauth's work; what it may do here is narrowed to people who were invited."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Closes public sign-up: people are added by an owner or by `manage.py create_account`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
