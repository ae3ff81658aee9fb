"""Many rows by one statement: what lists and searches cost is asked with as many as there may be."""

from __future__ import annotations

from django.db import connection

from apps.accounts.models import Account

_SEED = """
INSERT INTO images_image (account_id, public_id, version, original_version, is_draft, is_private, filename,
    creator, metadata, alt_text, tags, storage_key, sha256, size_bytes, format, width, height, frames,
    has_alpha, focal_points, uploaded_at, created_at)
SELECT %(account)s, md5(n::text) || '/' || n, 1, 1, false, false, 'DSC_' || n || '.jpg',
    'creator-' || n %% 1000, jsonb_build_object('batch', n / 10, 'place', md5((n %% 500)::text)),
    CASE n %% 5 WHEN 0 THEN 'A picture of orchard ' || n / 7 ELSE '' END,
    jsonb_build_array('season-' || n %% 4, 'tree-' || n / 50), '', '', 0, 'jpeg', 1, 1, 1,
    false, '', now() - make_interval(secs => n), now()
FROM generate_series(1, %(rows)s) AS n
"""


def seed_images(account: Account, *, rows: int) -> None:
    """Make rows of images without files, the first the newest, and let Postgres look at them."""
    with connection.cursor() as cursor:
        cursor.execute(_SEED, {"account": account.pk, "rows": rows})
        for index in ("image_metadata", "image_tags", "image_search"):
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
        cursor.execute("ANALYZE images_image")
