"""The workers' application, but that promotions of few works show every step to who kills it.

Indexes are built from 200 works on and measured with few queries; a switch stays open for a second
between its first statement and its end, or for as long as the file "switching" is in `pauses`, and
a space is filled for as long as "filling" is.
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

filling: Any = importlib.import_module("workers.filling")
fill = filling.fill
actions: Any = importlib.import_module("webapp.vectors.actions")
go_live = actions.go_live


def pause(step: str) -> None:
    while (settings.VAR / "pauses" / step).exists():
        time.sleep(0.02)


def slow_fill(*arguments: Any, **options: Any) -> Any:
    filled = fill(*arguments, **options)
    pause("filling")
    return filled


def slow_go_live(*arguments: Any, **options: Any) -> Any:
    former = go_live(*arguments, **options)
    time.sleep(1)
    pause("switching")
    return former


filling.fill, actions.go_live = slow_fill, slow_go_live
