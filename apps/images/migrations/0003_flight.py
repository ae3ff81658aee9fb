"""Flights. Their table is unlogged: a claim is worth nothing after a crash, and nobody has to wait for the disk."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("images", "0002_delivery_hosts")]

    operations = [
        migrations.CreateModel(
            name="Flight",
            fields=[
                ("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("holder", models.UUIDField()),
                ("ends_at", models.DateTimeField()),
                ("fault", models.JSONField(null=True)),
            ],
        ),
        migrations.RunSQL("ALTER TABLE images_flight SET UNLOGGED", "ALTER TABLE images_flight SET LOGGED"),
    ]
