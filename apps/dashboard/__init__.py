"""The dashboard: server-rendered screens for people, one of the three faces."""
