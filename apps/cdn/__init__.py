"""The caches downstream: how long they may keep an answer, under which keys, and their purge."""
