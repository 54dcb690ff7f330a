"""What the pages of runs draw: sparklines, charts that grow, and where a run stands in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from webapp.lab import catalogue, charts, queries
from webapp.lab.catalogue import NEXT, TASTE, VISITS
from webapp.lab.models import Epoch, Run
from webapp.lab.templatetags.lab import figure, span

PAGE: Final = 30
"""Runs on one page."""
REFIT: Final = "refit"
PHASES: Final = {
    "snapshot": "drawing the data",
    "training": "training",
    "refit": "training once more on everything",
    "export": "making item vectors",
    "evaluation": "measuring and comparing",
}

MEASURE: Final = {TASTE: "Held-out AUC", VISITS: "Held-out MRR@20", NEXT: "Held-out MRR@20"}
"""By which the best epoch of a model is chosen, by what it serves."""


def piece(before: int | None) -> tuple[list[Run], int | None]:
    """Runs older than `before`, newest first, and after which the next page begins, if any."""
    found = queries.runs()
    if before is not None:
        found = found.filter(pk__lt=before)
    some = list(found[: PAGE + 1])
    return some[:PAGE], some[PAGE - 1].pk if len(some) > PAGE else None


def sparklines(runs: Iterable[Run]) -> dict[int, charts.Line]:
    """The held-out metric, or without one the loss, over the first training of each run."""
    points: dict[int, dict[str, list[tuple[int, float | None, float]]]] = {}
    rows = Epoch.objects.filter(run__in=[run.pk for run in runs]).order_by("pk")
    for pk, part, number, metric, loss in rows.values_list(
        "run_id", "part", "number", "metric", "loss"
    ):
        points.setdefault(pk, {}).setdefault(part, []).append((number, metric, loss))
    found = {}
    for pk, parts in points.items():
        first = next(iter(parts.values()))
        measured = [(float(number), metric) for number, metric, _ in first if metric is not None]
        drawn = charts.line(measured or [(float(number), loss) for number, _, loss in first])
        if drawn:
            found[pk] = drawn
    return found


def watched(pk: int) -> dict[str, Any] | None:
    """`queries.progress` with its charts drawn and its state in words; None if it is gone.

    "told" holds short texts by name, "charts" one entry for each line: {"id", "part", "name",
    "path", "low", "high", "last", "best", "epoch", "of"}.
    """
    found = queries.progress(pk)
    run = Run.objects.only("model", "snapshot").filter(pk=pk).first()
    if found is None or run is None:
        return None
    measure = MEASURE[catalogue.purpose_of(run.model)]
    found["charts"] = [
        drawn
        for number, part in enumerate(found["epochs"])
        for drawn in _charts(number, part, measure)
    ]
    found["told"] = {**_told(found), **_learned_from(run.snapshot), "measure": measure}
    del found["epochs"]
    return found


def _charts(number: int, part: dict[str, Any], measure: str) -> list[dict[str, Any]]:
    """The measure on what is held out, if it was measured, and loss."""
    points, found = part["points"], []
    for name, key in ((measure, "metric"), ("Loss", "loss")):
        values = [(point["number"], point[key]) for point in points if point[key] is not None]
        drawn = charts.line(values, span=points[-1]["of"])
        if drawn is None:
            continue
        top = max(values, key=lambda pair: pair[1])
        found.append(
            {
                "id": f"{number}-{key}",
                "part": _part(part["part"]),
                "name": name,
                "path": drawn.path,
                "low": figure(drawn.low),
                "high": figure(drawn.high),
                "last": figure(values[-1][1]),
                "best": f"best {figure(top[1])} at epoch {top[0]}" if key == "metric" else "",
                "epoch": points[-1]["number"],
                "of": points[-1]["of"],
            }
        )
    return found


def _part(name: str) -> str:
    """ "" is the only training, or the first of two."""
    if not name:
        return "Trained without what is held out"
    if name == REFIT:
        return "Trained once more on everything"
    if name.startswith(f"{REFIT}: "):
        return f"Once more on everything: {name.removeprefix(f'{REFIT}: ')}"
    return name


def _told(found: dict[str, Any]) -> dict[str, str]:
    last = found["epochs"][-1]["points"][-1] if found["epochs"] else None
    phase = PHASES.get(found["phase"], found["phase"])
    running = found["open"] and found["phase"] in ("training", REFIT) and last is not None
    memory = found["peak_memory"]
    state = "ending after this epoch" if _is_ending(found) else found["label"]
    return {
        "state": f"{state}: {phase}" if found["state"] == Run.State.RUNNING and phase else state,
        "time": span(found["seconds"]),
        "epoch": f"{last['number']} of {last['of']}" if last else "",
        "loss": figure(last["loss"]) if last else "",
        "held": figure(_held(found)) if last else "",
        "rate": f"{last['rate']:,.0f} examples/s" if last else "",
        "left": span(last["seconds_left"]) if running and last else "",
        "worker": found["worker"],
        "device": found["device"],
        "memory": f"{memory / 2**30:.1f} GiB" if memory else "",
    }


def _learned_from(snapshot: dict[str, Any]) -> dict[str, str]:
    """Its data in words; empty until they are drawn."""
    if not snapshot:
        return dict.fromkeys(("choices", "dates", "works", "features", "event", "digest"), "")
    look = f", look space {snapshot['look_space']}" if snapshot["look_space"] else ""
    visits = f", {snapshot['visits']:,} visits" if "visits" in snapshot else ""
    return {
        "choices": f"{snapshot['events']:,} of {snapshot['visitors']:,} visitors{visits}",
        "dates": f"{snapshot['first']} to {snapshot['last']}",
        "works": f"{snapshot['works']:,}, of which {snapshot['chosen_works']:,} were chosen",
        "features": f"{snapshot['extractor'] or 'none'}{look}",
        "event": f"{snapshot['last_event']:,}",
        "digest": str(snapshot["digest"])[:16],
    }


def _held(found: dict[str, Any]) -> float | None:
    """The newest measure on held-out choices; a refit has none of its own."""
    points = [point for part in found["epochs"] for point in part["points"]]
    return next((each["metric"] for each in reversed(points) if each["metric"] is not None), None)


def _is_ending(found: dict[str, Any]) -> bool:
    return bool(found["cancel_requested"] and found["state"] == Run.State.RUNNING)
