"""The addresses of signing in and out: of all that allauth offers, what this dashboard has screens for.

allauth's names are kept, since its views look each other up by them. Sign-up is closed, so it has none.
"""

from __future__ import annotations

from allauth.account import views
from django.urls import path

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
]
