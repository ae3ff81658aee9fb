#!/usr/bin/env python
"""The door for administrators: Django's commands, and `up`, which runs everything."""

from __future__ import annotations

import os
import sys


def main() -> None:
    if sys.argv[1:2] == ["up"]:
        from images_platform.up import main as up

        sys.exit(up(sys.argv[2:]))

    from django.core.management import execute_from_command_line

    from images_platform.instance import fill_in

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "images_platform.settings")
    fill_in(os.environ)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
