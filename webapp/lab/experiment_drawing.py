"""The results of an experiment and of replays in words and bars. Nothing is measured here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from artrec.online import sequential
from artrec.online.sequential import LEAST, Estimate
from webapp.feed.models import Replay
from webapp.lab import charts
from webapp.lab.charts import Bar
from webapp.lab.experiment_results import Measure, Results
from webapp.lab.experiments import Contestant

_SIDES: Final = ("A", "B")
_UNSURE: Final = "no difference for sure yet"


@dataclass(frozen=True, slots=True)
class Side:
    """The rate of one side."""

    name: str
    rate: str
    count: int
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of choice."""

    title: str
    about: str
    sides: tuple[Side, ...]
    bar: Bar | None
    """Of the difference; none while too few visitors came."""
    figure: str
    span: str
    verdict: str
    sure: bool


def rows(results: Results) -> list[Row]:
    """Return a row per kind of choice."""
    return [_split(each) if each.rates else _preference(each) for each in results.measures]


def conclusion(results: Results, *, stopped: bool = False) -> str:
    """Return what may be said now, in a sentence or two."""
    if results.ratio.alarm:
        return "Do not read these results: the visitors were not split as they should be."
    won = {
        side: [m.choice.title.lower() for m in results.measures if m.winner == side.lower()]
        for side in _SIDES
    }
    said = [f"{side} is better by {_listed(titles)}." for side, titles in won.items() if titles]
    if said:
        return " ".join(said)
    split = any(each.rates for each in results.measures)
    if results.visitors < (least := 2 * LEAST if split else LEAST):
        return f"Too few visitors to say anything; it takes at least {least}."
    if stopped:
        return "Nothing was sure when it was stopped."
    return "Nothing is sure yet. Wait for more visitors, or stop: looking often costs nothing."


def _split(measure: Measure) -> Row:
    rates = measure.rates or ()
    scale = measure.choice.scale
    known = [each for each in rates if isfinite(each.variance)]
    spans = [sequential.interval(each, scale=scale) for each in known]
    axis = charts.axis([0.0, *(span.high for span in spans)] if spans else [])
    sides = tuple(
        Side(name, _percent(rate.value), count, _bar(axis, rate, scale))
        for name, rate, count in zip(_SIDES, rates, measure.counts, strict=True)
    )
    low, high = measure.interval.low, measure.interval.high
    if not any(measure.counts) or not isfinite(measure.difference.variance):
        return _early(measure, sides)
    centred = charts.axis([low, high], around=0.0)
    return Row(
        title=measure.choice.title,
        about=measure.choice.about,
        sides=sides,
        bar=charts.bar(centred, measure.difference.value, low, high),
        figure=f"{_signed(100 * measure.difference.value)} points",
        span=f"from {_signed(100 * low)} to {_signed(100 * high)}",
        verdict=_verdict(measure),
        sure=bool(measure.winner),
    )


def _preference(measure: Measure) -> Row:
    won, lost = measure.counts
    if not isfinite(measure.difference.variance):
        return _early(measure, ())
    low, high = max(-1.0, measure.interval.low), min(1.0, measure.interval.high)
    value = measure.difference.value
    return Row(
        title=measure.choice.title,
        about=measure.choice.about,
        sides=(),
        bar=charts.bar(charts.Axis(-1.0, 1.0), value, low, high),
        figure=f"A won {won:,} lists, B {lost:,}",
        span=f"{_whole(value)} for A; from {_whole(low)} to {_whole(high)}",
        verdict=_verdict(measure),
        sure=bool(measure.winner),
    )


def _early(measure: Measure, sides: tuple[Side, ...]) -> Row:
    return Row(
        title=measure.choice.title,
        about=measure.choice.about,
        sides=sides,
        bar=None,
        figure="",
        span="",
        verdict=_too_few(measure),
        sure=False,
    )


def _too_few(measure: Measure) -> str:
    if not any(measure.counts):
        return "nobody did so yet"
    if measure.rates:
        return f"too few visitors; it takes {LEAST} a side"
    return f"too few visitors who did so; it takes {LEAST}"


def _verdict(measure: Measure) -> str:
    if not measure.winner:
        return _UNSURE
    p = measure.p_value
    return f"{measure.winner.upper()} is better, {'p < 0.001' if p < 0.001 else f'p = {p:.3f}'}"


def _bar(axis: charts.Axis, estimate: Estimate, scale: float) -> Bar | None:
    if not isfinite(estimate.variance):
        return None
    span = sequential.interval(estimate, scale=scale)
    return charts.bar(axis, estimate.value, max(0.0, span.low), span.high)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a model would have earned, if it was asked for."""

    contestant: Contestant
    asked: Replay | None
    page: Side | None = None
    likes: str = ""
    matched: int = 0
    effective: int = 0
    ips: str = ""


@dataclass(frozen=True, slots=True)
class Replays:
    """All of them on one axis, and what chance earns."""

    rows: tuple[Replayed, ...]
    chance: Side | None
    drawn: int
    lists: int


def replays(contestants: Sequence[Contestant], newest: Mapping[int | None, Replay]) -> Replays:
    """Put the newest replay of each contestant on one axis of clicks per drawn work."""
    done = {key: row.result for key, row in newest.items() if row.state == Replay.State.DONE}
    parts = [result[part] for result in done.values() for part in ("page", "chance")]
    highs = [_high(part["clicks"]) for part in parts]
    axis = charts.axis([0.0, *highs]) if highs else charts.axis([])
    found = tuple(
        _replayed(each, newest.get(each.space_id), done.get(each.space_id), axis)
        for each in contestants
    )
    last = max(done.values(), key=lambda result: result["drawn"], default=None)
    return Replays(
        rows=found,
        chance=_estimate("Chance", last["chance"]["clicks"], axis) if last else None,
        drawn=last["drawn"] if last else 0,
        lists=last["lists"] if last else 0,
    )


def _replayed(
    contestant: Contestant, asked: Replay | None, result: dict[str, Any] | None, axis: charts.Axis
) -> Replayed:
    if result is None:
        return Replayed(contestant, asked)
    page = result["page"]["clicks"]
    likes = result["page"]["likes"]["value"]
    return Replayed(
        contestant=contestant,
        asked=asked,
        page=_estimate(contestant.name, page, axis),
        likes="–" if likes is None else _percent(likes),
        matched=page["matched"],
        effective=round(page["effective"]),
        ips="–"
        if result["ips"]["clicks"]["value"] is None
        else _percent(result["ips"]["clicks"]["value"]),
    )


def _estimate(name: str, found: dict[str, Any], axis: charts.Axis) -> Side | None:
    if found["value"] is None:
        return None
    low = found["value"] if found["low"] is None else max(0.0, found["low"])
    bar = charts.bar(axis, found["value"], low, _high(found))
    return Side(name, _percent(found["value"]), found["matched"], bar)


def _high(found: dict[str, Any]) -> float:
    return float(found["high"] or found["value"] or 0.0)


def _whole(preference: float) -> str:
    """A preference as the share of decided lists that A won."""
    return f"{50 * (1 + preference):.0f} %"


def _percent(value: float) -> str:
    return f"{value:.2%}".replace("%", " %")


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _listed(titles: Sequence[str]) -> str:
    return " and ".join([", ".join(titles[:-1]), titles[-1]]) if len(titles) > 1 else titles[0]
