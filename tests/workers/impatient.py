"""The workers of `tests.workers.pausing`, which ask a museum of the tests as fast as it answers."""

from __future__ import annotations

import importlib
from typing import Any

app = importlib.import_module("tests.workers.pausing").app  # first, for it readies Django

iiif: Any = importlib.import_module("webapp.ingest.sources.iiif")
iiif.SOURCE.pauses["iiif.example"] = 0.001
