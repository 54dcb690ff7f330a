"""Two workers at once, and a roll-back between them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import connection

from tests.workers.toys import EXTRACTOR, Gallery, compared, make_gallery, make_version
from webapp.lab import promoting
from webapp.lab.models import Promotion, Version
from webapp.vectors.models import Space
from workers import promoting as steps
from workers import resources, taste
from workers.leases import LostError
from workers.tasks.promote import promote

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def gallery() -> Gallery:
    taste._encoder.cache_clear()
    return make_gallery(dim=resources.extractor(EXTRACTOR).dim)


def at_once(*calls: Callable[[], object]) -> None:
    def run(call: Callable[[], object]) -> None:
        try:
            call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def two_versions(gallery: Gallery) -> tuple[Version, Version]:
    """The second is better than the first, which is better than VisRank."""
    first = make_version(gallery)
    ahead = {"visrank": compared("VisRank", 0.2), str(first.pk): compared("first", 0.1)}
    model = taste.encoder(first).trained.model
    return first, make_version(gallery, model=model, report={"against": ahead})


def test_two_workers_do_each_promotion_once_and_the_last_one_asked_for_serves(
    gallery: Gallery,
) -> None:
    first, second = two_versions(gallery)
    rows = [promoting.promote(version, None) for version in (first, second)]

    at_once(promote, promote, promote)

    for row in rows:
        row.refresh_from_db()
    assert [(row.state, row.attempts) for row in rows] == [(Promotion.State.DONE, 1)] * 2
    assert promoting.serving_version() == second
    assert rows[1].former == Space.objects.get(version=first)


def test_a_roll_back_during_the_switch_comes_before_it_or_after_it(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two_versions(gallery)
    promoting.promote(first, None)
    promote()
    row = promoting.promote(second, None)
    conclude = steps._conclude
    rolled: list[Promotion] = []

    def at_the_same_time(*arguments: object) -> bool:
        outcome: list[bool] = []

        def switch() -> None:
            with suppress(LostError):
                outcome.append(conclude(*arguments))  # type: ignore[arg-type]

        at_once(switch, lambda: rolled.append(promoting.rollback(None)))
        if not outcome:
            raise LostError
        return outcome[0]

    monkeypatch.setattr(steps, "_conclude", at_the_same_time)

    promote()

    row.refresh_from_db()
    assert Space.objects.filter(purpose="taste", state=Space.State.LIVE).count() <= 1
    if row.state == Promotion.State.DONE:  # the roll-back came after it
        assert promoting.serving_version() == first
    else:  # it came before, and ended the promotion
        assert "roll-back" in row.reason
        assert promoting.serving_version() is None
    assert len(rolled) == 1
