"""The workers' application, but that promotions of few works show every step to who kills it.

Indexes are built from 200 works on and measured with few queries; a switch stays open for a second
between its first statement and its end, or for as long as the file "switching" is in `pauses`.
"""

from __future__ import annotations

import importlib
import time
from typing import Any

app = importlib.import_module("tests.workers.hurried").app  # first, for it readies Django

settings: Any = importlib.import_module("django.conf").settings
tuning: Any = importlib.import_module("webapp.vectors.tuning")
tuning.choose_index.__kwdefaults__["exact_below"] = 200
tuning.QUERIES = 8
tuning.EF_STEPS, tuning.PROBE_SHARES = (80, 640), (0.2, 0.8)

actions: Any = importlib.import_module("webapp.vectors.actions")
go_live = actions.go_live


def slow_go_live(*arguments: Any, **options: Any) -> Any:
    former = go_live(*arguments, **options)
    time.sleep(1)
    while (settings.VAR / "pauses" / "switching").exists():
        time.sleep(0.02)
    return former


actions.go_live = slow_go_live
