"""Visitors with a known taste who look at For you through the site and choose what they like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from numpy.typing import NDArray

from tests.webapp.makers import make_artwork, make_space
from tests.webapp.tastes import make_taste, mean_bundle
from webapp.catalog.models import Artwork
from webapp.feed import actions, visitors
from webapp.feed.models import Serving, Visitor
from webapp.vectors.actions import store_vectors
from webapp.vectors.models import Space

CAMPS = 4
"""Tastes there are; each is a corner of the space."""
FIRST = 100_001
"""Ids are given, so that the sides people are on are the same in every run."""


@dataclass(frozen=True)
class Gallery:
    """Works of so many camps on a wall, in a space that sees them and one that does not."""

    works: list[Artwork]
    camps: dict[int, int]
    """Of each work, by id."""
    look: Space
    shuffled: Space
    """A model whose vectors are those of other works."""


def make_gallery(count: int, rng: np.random.Generator, *, spoilt: float = 1.0) -> Gallery:
    """Make works and two spaces; in the second a share of the vectors is of other works."""
    works = [make_artwork(f"Work {number}", artist=f"Artist {number}") for number in range(count)]
    ids = [work.pk for work in works]
    camps = np.arange(count) % CAMPS
    rows = np.eye(CAMPS, dtype=np.float32)[camps] + rng.normal(scale=0.2, size=(count, CAMPS))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    look = make_space(CAMPS)
    store_vectors(look, ids, rows)
    shuffled = make_taste(mean_bundle(model="shuffled"), state=Space.State.READY)
    mixed, wrong = rows.copy(), rng.random(count) < spoilt
    mixed[wrong] = rng.permutation(rows[wrong])
    store_vectors(shuffled, ids, mixed)
    Serving.objects.create(diversity=0, fresh_share=0, explore_share=0)
    return Gallery(works, dict(zip(ids, camps.tolist(), strict=True)), look, shuffled)


@dataclass(frozen=True)
class Person:
    """Somebody's browser, and which camp they are of."""

    client: Client
    visitor: Visitor
    camp: int


def make_people(gallery: Gallery, count: int, *, likes: int = 2) -> list[Person]:
    """Visitors who like a few works of their camp already."""
    people = []
    for number in range(count):
        visitor = Visitor.objects.create(pk=FIRST + number)
        camp = number % CAMPS
        own = [work for work in gallery.works if gallery.camps[work.pk] == camp]
        for step in range(likes):
            actions.like(visitor=visitor, artwork=own[(number + step) % len(own)])
        session = SessionStore()
        session[visitors.SESSION_KEY] = visitor.pk
        session.save()
        client = Client(HTTP_HOST="localhost")
        client.cookies["sessionid"] = session.session_key or ""
        people.append(Person(client, visitor, camp))
    return people


def look_through(client: Client) -> tuple[str, list[int]]:
    """Open For you: its list and its works in order."""
    html = client.get("/for-you/").content.decode()
    found = re.search(r'name="list" value="([0-9a-f-]{36})"', html)
    works = re.findall(r'class="card"[^>]* data-work="(\d+)"', html)
    return found[1] if found else "", [int(pk) for pk in works]


def visit(
    person: Person,
    gallery: Gallery,
    rng: np.random.Generator,
    *,
    patience: int = 10,
    eager: float = 0.5,
    indifferent: float = 0.03,
    marks: bool = True,
) -> None:
    """Look at the first works of For you, and open those that appeal; what is of the own camp does
    so with a probability of `eager`, anything else with one of `indifferent`. One in three of what
    is opened is liked."""
    list_id, order = look_through(person.client)
    for pk in order[:patience]:
        chance = eager if gallery.camps[pk] == person.camp else indifferent
        if rng.random() < chance:
            person.client.get(f"/works/{pk}/?list={list_id}")
            person.client.post(f"/works/{pk}/viewed/", {"list": list_id})
            if marks and rng.random() < 1 / 3:
                person.client.post(f"/works/{pk}/like/", {"list": list_id})


def clicks_through(
    people: Iterable[Person],
    gallery: Gallery,
    rng: np.random.Generator,
    *,
    visits: int,
    after: Callable[[], object],
) -> None:
    """Let everybody come so many times; `after` each round."""
    crowd: Sequence[Person] = list(people)
    for _ in range(visits):
        for number in rng.permutation(len(crowd)):
            visit(crowd[int(number)], gallery, rng)
        after()


def share_of_camp(gallery: Gallery, person: Person, order: Sequence[int]) -> float:
    """How much of a list is of somebody's camp."""
    own: NDArray[np.bool_] = np.array([gallery.camps[pk] == person.camp for pk in order])
    return float(own.mean())
