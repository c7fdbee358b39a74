#!/usr/bin/env python
"""Runs a command of Genesis: with DATABASE_URL on that server, without it on the demo's data."""

import os
import sys

from django.core.management import execute_from_command_line


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "genesis.settings")
    if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
        execute_from_command_line(sys.argv)
        return
    from genesis import embedded  # not in the image, as the library it needs

    with embedded.for_one_command():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
