"""Database defaults where 0002 and 0003 were applied before they set them; elsewhere this changes nothing."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("usage", "0003_edge_log")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE usage_dailyusage
                ALTER COLUMN requests SET DEFAULT 0,
                ALTER COLUMN hits SET DEFAULT 0,
                ALTER COLUMN sent_bytes SET DEFAULT 0,
                ALTER COLUMN edge_hits SET DEFAULT 0,
                ALTER COLUMN edge_bytes SET DEFAULT 0
            """,
            migrations.RunSQL.noop,
        )
    ]
