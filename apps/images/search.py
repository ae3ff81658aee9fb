"""Search: a part of a word, wherever an image has words, whatever its case.

One expression stands in the index and in the query: Postgres uses the index only while they are the same.
It is made of immutable functions alone, as an index must be.
"""

from __future__ import annotations

from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Concat, Upper

# An index of trigrams knows nothing of shorter texts: every row would be read.
MIN_CHARACTERS, MAX_CHARACTERS = 3, 100
_GAP = Value("\n")  # so that no text is found across two columns

SEARCH_TEXT = Upper(
    Concat(
        F("public_id"),
        _GAP,
        F("filename"),
        _GAP,
        F("creator"),
        _GAP,
        F("alt_text"),
        _GAP,
        Cast("tags", TextField()),
        _GAP,
        Cast("metadata", TextField()),
        output_field=TextField(),
    )
)
