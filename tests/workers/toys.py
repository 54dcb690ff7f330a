"""A small gallery with a history, and models fitted on it as a training would leave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from artrec.data import Interactions
from artrec.models.base import ProfileModel
from artrec.models.contract import Content, TrainingData
from artrec.models.registry import model_class
from artrec.serving.transform import Transform
from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.feed.models import Event, Visitor
from webapp.lab import promoting
from webapp.lab.models import Promotion, Run, Version
from webapp.vectors import actions
from webapp.vectors.models import Space
from workers import model_files
from workers.tasks.promote import promote

EXTRACTOR = "colour"
"""Its features are drawn at random here, with the dimension that the extractor has."""
VISITORS = 24
FIRST = 500_000
"""Number of the first work and the first visitor. Lots and shares go by these numbers, so they are
the same whatever ran before, and far from those that the database gives."""


@dataclass(frozen=True)
class Gallery:
    """Works of two camps, and visitors who choose within theirs."""

    works: list[Artwork]
    features: NDArray[np.float32]
    look: Space
    visitors: list[Visitor]


def make_gallery(count: int = 40, *, dim: int, seed: int = 0) -> Gallery:
    """Visible works with features, a live look space, and a history of likes."""
    rng = np.random.default_rng(seed)
    works = [
        make_artwork(f"work {number}", artist=f"hand {number}", pk=FIRST + number)
        for number in range(count)
    ]
    features = _features(np.arange(count), dim, rng)
    ids = [work.pk for work in works]
    actions.store_features(EXTRACTOR, ids, features)
    transform = Transform(
        (("colour", 0, dim),), np.zeros(dim, np.float32), np.ones(dim, np.float32), None
    )
    look = actions.create_space(
        purpose="look", extractor=EXTRACTOR, dim=dim, transform=transform.to_bytes(), fitted_on=0
    )
    actions.store_vectors(look, ids, transform.apply(features))
    actions.go_live(look)
    visitors = [
        Visitor.objects.create(pk=FIRST + number, label=f"v{number}") for number in range(VISITORS)
    ]
    for camp, visitor in enumerate(visitors):
        _like(visitor, [work for n, work in enumerate(works) if n % 2 == camp % 2], rng)
    return Gallery(works, features, look, visitors)


def add_work(gallery: Gallery, camp: int, *, state: str = Artwork.State.VISIBLE) -> Artwork:
    """A work that joined after the training, with features."""
    work = make_artwork("late", state=state)
    rng = np.random.default_rng(work.pk)
    row = _features(np.array([camp]), gallery.features.shape[1], rng, noise=0.02)
    actions.store_features(EXTRACTOR, [work.pk], row)
    if state == Artwork.State.VISIBLE:
        actions.store_vectors(gallery.look, [work.pk], row)
    return work


def fit(gallery: Gallery, name: str, **settings: Any) -> ProfileModel:
    """Fit a model on all likes of the gallery."""
    place = {work.pk: row for row, work in enumerate(gallery.works)}
    events = Event.objects.filter(kind="like", artwork__in=place).order_by("time")
    rows = list(events.values_list("visitor_id", "artwork_id"))
    users = sorted({user for user, _ in rows})
    log = Interactions.build(
        [users.index(user) for user, _ in rows],
        [place[work] for _, work in rows],
        user_ids=[str(user) for user in users],
        item_ids=[str(work.pk) for work in gallery.works],
    )
    chosen: Any = model_class(name)
    data = TrainingData(log, Content({"colour": gallery.features}))
    model: ProfileModel = chosen.fit(data, chosen.Config(**settings))
    return model


def make_version(
    gallery: Gallery,
    name: str = "factor-regression",
    *,
    report: dict[str, Any] | None = None,
    model: ProfileModel | None = None,
    works: Sequence[Artwork] | None = None,
    **settings: Any,
) -> Version:
    """A finished run and its version, with its file in the storage."""
    model = model or fit(gallery, name, **settings)
    ids = [work.pk for work in works or gallery.works]
    keys = dict(ArtworkImage.objects.filter(artwork__in=ids).values_list("artwork_id", "key"))
    run = Run.objects.create(model=name, state=Run.State.FINISHED, extractor=EXTRACTOR)
    file, sha256 = model_files.save(f"run-{run.pk}", model, ids, [keys[pk] for pk in ids])
    better = {"visrank": compared("VisRank", 0.1)} if report is None else report.get("against", {})
    return Version.objects.create(run=run, file=file, sha256=sha256, report={"against": better})


def promoted(version: Version, by: User | None = None, override: str = "") -> Promotion:
    """Promote a version in this process, and read again what came of it."""
    promotion = promoting.promote(version, by, override)
    promote()
    promotion.refresh_from_db()
    version.refresh_from_db()
    return promotion


def compared(rival: str, difference: float, *, p_value: float = 0.001) -> dict[str, Any]:
    """What a report says of a rival."""
    auc = {"difference": difference, "low": 0, "high": 0, "p_value": p_value}
    metrics = {"auc": auc | {"mean": 0.7 + difference, "rival": 0.7}}
    return {"rival": rival, "metrics": metrics, "coverage": [0.9, 0.9]}


def _features(
    camps: NDArray[Any], dim: int, rng: np.random.Generator, noise: float = 0.3
) -> NDArray[np.float32]:
    rows = noise * rng.normal(size=(len(camps), dim))
    rows[:, 0] += 1 - 2 * (camps % 2)
    return rows.astype(np.float16).astype(np.float32)


def _like(visitor: Visitor, works: Sequence[Artwork], rng: np.random.Generator) -> None:
    now = timezone.now()
    chosen = rng.choice(len(works), size=max(3, len(works) // 3), replace=False)
    Event.objects.bulk_create(
        Event(
            visitor=visitor,
            artwork=works[place],
            kind=Event.Kind.LIKE,
            time=now - timedelta(hours=int(number) + 1),
        )
        for number, place in enumerate(chosen)
    )
