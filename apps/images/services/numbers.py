"""The numbers of metadata, kept beside them for filters on order."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from apps.images.conditions import KEY_PATTERN, LARGEST, MAX_LEVELS, SMALLEST
from apps.images.models import Image, MetadataNumber

_BATCH = 1000
# Walks down objects, not lists: a filter's path leads through keys alone. A number that no float can be near
# is kept as the last one that can; the order is the same.
NOTE_NUMBERS = """
WITH RECURSIVE found (image_id, account_id, path, level, value) AS (
    SELECT images_image.id, account_id, key, 1, value
    FROM images_image, jsonb_each(metadata)
    WHERE images_image.id = ANY(%(images)s) AND key ~ %(key)s
UNION ALL
    SELECT image_id, account_id, path || '.' || inner_key, level + 1, inner_value
    FROM found, jsonb_each(CASE jsonb_typeof(value) WHEN 'object' THEN value ELSE '{}' END)
        AS inside (inner_key, inner_value)
    WHERE level < %(levels)s AND inner_key ~ %(key)s
),
numbers AS (
    SELECT image_id, account_id, path, (value #>> '{}')::numeric AS value
    FROM found WHERE jsonb_typeof(value) = 'number'
)
INSERT INTO images_metadatanumber (image_id, account_id, path, value)
SELECT image_id, account_id, path, CASE
    WHEN abs(value) < %(smallest)s THEN 0
    ELSE greatest(least(value, %(largest)s), -%(largest)s)
END::float8
FROM numbers
"""


def note_numbers(*, image: Image) -> None:
    """Note what numbers a new image's metadata hold, in the transaction that writes its row."""
    if image.metadata:
        note_numbers_of([image.pk])


def renew_numbers(*, image: Image) -> None:
    """Note the numbers anew, in the transaction that changes the metadata."""
    MetadataNumber.objects.filter(image=image).delete()
    note_numbers(image=image)


def note_numbers_of(image_pks: Sequence[int]) -> None:
    """Note the numbers of many images of which nothing is noted yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            NOTE_NUMBERS,
            {
                "images": list(image_pks),
                "key": f"^{KEY_PATTERN}$",
                "levels": MAX_LEVELS,
                "smallest": SMALLEST,
                "largest": LARGEST,
            },
        )


def renew_all_numbers() -> int:
    """Note the numbers of all images anew, some at a time; returns of how many."""
    count = last = 0
    while True:
        with transaction.atomic():
            # Locked: whoever changes an image's metadata meanwhile notes its numbers before or after.
            images = Image.objects.filter(pk__gt=last).order_by("pk").select_for_update(no_key=True)
            pks = list(images.values_list("pk", flat=True)[:_BATCH])
            MetadataNumber.objects.filter(image__in=pks).delete()
            note_numbers_of(pks)
        if not pks:
            return count
        count, last = count + len(pks), pks[-1]
