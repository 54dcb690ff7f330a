"""Models of visits in the test's own process: data, training, report, promotion, roll back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from artrec.data.sessions import visits_of
from artrec.errors import DataError
from tests.workers.toys import EXTRACTOR, Gallery, make_gallery
from webapp.feed import rows
from webapp.feed.models import Event
from webapp.lab import actions, promoting
from webapp.lab.models import Promotion, Run, Version
from webapp.vectors.models import Vector
from webapp.vectors.queries import live_space
from workers import gate, resources, snapshot, taste, visit_reports
from workers.tasks.promote import promote
from workers.tasks.train import train

pytestmark = pytest.mark.django_db(transaction=True)

SMALL = {
    "item2vec": {"epochs": 8, "dim": 8, "batch": 64},
    "gru4rec": {"epochs": 4, "hidden": 16, "batch": 8, "patience": 4},
}
LENGTH = 6
VISITS = 5


@pytest.fixture
def gallery() -> Gallery:
    taste._encoder.cache_clear()
    made = make_gallery(24, dim=resources.extractor(EXTRACTOR).dim)
    for number in range(len(made.visitors)):
        for visit in range(VISITS):
            first = 7 * number + 5 * visit
            walk(made, number, [first + 2 * step for step in range(LENGTH)], days=visit + 1)
    return made


def walk(gallery: Gallery, visitor: int, places: Sequence[int], *, days: int) -> None:
    """A visit from work to work, a minute each; of works of one camp where all are even or odd."""
    begin = timezone.now() - timedelta(days=days, minutes=visitor)
    Event.objects.bulk_create(
        Event(
            visitor=gallery.visitors[visitor],
            artwork=gallery.works[place % len(gallery.works)],
            kind=Event.Kind.VIEW,
            time=begin + timedelta(minutes=step),
        )
        for step, place in enumerate(places)
    )


def trained(model: str, **changes: Any) -> Version:
    run = actions.start_run(model=model, config={**SMALL[model], **changes})
    train()
    run.refresh_from_db()
    assert (run.state, run.reason) == (Run.State.FINISHED, "")
    return run.version


def promoted(version: Version) -> Promotion:
    promotion = promoting.promote(version, None)
    promote()
    promotion.refresh_from_db()
    version.refresh_from_db()
    return promotion


def test_the_data_are_every_step_in_the_order_of_time(gallery: Gallery) -> None:
    Event.objects.filter(kind="like").delete()
    now = timezone.now()
    mine, works = gallery.visitors[0], gallery.works
    moments: list[tuple[int, str, float, dict[str, Any]]] = [
        (3, "view", 40, {}),
        (3, "like", 39, {}),
        (4, "view", 38, {}),
        (3, "purchase", 37, {"basket": "b"}),
        (4, "purchase", 36, {"basket": "b"}),
        (9, "view", 35, {"muted": now}),
        (9, "like", 34, {"undone": now}),
        (8, "view", 33, {}),
        (8, "hide", 32, {}),
    ]
    for place, kind, minutes, values in moments:
        time = now - timedelta(minutes=minutes)
        Event.objects.create(visitor=mine, artwork=works[place], kind=kind, time=time, **values)

    drawn = snapshot.draw(Run(model="item2vec", config={}), now=now)

    visits = visits_of(drawn.interactions)
    user = drawn.interactions.user_ids.index(str(mine.pk))
    newest = np.flatnonzero(visits.users == user)[-1]
    assert [drawn.artworks[row] for row in visits[newest]] == [
        works[place].pk for place in (3, 4, 3, 4)
    ]
    assert drawn.facts["visits"] == len(gallery.visitors) * VISITS + 1
    # That of taste is of choices only.
    with pytest.raises(DataError, match="There are 2 likes, saves and purchases"):
        snapshot.draw(Run(model="als", config={}), now=now)


def test_too_few_visits_end_a_run_with_what_to_do(gallery: Gallery) -> None:
    Event.objects.filter(kind="view").delete()
    Event.objects.filter(kind="like").update(time=timezone.now())
    Event.objects.exclude(visitor=gallery.visitors[0]).delete()

    run = actions.start_run(model="gru4rec", config={})
    train()

    run.refresh_from_db()
    assert run.state == Run.State.FAILED
    assert run.reason.startswith("There are 1 visits of two works or more by 1 visitors;")


@pytest.mark.parametrize("model", ["item2vec", "gru4rec"])
def test_a_run_ends_with_a_version_measured_by_what_came_next(gallery: Gallery, model: str) -> None:
    version = trained(model)

    report = version.report
    shown = {row["key"]: row for row in report["rows"]}
    assert list(shown) == ["model", "item-knn", "popularity"]
    for row in shown.values():
        for metric in (*gate.STEP, *visit_reports.PUBLISHED):
            interval = row["intervals"][metric]
            assert 0 <= interval["low"] <= interval["mean"] <= interval["high"] <= 1
    # Of 24 works half are of the visit's camp, so whoever learns nothing has most of them, too;
    # the place says who knows more.
    mrr = {key: row["intervals"]["next_mrr@20"]["mean"] for key, row in shown.items()}
    assert mrr["model"] > mrr["popularity"] + 0.05
    assert report["against"]["popularity"]["metrics"]["next_mrr@20"]["difference"] > 0.05
    assert 0 < report["visits"] <= 0.3 * len(gallery.visitors) * VISITS + 1
    assert len(report["questions"]["steps"]) == report["steps"]
    sample = version.samples[0]
    assert sample["visitor"] in {visitor.pk for visitor in gallery.visitors}
    assert set(sample["liked"]) <= {work.pk for work in gallery.works}
    assert not set(sample["lists"]["model"]) & set(sample["liked"])


def test_gru4rec_is_trained_again_on_everything_for_as_many_epochs_as_were_best(
    gallery: Gallery,
) -> None:
    version = trained("gru4rec")

    parts = version.run.epochs.order_by("pk").values_list("part", "number", "metric")
    first = [(number, metric) for part, number, metric in parts if part == ""]
    again = [(number, metric) for part, number, metric in parts if part == "refit"]
    best = max(first, key=lambda pair: (pair[1], -pair[0]))[0]
    assert [number for number, _ in again] == list(range(1, best + 1))
    assert {metric for _, metric in again} == {None}


def test_two_versions_are_compared_on_the_steps_that_both_were_asked_at(gallery: Gallery) -> None:
    first = trained("item2vec")
    for visitor in range(3):
        walk(gallery, visitor, [1, 3, 5], days=0)

    second = trained("item2vec", epochs=1)

    found = second.report["against"][str(first.pk)]
    answers = [
        dict(zip(kept["steps"], kept["values"]["next_mrr@20"], strict=True))
        for kept in (second.report["questions"], first.report["questions"])
    ]
    common = answers[0].keys() & answers[1].keys()
    assert 0 < len(common) < len(answers[0])
    mine, theirs = (np.mean([each[step] for step in common]) for each in answers)
    metric = found["metrics"]["next_mrr@20"]
    assert metric["mean"] == pytest.approx(mine, abs=1e-6)
    assert metric["difference"] == pytest.approx(mine - theirs, abs=1e-6)
    assert metric["low"] < metric["difference"] < metric["high"]
    assert found["visitors"] == len({step.split()[0] for step in common})


def test_a_model_of_visits_is_promoted_beside_that_of_taste_and_rolled_back_alone(
    gallery: Gallery,
) -> None:
    lens, row = trained("item2vec"), trained("gru4rec")
    for version in (lens, row):  # of so small a gallery counting knows all
        compared = version.report["against"]["item-knn"]
        for metric in compared["metrics"].values():
            metric["p_value"] = 1.0
        compared["coverage"] = [0.95, 1.0] if version == lens else [0.5, 1.0]  # no row, no loss
        version.save()

    one, other = promoted(lens), promoted(row)

    assert [(each.state, each.reason) for each in (one, other)] == [("done", "")] * 2
    assert [step["name"] for step in other.steps][-1] == "switch"
    assert "instead of no row" in other.steps[-1]["note"]
    notes = {check["name"]: check["note"] for check in other.gate["checks"]}
    assert notes["next_recall@20"].startswith("next looks among the first 20: ")
    assert "than works looked at together, counted" in notes["next_mrr@20"]
    assert "visitors the database and the model agree" in notes["agreement"]
    assert (live_space("visits"), live_space("next")) == (lens.space, row.space)
    assert live_space("taste") is None
    shown = rows.next_in_visit([work.pk for work in gallery.works[:6:2]])
    assert shown is not None
    assert {entry.space_id for entry in shown.entries} == {row.space_id}

    promoting.rollback(None, "next")

    assert (live_space("visits"), live_space("next")) == (lens.space, None)
    with pytest.raises(promoting.PromotionError, match="No model serves; there is nothing"):
        promoting.rollback(None, "next")
    assert Vector.objects.filter(space=row.space).exists()


def test_a_model_of_visits_that_loses_to_counting_is_refused(gallery: Gallery) -> None:
    version = trained("item2vec")
    metric = version.report["against"]["item-knn"]["metrics"]["next_recall@20"]
    metric |= {"difference": -0.1, "p_value": 0.001}
    version.save()

    refused = promoted(version)

    assert refused.state == Promotion.State.REFUSED
    assert "0.100 worse than works looked at together, counted" in refused.reason
    assert live_space("visits") is None
