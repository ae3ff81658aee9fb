"""What Postgres must have before there are tables: words' trigrams, and GIN indexes over plain columns.

Both are trusted extensions: whoever may create in the database may create them. On its own, so that the
first migration can be generated anew.
"""

from __future__ import annotations

from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = []
    operations = [TrigramExtension(), BtreeGinExtension()]
