"""The record of pending work of every kind: the database remembers, Celery is only the nudge."""
