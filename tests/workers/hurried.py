"""The workers with a timer that looks every other second, for tests that wait on it."""

from __future__ import annotations

import importlib

app = importlib.import_module("workers.app").app

SECONDS = 2.0
ring = app.conf.beat_schedule["ring-again"]
ring["schedule"], ring["options"]["expires"] = SECONDS, SECONDS
# On a busy machine a test outlasts the four minutes after which the look space of its works, which
# have no pictures, would be given up for another extractor's.
del app.conf.beat_schedule["refit-space"]
