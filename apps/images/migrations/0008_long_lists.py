"""Indexes for long lists, made while the table is in use: nobody waits, and a table of millions may take minutes.

An index that was cut short stays behind as invalid, and then the migration says that it exists: drop it
(`DROP INDEX CONCURRENTLY`) and migrate again.
"""

from __future__ import annotations

from typing import Any

import django.contrib.postgres.indexes
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

_BATCH = 10_000
_LISTED = models.Q(("deleted_at", None), ("is_draft", False), ("is_remote", False))
# How often a word is in the expression that search looks in. Postgres learns it of an index too, but does not look
# there when the index is of some rows only, and so took every word for a rare one.
_STATISTICS = """
DO $$ BEGIN
    EXECUTE format(
        'CREATE STATISTICS image_search_text ON (%s) FROM images_image',
        pg_get_indexdef('image_search'::regclass, 2, true)
    );
END $$;
ANALYZE images_image
"""
# What services/numbers.py did at the time of this migration; it stays so, whatever becomes of that.
_NOTE_NUMBERS = r"""
WITH RECURSIVE found (image_id, account_id, path, level, value) AS (
    SELECT images_image.id, account_id, key, 1, value
    FROM images_image, jsonb_each(metadata)
    WHERE images_image.id = ANY(%s) AND key ~ '^[A-Za-z0-9_]{1,100}$'
UNION ALL
    SELECT image_id, account_id, path || '.' || inner_key, level + 1, inner_value
    FROM found, jsonb_each(CASE jsonb_typeof(value) WHEN 'object' THEN value ELSE '{}' END)
        AS inside (inner_key, inner_value)
    WHERE level < 5 AND inner_key ~ '^[A-Za-z0-9_]{1,100}$'
),
numbers AS (
    SELECT image_id, account_id, path, (value #>> '{}')::numeric AS value
    FROM found WHERE jsonb_typeof(value) = 'number'
)
INSERT INTO images_metadatanumber (image_id, account_id, path, value)
SELECT image_id, account_id, path, CASE
    WHEN abs(value) < 1e-300 THEN 0
    ELSE greatest(least(value, 1e300), -1e300)
END::float8
FROM numbers
"""


def note_all_numbers(apps: Any, schema_editor: Any) -> None:
    """Note the numbers of what is there, some thousand images at a time; doing it again does no harm."""
    images = apps.get_model("images", "Image").objects.exclude(metadata={}).order_by("pk")
    numbers = apps.get_model("images", "MetadataNumber").objects
    last = 0
    while pks := list(images.filter(pk__gt=last).values_list("pk", flat=True)[:_BATCH]):
        numbers.filter(image__in=pks).delete()
        schema_editor.execute(_NOTE_NUMBERS, [pks])
        last = pks[-1]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("images", "0007_metadata_numbers")]

    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "SET statement_timeout = 0"),
        AddIndexConcurrently(
            model_name="image",
            index=models.Index(
                fields=["account", "-uploaded_at", "-id"], condition=_LISTED, name="image_newest_first"
            ),
        ),
        RemoveIndexConcurrently(model_name="image", name="image_newest"),
        AddIndexConcurrently(
            model_name="image",
            index=models.Index(
                models.F("account"),
                django.db.models.functions.comparison.Coalesce(
                    django.db.models.functions.text.MD5("creator"), models.Value("")
                ),
                models.OrderBy(models.F("uploaded_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=_LISTED,
                name="image_newest_of_creator",
            ),
        ),
        AddIndexConcurrently(
            model_name="image",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=_LISTED,
                fields=["account", "metadata"],
                name="image_account_metadata",
                opclasses=["int8_ops", "jsonb_path_ops"],
            ),
        ),
        RemoveIndexConcurrently(model_name="image", name="image_creator"),
        RemoveIndexConcurrently(model_name="image", name="image_metadata"),
        migrations.RunSQL(_STATISTICS, "DROP STATISTICS image_search_text"),
        migrations.RunPython(note_all_numbers, migrations.RunPython.noop),
        migrations.RunSQL("RESET statement_timeout", "RESET statement_timeout"),
    ]
