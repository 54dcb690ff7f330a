#!/usr/bin/env python
"""Django's command line, on the embedded database unless DATABASE_URL names another."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from webapp import embedded


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    embedded.start_if_needed()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
