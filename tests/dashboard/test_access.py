"""Who may enter an account, and what a viewer may not do; every route of the dashboard is tried."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, Role, User
from apps.accounts.services import add_member
from apps.images.models import Image
from tests.dashboard.conftest import Upload

READS = {"images": "GET", "image": "GET", "variants": "GET", "explain": "GET"}
CHANGES = {
    "upload": "POST",
    "delete_image": "POST",
    "image_access": "POST",
    "add_variant": "POST",
    "delete_variant": "POST",
}
pytestmark = pytest.mark.django_db


def address(name: str, account: Account, image: Image) -> str:
    parts = {"account_id": account.public_id}
    if "image" in name and name != "images":
        parts["image_id"] = image.public_id
    if name == "delete_variant":
        parts["name"] = "public"
    return reverse(f"dashboard:{name}", kwargs=parts)


def test_it_works(olive_client: Client, orchard: Account, photo: Image) -> None:
    for name, method in READS.items():
        assert olive_client.generic(method, address(name, orchard, photo)).status_code == 200


def test_every_route_is_listed_here() -> None:
    names = set(get_resolver().namespace_dict["dashboard"][1].reverse_dict) - {"home"}
    assert {name for name in names if isinstance(name, str)} == READS.keys() | CHANGES.keys()


@pytest.mark.parametrize(("name", "method"), [*READS.items(), *CHANGES.items()])
def test_a_stranger_finds_nothing(
    name: str, method: str, eve_client: Client, orchard: Account, elsewhere: Account, photo: Image
) -> None:
    page = eve_client.generic(method, address(name, orchard, photo))
    assert page.status_code == 404
    assert Image.objects.in_account(orchard).live().count() == 1


@pytest.mark.parametrize("name", ["delete_image", "image_access"])
def test_an_image_is_not_found_below_another_account(
    name: str, eve_client: Client, elsewhere: Account, photo: Image
) -> None:
    path = address(name, elsewhere, photo)
    assert eve_client.get(path).status_code == 404
    assert eve_client.post(path).status_code == 404
    photo.refresh_from_db()
    assert photo.deleted_at is None


@pytest.mark.parametrize(("name", "method"), [*READS.items(), *CHANGES.items()])
def test_the_signed_out_are_sent_to_sign_in(
    name: str, method: str, client: Client, orchard: Account, photo: Image
) -> None:
    page = client.generic(method, address(name, orchard, photo))
    assert page["Location"].startswith("/accounts/login/?next=/")


def test_scripts_of_the_signed_out_get_answers_they_can_read(client: Client, orchard: Account) -> None:
    uploading = client.post(f"/{orchard.public_id}/upload", headers={"Accept": "application/json"})
    assert (uploading.status_code, list(uploading.json())) == (401, ["error"])
    current = f"http://testserver/{orchard.public_id}/images?q=a"
    swapping = client.get(
        f"/{orchard.public_id}/images", headers={"HX-Request": "true", "HX-Current-URL": current}
    )
    assert swapping["HX-Redirect"] == f"/accounts/login/?next=/{orchard.public_id}/images%3Fq%3Da"


@pytest.mark.parametrize(("name", "method"), READS.items())
def test_a_viewer_sees(name: str, method: str, max_client: Client, orchard: Account, photo: Image) -> None:
    page = max_client.generic(method, address(name, orchard, photo))
    assert page.status_code == 200
    for word in ("Upload images", "Delete", "Make private", "New variant"):
        assert word not in page.content.decode()


@pytest.mark.parametrize(("name", "method"), CHANGES.items())
def test_a_viewer_changes_nothing_and_reads_why(
    name: str, method: str, max_client: Client, orchard: Account, photo: Image
) -> None:
    page = max_client.generic(method, address(name, orchard, photo))
    assert page.status_code == 403
    assert "needs the role Editor or Owner" in page.content.decode()
    assert "you are a Viewer" in page.content.decode()
    photo.refresh_from_db()
    assert (photo.deleted_at, photo.is_private) == (None, False)


@pytest.mark.parametrize("name", CHANGES)
def test_changes_need_a_token_against_forgery(name: str, olive: User, orchard: Account, photo: Image) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(olive, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(address(name, orchard, photo)).status_code == 403


def test_those_in_several_accounts_choose(
    olive_client: Client, olive: User, orchard: Account, elsewhere: Account
) -> None:
    add_member(account=elsewhere, user=olive, role=Role.VIEWER, actor=SYSTEM)
    page = olive_client.get("/").content.decode()
    assert page.index("Orchard") < page.index("Elsewhere")
    assert f"/{elsewhere.public_id}/images" in page


def test_those_in_none_are_told(client: Client, eve: User) -> None:
    client.force_login(eve, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "No account yet" in client.get("/").content.decode()


def test_an_account_without_images_is_entered_by_nobody_else(
    upload: Upload, eve_client: Client, orchard: Account
) -> None:
    """The answer for an account that exists is the answer for one that does not."""
    real = eve_client.get(f"/{orchard.public_id}/images").content
    invented = eve_client.get(f"/{'0' * 32}/images").content
    assert strip_request_id(real) == strip_request_id(invented)


def strip_request_id(page: bytes) -> bytes:
    return page.partition(b"request-id")[0]
