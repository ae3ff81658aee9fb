"""Signing in and out."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import Account, User
from apps.dashboard.sign_in import InvitedOnlyAdapter
from tests.conftest import PASSWORD

LOGIN = "/accounts/login/"
pytestmark = pytest.mark.django_db


def attempt(client: Client, email: str, password: str, query: str = "") -> object:
    return client.post(LOGIN + query, {"login": email, "password": password})


def test_it_works(client: Client, olive: User, orchard: Account) -> None:
    before = client.get("/")
    assert (before.status_code, before["Location"]) == (302, f"{LOGIN}?next=/")
    page = attempt(client, "olive@example.com", PASSWORD)
    assert (page.status_code, page["Location"]) == (302, "/")
    home = client.get("/")
    assert home["Location"] == f"/{orchard.public_id}/images"
    assert client.get(home["Location"]).status_code == 200


def test_the_address_is_the_same_in_any_case(client: Client, olive: User) -> None:
    assert attempt(client, "OLIVE@Example.com", PASSWORD)["Location"] == "/"


def test_the_session_changes_its_key(client: Client, olive: User) -> None:
    client.get(LOGIN)
    attempt(client, "olive@example.com", PASSWORD)
    first = client.session.session_key
    client.post("/accounts/logout/")
    attempt(client, "olive@example.com", PASSWORD)
    assert client.session.session_key != first


def test_one_comes_back_to_the_page_asked_for(client: Client, olive: User, orchard: Account) -> None:
    path = f"/{orchard.public_id}/variants"
    asked = client.get(path)
    page = client.post(asked["Location"], {"login": "olive@example.com", "password": PASSWORD, "next": path})
    assert page["Location"] == path


def test_nobody_is_sent_to_another_site(client: Client, olive: User) -> None:
    page = attempt(client, "olive@example.com", PASSWORD, "?next=https://evil.example/")
    assert page["Location"] == "/"


def test_a_wrong_password_and_an_unknown_person_read_the_same(client: Client, olive: User) -> None:
    answers = [
        attempt(client, email, "not the password").content.decode()
        for email in ("olive@example.com", "nobody@example.com")
    ]
    sentence = "The email address and/or password you specified are not correct."
    assert all(sentence in answer for answer in answers)


def test_guessing_is_stopped(client: Client, olive: User) -> None:
    for _ in range(5):
        attempt(client, "olive@example.com", "a guess")
    page = attempt(client, "olive@example.com", PASSWORD)
    assert page.status_code == 200
    assert "Too many failed login attempts" in page.content.decode()


def test_hammering_is_answered_with_a_page(client: Client, db: None) -> None:
    pages = [attempt(client, f"{number}@example.com", "a guess") for number in range(31)]
    assert pages[-1].status_code == 429
    assert "Too many attempts" in pages[-1].content.decode()


def test_there_is_no_sign_up(client: Client) -> None:
    assert client.get("/accounts/signup/").status_code == 404
    assert client.get("/accounts/password/reset/").status_code == 404
    assert not InvitedOnlyAdapter().is_open_for_signup(None)


def test_a_form_without_its_token_is_refused(olive: User) -> None:
    client = Client(enforce_csrf_checks=True)
    page = attempt(client, "olive@example.com", PASSWORD)
    assert page.status_code == 403
    assert "This form has expired" in page.content.decode()


def test_signing_out_needs_a_post(olive_client: Client) -> None:
    assert "Sign out?" in olive_client.get("/accounts/logout/").content.decode()
    assert olive_client.get("/").status_code == 302
    olive_client.post("/accounts/logout/")
    assert olive_client.get("/")["Location"].startswith(LOGIN)


def test_a_person_switched_off_cannot_sign_in(client: Client, olive: User) -> None:
    User.objects.filter(pk=olive.pk).update(is_active=False)
    page = attempt(client, "olive@example.com", PASSWORD)
    assert "_auth_user_id" not in client.session
    assert page["Location"] == "/accounts/inactive/"
    assert "switched off" in client.get("/accounts/inactive/").content.decode()
