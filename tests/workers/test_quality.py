"""Reports on spaces, on galleries whose answer is known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from tests.webapp.insight.makers import make_map
from tests.webapp.makers import make_artist, make_artwork, make_space
from webapp.catalog.models import Artwork
from webapp.quality import actions
from webapp.quality.models import Report
from webapp.vectors.actions import replace_head, store_vectors
from webapp.vectors.models import Space
from workers import claims, quality
from workers.tasks.quality import measure_quality

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_beats")]

State = Report.State


def gallery(count: int = 48) -> tuple[Space, list[Artwork]]:
    """Three camps of looks; styles follow them, but for the last work, which is alone in its."""
    rng = np.random.default_rng(0)
    space = make_space(8)
    camps = np.arange(count) % 3
    works = [
        make_artwork(f"{n}", artist=f"hand {n // 6}", style=f"style {camp}")
        for n, camp in enumerate(camps)
    ]
    Artwork.objects.filter(pk=works[-1].pk).update(style="style 0", artist=make_artist("alone"))
    rows = np.eye(8)[camps] + 0.15 * rng.normal(size=(count, 8))
    rows[1 + 3] = rows[1]
    units = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    store_vectors(space, [work.pk for work in works], units)
    return space, works


def measured(space: Space) -> Report:
    actions.measure(space, by=None)
    measure_quality()
    return Report.objects.get(space=space, head_number=space.head_number)


def test_the_report_sees_camps_twins_and_who_shares_nothing() -> None:
    space, works = gallery()

    report = measured(space)

    figures = report.figures
    assert (report.state, report.works, report.share) == (State.READY, 48, 1)
    assert report.measured is not None
    assert report.claimed_until is None
    style = {each["k"]: each for each in figures["style"]["at"]}
    assert set(style) == {1, 5, 10, 20}
    assert style[10]["mean"] > 0.9
    assert style[20]["mean"] < style[10]["mean"]  # no camp has so many
    assert style[10]["low"] <= style[10]["mean"] <= style[10]["high"]
    assert figures["style"]["chance"] == pytest.approx(1 / 3, abs=0.05)
    assert figures["styles"][0]["mean"] > figures["style"]["chance"]
    assert figures["twins"]["pairs"][0] == {"a": works[1].pk, "b": works[4].pk, "cosine": 1.0}
    assert [row["id"] for row in figures["worst"]["shown"]] == [works[-1].pk]
    assert all(len(row["near"]) == 10 for row in figures["gallery"])
    assert all(row["id"] not in [each["id"] for each in row["near"]] for row in figures["gallery"])
    assert figures["dimension"]["columns"] == 8
    assert sum(figures["similarity"]["pairs"]) == pytest.approx(1, abs=1e-3)
    assert figures["similarity"]["neighbour"] > figures["similarity"]["pair"]


def test_neighbourhoods_of_its_map_are_told_with_their_purity() -> None:
    space, works = gallery()
    without = measured(space).figures["layers"]
    make_map(space, works)

    layers = measured(space).figures["layers"]

    assert without == {}
    assert layers["map"] == "look, map 1"
    [layer] = layers["layers"]
    # Each half of the works in a row holds eight of each style, but for one work.
    assert (layer["neighbourhoods"], layer["style"]["purity"]) == (
        2,
        pytest.approx(17 / 48, abs=1e-4),
    )
    assert 0.3 < layer["style"]["lot"] < 0.5
    assert layer["style"]["most"] == pytest.approx((17 + 16) / 48, abs=1e-4)
    assert layer["artist"]["purity"] == pytest.approx(12 / 48, abs=1e-4)


def test_of_a_large_collection_some_are_asked_and_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    space, _ = gallery()
    monkeypatch.setattr(quality, "ALL_ASKED", 40)
    monkeypatch.setattr(quality, "ASKED", 35)

    report = measured(space)

    assert report.works == 48
    assert report.figures["asked"] == 35
    assert report.figures["hubs"]["among"] == 40


def test_works_without_style_are_not_asked_for_it() -> None:
    space, _ = gallery()
    Artwork.objects.update(style="")

    figures = measured(space).figures

    assert figures["style"] == {"labelled": 0, "values": 0, "chance": None, "at": []}
    assert figures["styles"] == []
    assert figures["worst"]["works"] == 0
    assert figures["artist"]["at"]


def test_columns_by_which_nothing_is_ranked_do_not_count() -> None:
    space, _ = gallery()
    Space.objects.update(scored=4)

    assert measured(space).figures["dimension"]["columns"] == 4


def test_too_few_works_are_said() -> None:
    space, _ = gallery(9)

    report = measured(space)

    assert report.state == State.FAILED
    assert "holds 9 visible works; measuring it needs at least 32" in report.reason


def test_another_head_has_a_report_of_its_own_and_the_old_one_stays() -> None:
    space, _ = gallery()
    first = measured(space)
    replace_head(space, b"other")
    space.refresh_from_db()

    second = measured(space)

    assert second.pk != first.pk
    assert Report.objects.exclude(figures={}).count() == 2


def test_a_report_that_is_made_again_keeps_its_figures_when_it_fails() -> None:
    space, works = gallery()
    measured(space)
    Artwork.objects.filter(pk__in=[work.pk for work in works[9:]]).delete()

    report = measured(space)

    assert report.state == State.FAILED
    assert report.figures["asked"] == 48


def test_a_cancelled_report_ends_while_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    space, _ = gallery()

    def cancelled_meanwhile(*_arguments: Any, on_progress: Any, **_named: Any) -> Any:
        actions.cancel(Report.objects.all())
        on_progress(0.5)
        raise AssertionError

    monkeypatch.setattr("artrec.atlas.quality.nearest", cancelled_meanwhile)
    monkeypatch.setattr("workers.measuring.SAID_SECONDS", 0)

    assert measured(space).state == State.CANCELLED


def test_a_report_whose_space_is_deleted_meanwhile_ends_quietly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    space, _ = gallery()

    def deleted_meanwhile(_space: Space) -> Any:
        Space.objects.all().delete()
        raise RuntimeError

    monkeypatch.setattr(quality, "read", deleted_meanwhile)
    actions.measure(space, by=None)
    measure_quality()

    assert not Report.objects.exists()


def test_a_worker_that_died_leaves_the_report_to_the_next_three_times_at_most() -> None:
    space, _ = gallery()
    actions.measure(space, by=None)
    lost = timezone.now() - timedelta(seconds=1)
    Report.objects.update(state=State.RUNNING, claimed_until=lost, attempts=1)

    measure_quality()
    assert Report.objects.get().state == State.READY

    Report.objects.update(state=State.RUNNING, claimed_until=lost, attempts=claims.MAX_ATTEMPTS)
    measure_quality()
    assert "The worker ended each time" in Report.objects.get().reason


def test_a_report_that_somebody_makes_is_asked_for_once() -> None:
    space, _ = gallery()
    actions.measure(space, by=None)
    held = timezone.now() + claims.LEASE
    Report.objects.update(state=State.RUNNING, share=0.5, claimed_until=held)

    actions.measure(space, by=None)
    measure_quality()

    assert (Report.objects.get().state, Report.objects.get().share) == (State.RUNNING, 0.5)
