"""Lets `python -m apps.imaging` be `images-render`."""

from __future__ import annotations

import sys

from apps.imaging.cli import main

sys.exit(main())
