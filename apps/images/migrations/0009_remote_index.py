"""The index of remote images, made while the table is in use.

Where 0005 made it already, or a try was cut short and left an invalid one, it is made anew.
"""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("images", "0008_long_lists")]

    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "SET statement_timeout = 0"),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS image_remote", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="image",
            index=models.Index(
                fields=["account"], condition=models.Q(("is_remote", True)), name="image_remote"
            ),
        ),
        migrations.RunSQL("RESET statement_timeout", "RESET statement_timeout"),
    ]
