"""Promotions in the test's own process: what the gate lets through."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.workers.toys import (
    EXTRACTOR,
    Gallery,
    compared,
    make_gallery,
    make_version,
    promoted,
)
from webapp.accounts.models import User
from webapp.lab import promoting
from webapp.lab.models import Promotion, Version
from webapp.vectors import actions
from webapp.vectors.models import Space
from webapp.vectors.queries import live_space
from workers import resources, taste

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_beats")]


@pytest.fixture
def gallery() -> Gallery:
    taste._encoder.cache_clear()
    return make_gallery(dim=resources.extractor(EXTRACTOR).dim)


@pytest.fixture
def carl() -> User:
    return User.objects.create(username="carl")


def test_a_significant_loss_is_refused_and_the_space_is_ready_all_the_same(
    gallery: Gallery,
) -> None:
    version = make_version(gallery, report={"against": {"visrank": compared("VisRank", -0.1)}})

    done = promoted(version)

    assert done.state == Promotion.State.REFUSED
    assert "0.100 worse than VisRank (significant" in done.reason
    assert live_space("taste") is None
    assert version.space is not None
    assert version.space.state == Space.State.READY


def test_a_refused_version_serves_once_somebody_answers_for_it(
    gallery: Gallery, carl: User
) -> None:
    version = make_version(gallery, report={"against": {"visrank": compared("VisRank", -0.1)}})
    promoted(version)

    done = promoted(version, carl, "The evaluation did not know the new season.")

    assert (done.state, done.by) == (Promotion.State.DONE, carl)
    assert done.gate["passed"] is False
    assert promoting.serving_version() == version


@pytest.mark.parametrize(
    ("against", "sentence"),
    [
        ({}, "compares it with nothing, not with VisRank"),
        ({"7": compared("ALS, version 7", 0.1)}, "ALS, version 7, not with VisRank"),
    ],
)
def test_a_version_that_was_not_compared_with_what_serves_is_refused(
    gallery: Gallery, against: dict[str, object], sentence: str
) -> None:
    done = promoted(make_version(gallery, report={"against": against}))

    assert done.state == Promotion.State.REFUSED
    assert sentence in done.reason


def test_a_loss_within_chance_and_lost_coverage_are_told_apart(gallery: Gallery) -> None:
    report = compared("VisRank", -0.01, p_value=0.4) | {"coverage": [0.5, 0.9]}

    done = promoted(make_version(gallery, report={"against": {"visrank": report}}))

    failed = [each["name"] for each in done.gate["checks"] if not each["passed"]]
    assert failed == ["coverage"]


def test_a_space_that_does_not_rank_as_its_model_does_not_serve_even_overridden(
    gallery: Gallery, carl: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = taste.encode

    def mixed_up(*arguments: Any) -> taste.Encoded:
        rows = encode(*arguments).rows
        noise = np.random.default_rng(0).normal(size=(len(rows), len(next(iter(rows.values())))))
        return taste.Encoded(dict(zip(rows, noise, strict=True)), {})

    monkeypatch.setattr(taste, "encode", mixed_up)

    done = promoted(make_version(gallery), carl, "all the same")

    assert done.state == Promotion.State.FAILED
    assert "agree on" in done.reason
    assert live_space("taste") is None


def test_when_another_model_goes_live_meanwhile_the_gate_is_asked_again(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workers.promoting import _ask_gate

    first = make_version(gallery)
    promoted(first)
    promoting.rollback(None)
    second = make_version(gallery)
    asked: list[object] = []

    def ask(mine: object, version: Version, filled: object, rival: Version | None) -> object:
        verdict = _ask_gate(mine, version, filled, rival)  # type: ignore[arg-type]
        if not asked:
            actions.go_live(Space.objects.get(version=first), allow_missing=True)
        asked.append(rival)
        return verdict

    monkeypatch.setattr("workers.promoting._ask_gate", ask)

    done = promoted(second)

    assert asked == [None, first]
    assert done.state == Promotion.State.REFUSED
    assert promoting.serving_version() == first


def test_a_version_measured_before_what_serves_is_judged_by_the_report_of_that(
    gallery: Gallery,
) -> None:
    older, newer = make_version(gallery), make_version(gallery)
    theirs = {"visrank": compared("VisRank", 0.1), str(older.pk): compared("older", 0.2)}
    Version.objects.filter(pk=newer.pk).update(report={"against": theirs})
    promoted(newer)

    done = promoted(older)

    assert done.state == Promotion.State.REFUSED
    assert "0.200 worse than" in done.reason
