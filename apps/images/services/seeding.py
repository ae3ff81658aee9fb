"""Made-up images by the million: what lists and searches cost is asked with as many as there may be."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import F

from apps.accounts.errors import QuotaExceeded
from apps.accounts.models import Account
from apps.images.models import Image
from apps.images.services.numbers import note_numbers_of

_BATCH = 20_000
# Words of every frequency: `dsc` is in all, a season in a quarter, a creator in a thousandth, evenly spread;
# a tree, a batch and an album in neighbours, as pictures of one day lie.
_SEED = """
INSERT INTO images_image (account_id, public_id, version, original_version, is_draft, is_private, filename,
    creator, metadata, alt_text, tags, storage_key, sha256, size_bytes, format, width, height, frames,
    has_alpha, focal_points, uploaded_at, created_at)
SELECT %(account)s, md5(n::text) || '/' || n, 1, 1, false, false, 'DSC_' || n || '.jpg',
    'creator-' || n %% 1000,
    jsonb_build_object('batch', n / 10, 'place', md5((n %% 500)::text), 'album', 'album-' || n / 5000),
    CASE n %% 5 WHEN 0 THEN 'A picture of orchard ' || n / 7 ELSE '' END,
    jsonb_build_array('season-' || n %% 4, 'tree-' || n / 50), '', '', 0, 'jpeg', 1, 1, 1,
    false, '', now() - make_interval(secs => n), now()
FROM generate_series(%(first)s, %(last)s) AS n
RETURNING id
"""


def seed_images(*, account: Account, count: int) -> None:
    """Make rows of images without files, the first the newest, and let Postgres look at them.

    For an account that serves nobody: their links answer that the original is missing. Raises QuotaExceeded
    before anything is made.
    """
    account.refresh_from_db()
    if account.images_used + count > account.images_limit:
        raise QuotaExceeded(account.images_limit)
    for first in range(1, count + 1, _BATCH):
        last = min(first + _BATCH - 1, count)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_SEED, {"account": account.pk, "first": first, "last": last})
            note_numbers_of([pk for (pk,) in cursor.fetchall()])
            used = Account.objects.filter(pk=account.pk)
            used.update(images_used=F("images_used") + last - first + 1)
    with connection.cursor() as cursor:
        for index in Image._meta.indexes:
            if index.suffix == "gin":
                cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index.name])
        cursor.execute("ANALYZE images_image, images_metadatanumber")
