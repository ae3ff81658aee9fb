from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("images", "0003_flight")]

    operations = [
        migrations.AddField(
            model, name, models.CharField(blank=True, default="", db_default="", max_length=length)
        )
        for model in ("image", "formeroriginal")
        for name, length in (("thumbhash", 40), ("dominant_colour", 7))
    ]
