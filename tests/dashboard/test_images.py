"""The grid: newest first, a page at a time, searched."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.dashboard import paging
from apps.images.models import Image
from apps.images.services import delete_image
from apps.usage.models import DailyUsage
from apps.usage.services import Served, count_served
from tests.dashboard.conftest import Upload

pytestmark = pytest.mark.django_db


def names(page: str) -> list[str]:
    return re.findall(r'class="tile-name[^>]*>([^<]*)<', page)


def test_it_works(olive_client: Client, orchard: Account, upload: Upload) -> None:
    for name in ("first.jpg", "second.jpg", "third.jpg"):
        upload(name)
    page = olive_client.get(f"/{orchard.public_id}/images").content.decode()
    assert names(page) == ["third.jpg", "second.jpg", "first.jpg"]
    assert "60 × 40" in page
    assert "3 of 100,000 images" in page


def test_thumbnails_are_delivery_links(olive_client: Client, orchard: Account, photo: Image) -> None:
    page = olive_client.get(f"/{orchard.public_id}/images").content.decode()
    link = f"http://127.0.0.1:8001/{orchard.hash}/{photo.public_id}/public"
    assert f'src="{link}"' in page
    assert f'data-copy="{link}"' in page


def test_a_private_image_is_shown_by_a_signed_link(
    olive_client: Client, orchard: Account, upload: Upload
) -> None:
    upload("secret.jpg", is_private=True)
    page = olive_client.get(f"/{orchard.public_id}/images").content.decode()
    source = re.search(r'src="(http[^"]*)"', page)
    assert source is not None
    assert re.search(r"exp=\d+&amp;sig=[0-9a-f]{64}$", source[1])
    assert "Private" in page


def test_no_images_yet(olive_client: Client, max_client: Client, orchard: Account) -> None:
    assert "Drop some anywhere" in olive_client.get(f"/{orchard.public_id}/images").content.decode()
    assert "Drop some" not in max_client.get(f"/{orchard.public_id}/images").content.decode()


def test_deleted_images_are_gone(olive_client: Client, orchard: Account, photo: Image) -> None:
    delete_image(image=photo, actor=SYSTEM)
    assert names(olive_client.get(f"/{orchard.public_id}/images").content.decode()) == []


def test_pages_follow_each_other_without_gaps(
    olive_client: Client, orchard: Account, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        upload(f"{number}.jpg")
    monkeypatch.setattr(paging.cut_page, "__kwdefaults__", {"size": 2})
    path, seen = f"/{orchard.public_id}/images", []
    while path:
        page = olive_client.get(path).content.decode()
        seen += names(page)
        following = re.search(r'href="(\?after=[^"]*)"', page)
        path = urlsplit(path).path + following[1] if following else ""
    assert seen == ["4.jpg", "3.jpg", "2.jpg", "1.jpg", "0.jpg"]


def test_a_page_stays_right_when_pictures_arrive(upload: Upload, orchard: Account) -> None:
    for number in range(4):
        upload(f"{number}.jpg")
    images = Image.objects.in_account(orchard).live()
    first = paging.cut_page(images, "", size=2)
    upload("late.jpg")
    second = paging.cut_page(images, first.next_key, size=2)
    assert [image.filename for image in second.images] == ["1.jpg", "0.jpg"]
    assert second.next_key == ""


def test_images_of_the_same_moment_are_told_apart(upload: Upload, orchard: Account) -> None:
    for number in range(3):
        upload(f"{number}.jpg")
    moment = Image.objects.latest("pk").uploaded_at
    Image.objects.update(uploaded_at=moment)
    images, key, seen = Image.objects.in_account(orchard).live(), "", []
    for _ in range(3):
        page = paging.cut_page(images, key, size=1)
        key = page.next_key
        seen += [image.filename for image in page.images]
    assert seen == ["2.jpg", "1.jpg", "0.jpg"]


@pytest.mark.parametrize("key", ["x", "1-", "-1", "99999999999999999-1", "1-1;drop", "٣-٣"])
def test_a_key_of_nonsense_starts_from_the_top(
    key: str, olive_client: Client, orchard: Account, photo: Image
) -> None:
    page = olive_client.get(f"/{orchard.public_id}/images", {"after": key})
    assert page.status_code == 200
    assert paging.read_key(key) is None or key[0] == "9"


def test_search_finds_parts_of_names_and_ids(olive_client: Client, orchard: Account, upload: Upload) -> None:
    upload("Harbour at dawn.jpg")
    upload("100%.jpg")
    upload("plain.jpg", image_id="shop/summer/hat")
    path = f"/{orchard.public_id}/images"
    for text, found in {
        "HARBOUR": ["Harbour at dawn.jpg"],
        "summer/": ["plain.jpg"],
        "%": ["100%.jpg"],
        "_": [],
        "\0": ["plain.jpg", "100%.jpg", "Harbour at dawn.jpg"],
    }.items():
        assert names(olive_client.get(path, {"q": text}).content.decode()) == found
    assert "Nothing matches" in olive_client.get(path, {"q": "nowhere"}).content.decode()


def test_what_people_type_stays_text(olive_client: Client, orchard: Account, upload: Upload) -> None:
    upload('"><script>alert(1).jpg')
    page = olive_client.get(f"/{orchard.public_id}/images", {"q": '"><script>'}).content.decode()
    assert "><script>alert" not in page
    assert names(page) == ["&quot;&gt;&lt;script&gt;alert(1).jpg"]


def test_htmx_gets_the_results_alone(olive_client: Client, orchard: Account, photo: Image) -> None:
    path = f"/{orchard.public_id}/images"
    part = olive_client.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert names(part) == ["photo.jpg"]
    whole = olive_client.get(
        path, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    ).content.decode()
    assert whole.count('id="found"') == 1
    assert "<html" in whole


def test_a_page_asks_the_database_the_same_however_many_images(
    olive_client: Client, orchard: Account, upload: Upload
) -> None:
    counts = []
    for number in range(3):
        upload(f"{number}.jpg", is_private=True)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            olive_client.get(f"/{orchard.public_id}/images")
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 8


def test_what_was_served_is_told_as_far_as_it_is_known(
    olive_client: Client, orchard: Account, elsewhere: Account
) -> None:
    path = f"/{orchard.public_id}/images"
    today = timezone.now().date()
    assert "30 days" not in olive_client.get(path).content.decode()
    count_served(
        counts={(orchard.pk, today): Served(4_000, 3_000, 1024), (elsewhere.pk, today): Served(1, 1, 1)}
    )
    page = " ".join(olive_client.get(path).content.decode().split())
    assert "30 days: 4,000 reached the origin, 1.0 KB, 75 % stored before" in page
    DailyUsage.objects.filter(account=orchard).update(edge_hits=6_000, edge_bytes=1024)
    page = " ".join(olive_client.get(path).content.decode().split())
    assert "30 days: 10,000 served, 2.0 KB, 90 % stored before" in page
    DailyUsage.objects.filter(account=orchard).update(day=today - timedelta(days=30))
    assert "30 days" not in olive_client.get(path).content.decode()
