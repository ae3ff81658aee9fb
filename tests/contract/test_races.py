"""Many at once, through the server as it is run: of what there is, exactly so much is given (F20, F21)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import httpx
import pytest

from apps.accounts.models import Account
from apps.images.models import Image, UploadGrant
from apps.images.services.files import REMOVE_FILE
from apps.images.services.quota import RELEASE_QUOTA
from apps.outbox.models import Job
from tests.images.conftest import jpeg
from tests.together import run_together


@pytest.fixture
def crowd(api: str, account_id: str) -> Iterator[httpx.Client]:
    """As many connections as there are threads, none of them kept for the next."""
    with httpx.Client(
        base_url=api,
        timeout=120,
        trust_env=False,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
    ) as client:
        yield client


def count_answers(*requests: Callable[[], httpx.Response]) -> Counter[tuple[int, int]]:
    """Send all at once; returns how often which status and error code came, 0 for none."""
    answers: Counter[tuple[int, int]] = Counter()
    for response in run_together(*requests):
        assert isinstance(response, httpx.Response), response
        errors = response.json()["errors"]
        answers[response.status_code, errors[0]["code"] if errors else 0] += 1
    return answers


def check_nothing_is_left_over(orchard: Account, *, images: int) -> None:
    """Check that as many are counted as are there, and no file or place waits to be taken back."""
    orchard.refresh_from_db()
    assert orchard.images_used == Image.objects.in_account(orchard).live().count() == images
    assert not Job.objects.filter(kind__in=[RELEASE_QUOTA, REMOVE_FILE]).exists()


def test_of_a_hundred_uploads_ten_find_a_place(
    crowd: httpx.Client, orchard: Account, orchard_token: str
) -> None:
    Account.objects.filter(pk=orchard.pk).update(images_limit=10)
    send = partial(
        crowd.post,
        f"/accounts/{orchard.public_id}/images/v1",
        files={"file": ("pear.jpg", jpeg(40, 30))},
        headers={"Authorization": f"Bearer {orchard_token}"},
    )
    assert count_answers(*[send] * 100) == {(200, 0): 10, (403, 5453): 90}
    check_nothing_is_left_over(orchard, images=10)


def test_of_fifty_posts_to_one_upload_url_one_succeeds(
    crowd: httpx.Client, orchard: Account, orchard_token: str
) -> None:
    """The others find it in use, or used."""
    granted = crowd.post(
        f"/accounts/{orchard.public_id}/images/v1/direct_upload",
        json={},
        headers={"Authorization": f"Bearer {orchard_token}"},
    ).json()["result"]
    pictures = [jpeg(40 + number, 30) for number in range(50)]
    answers = count_answers(
        *[
            partial(crowd.post, granted["uploadURL"], files={"file": ("pear.jpg", picture)})
            for picture in pictures
        ]
    )
    assert answers.pop((200, 0)) == 1
    assert answers.total() == 49
    assert answers.keys() <= {(409, 5409), (404, 5404)}
    check_nothing_is_left_over(orchard, images=1)
    image = Image.objects.in_account(orchard).get()
    assert (image.public_id, image.is_draft) == (granted["id"], False)
    assert not UploadGrant.objects.exists()
