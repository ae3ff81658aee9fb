"""The settings with placeholder secrets, for type checkers and linters that run nothing."""

from __future__ import annotations

import os

os.environ.setdefault("SECRET_KEY", "for tools only, nothing is signed with it")
os.environ.setdefault("FIELD_KEYS", "")
os.environ.setdefault("DATABASE_URL", "postgres://tools@localhost/tools")
os.environ.setdefault("REDIS_URL", "redis://localhost/0")
os.environ.setdefault("RENDERER_SOCKET", "unused")

from images_platform.settings import *  # noqa: F403  # after the variables it reads
