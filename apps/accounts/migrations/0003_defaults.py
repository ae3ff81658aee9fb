"""A database default where 0002 was applied before it set one; elsewhere this changes nothing."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_rendition_budget")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE accounts_account ALTER COLUMN max_rendition_bytes SET DEFAULT 10737418240",
            migrations.RunSQL.noop,
        )
    ]
