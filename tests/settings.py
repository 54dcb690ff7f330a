"""The site's own settings, on a database and files that belong to the tests."""

from __future__ import annotations

import os
from pathlib import Path

_VAR = Path(__file__).resolve().parent.parent / "var" / "test"
os.environ.setdefault("ARTREC_VAR", str(_VAR))
if _process := os.environ.get("PYTEST_XDIST_WORKER"):
    # Tests that run beside each other share nothing: each process has a database of its own.
    _shared = Path(os.environ["ARTREC_VAR"])
    if _shared.name != _process:  # else a process that such a test started
        os.environ["ARTREC_VAR"] = str(_shared / _process)
os.environ.setdefault("ARTREC_PLAIN_HTTP", "1")
os.environ.setdefault("ARTREC_DOWNLOAD", "0")

from webapp.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # made to be fast, not safe

IMPRESSIONS_FLUSH_SECONDS = 0  # written when a test says so, in its own transaction

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405  # whitenoise warns where it is missing
