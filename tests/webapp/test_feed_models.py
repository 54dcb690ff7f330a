"""For you by every model that can be promoted: the newest like counts in the very next request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache as once
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from artrec.models.export import export
from artrec.serving.bundle import Bundle
from tests.artrec.serving import test_bundle_models as untrained
from tests.artrec.serving import test_bundle_plus as plus
from tests.artrec.serving import test_bundle_trained as trained
from tests.contracts.serving import ServingContract
from tests.contracts.worlds import ITEMS, checkerboard, with_pictures
from tests.webapp.makers import make_artwork, make_space
from tests.webapp.tastes import make_taste
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.feed import actions, candidates, queries, served
from webapp.feed.models import Event, Serving, Visitor
from webapp.feed.profile import Profile, profile_of
from webapp.feed.ranking import recommend
from webapp.vectors.actions import store_vectors
from webapp.vectors.filters import Filters

pytestmark = pytest.mark.django_db


def _cases(*modules: ModuleType) -> Iterator[Any]:
    """The classes that hold each model to the contract of a bundle, with its small settings."""
    for module in modules:
        for case in vars(module).values():
            if getattr(case, "__base__", None) is ServingContract:
                yield pytest.param(case, id=case.__name__.removeprefix("Test"))


CASES = list(_cases(untrained, plus, trained))


@once
def exported(case: type[ServingContract]) -> tuple[Bundle, Any]:
    """A small model of the checkerboard and its rows."""
    return export(case.model.fit(with_pictures(checkerboard()).data, case.config))


@dataclass(frozen=True)
class Gallery:
    """The checkerboard on a wall: even works are of one camp, odd works of the other."""

    bundle: Bundle
    works: list[Artwork]

    @property
    def learns(self) -> bool:
        """Whether the model shows different people different works."""
        return self.bundle.head != "constant"


@pytest.fixture(params=CASES)
def gallery(request: pytest.FixtureRequest) -> Gallery:
    cache.clear()
    served.forget()
    bundle, rows = exported(request.param)
    works = [make_artwork(f"Work {row}", artist=f"Artist {row}") for row in range(ITEMS)]
    looks = checkerboard().data.content.matrix()
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    ids = [work.pk for work in works]
    store_vectors(make_space(looks.shape[1]), ids, looks)
    known = np.flatnonzero(rows.any(axis=1))  # a store takes no row of zeros
    store_vectors(make_taste(bundle), [ids[row] for row in known], rows[known])
    Serving.objects.create(diversity=0, explore_share=0, fresh_share=0)
    return Gallery(bundle, works)


def shown(client: Client) -> list[int]:
    html = client.get("/for-you/").content.decode()
    return [int(pk) for pk in re.findall(r'class="card"[^>]* data-work="(\d+)"', html)]


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "anonymous"])
def test_a_like_changes_the_next_page(gallery: Gallery, client: Client, signed_in: bool) -> None:
    if signed_in:
        client.force_login(User.objects.create_user("mara"))
    stranger = shown(client)

    pages = [stranger]
    for row in (0, 5, 8):  # the first makes a brand-new visitor
        client.post(f"/works/{gallery.works[row].pk}/like/")
        pages.append(shown(client))

    liked: list[int] = []
    for row, before, after in zip((0, 5, 8), pages, pages[1:], strict=False):
        liked.append(gallery.works[row].pk)
        assert len(after) == ITEMS - len(liked)
        assert not set(liked) & set(after)
        if gallery.learns:
            assert after != [pk for pk in before if pk != liked[-1]]


def test_a_first_like_is_answered_by_the_model(gallery: Gallery) -> None:
    visitor = Visitor.objects.create()
    actions.like(visitor=visitor, artwork=gallery.works[0])

    page = queries.for_you(visitor, limit=10)

    live = served.serving()
    assert live
    assert live.bundle
    assert live.bundle.model == gallery.bundle.model
    assert page.personal
    assert {each.entry.space_id for each in page.shown} == {live.space.pk}
    reasons = {each.because for each in page.shown}
    assert reasons <= {None, gallery.works[0]}
    assert (gallery.works[0] in reasons) == gallery.learns


def test_hidden_works_count_against_those_like_them(gallery: Gallery) -> None:
    likes = [gallery.works[row] for row in (2, 3)]
    plain, picky = Visitor.objects.create(), Visitor.objects.create()
    for visitor in (plain, picky):
        for work in likes:
            actions.like(visitor=visitor, artwork=work)
    for row in (5, 9, 15, 21):
        actions.hide(visitor=picky, artwork=gallery.works[row])

    with_, without = (_scores(gallery, visitor, known=picky) for visitor in (picky, plain))

    if gallery.learns:
        assert _lead_of_evens(gallery, with_) > _lead_of_evens(gallery, without)
    else:
        assert list(with_) == list(without)


def test_a_purchase_counts_more_than_a_like(gallery: Gallery) -> None:
    orders = []
    for bought in (2, 3):
        visitor = Visitor.objects.create()
        for row in (2, 3):
            kind = "purchase" if row == bought else "like"
            Event.objects.create(
                visitor=visitor, artwork=gallery.works[row], kind=kind, time=timezone.now()
            )
        orders.append(_scores(gallery, visitor, known=visitor))

    if gallery.learns:
        assert _lead_of_evens(gallery, orders[0]) > _lead_of_evens(gallery, orders[1])


def _scores(gallery: Gallery, visitor: Visitor, *, known: Visitor) -> dict[int, float]:
    """What the visitor is shown, best first, of works that `known` does not know either."""
    Artwork.objects.update(one_of_a_kind=False)
    unknown = profile_of(known).known
    entries = recommend(
        profile_of(visitor), served.serving(), knobs=Serving(diversity=0), limit=ITEMS
    )
    return {entry.artwork_id: entry.score for entry in entries if entry.artwork_id not in unknown}


def _lead_of_evens(gallery: Gallery, scores: dict[int, float]) -> float:
    """How far even works score above odd ones, in deviations."""
    evens = [scores[work.pk] for work in gallery.works[::2] if work.pk in scores]
    odds = [scores[work.pk] for work in gallery.works[1::2] if work.pk in scores]
    return float((np.mean(evens) - np.mean(odds)) / (np.std([*evens, *odds]) or 1))


def test_reasons_are_true_of_what_ranked(gallery: Gallery, rng: np.random.Generator) -> None:
    """Without its first reason a work falls among all, by the very query that ranked it."""
    fell = []
    for _ in range(6):
        visitor = Visitor.objects.create()
        for row in rng.choice(ITEMS - 2, 7, replace=False):
            kind = str(rng.choice(["like", "like", "save", "purchase"]))
            work = gallery.works[int(row)]
            Event.objects.create(visitor=visitor, artwork=work, kind=kind, time=timezone.now())
        profile = profile_of(visitor)
        page = recommend(profile, served.serving(), knobs=Serving(), limit=12)
        before = _standing(profile)
        for entry in (entry for entry in page if entry.because):
            rest = tuple(work for work in profile.works if work.artwork_id != entry.because[0])
            without = _standing(replace(profile, works=rest))
            fell.append(without[entry.artwork_id] < before[entry.artwork_id])

    assert bool(fell) == gallery.learns
    if fell:
        assert np.mean(fell) >= 0.95


def _standing(profile: Profile) -> dict[int, float]:
    """How far each work scores above the mean of all, in deviations."""
    live = served.serving()
    assert live
    found = candidates.find(profile, live.space, live.bundle, limit=ITEMS, filters=Filters())
    scores = (found.scores - found.scores.mean()) / found.scores.std()
    return dict(zip(found.ids.tolist(), scores.tolist(), strict=True))
