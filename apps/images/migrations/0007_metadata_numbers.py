from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("images", "0006_rendition_use")]

    operations = [
        migrations.CreateModel(
            name="MetadataNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.TextField()),
                ("value", models.FloatField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="numbers",
                        to="images.image",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["account", "path", "value"], include=["image"], name="metadata_number"
                    )
                ],
            },
        ),
    ]
