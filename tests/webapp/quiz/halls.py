"""A small collection that a quiz can be made of."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pytest
from django.core.cache import cache
from django.test import Client

from tests.webapp.makers import make_artwork, make_space, place
from webapp.catalog.models import Artwork
from webapp.quiz import pool

KINDS = ("Ridges", "Grids", "Waves", "Faces")
EACH = 12


@dataclass(frozen=True)
class Hall:
    """Works of four kinds, all by different artists, a kind to a corner of the space."""

    works: list[Artwork]
    kind_of: dict[int, str]

    def of(self, kind: str) -> list[Artwork]:
        return [work for work in self.works if self.kind_of[work.pk] == kind]


def make_hall() -> Hall:
    """Make it, with a live space of looks."""
    cache.clear()
    pool.forget()
    rng = np.random.default_rng(0)
    space = make_space(6)
    works = []
    for corner, kind in enumerate(KINDS):
        for number in range(EACH):
            work = make_artwork(f"{kind} {number}", artist=f"{kind} hand {number}", style=kind)
            place(space, work, 3 * np.eye(6)[corner] + 0.4 * rng.normal(size=6))
            works.append(work)
    return Hall(works, {work.pk: work.style for work in works})


def shown(html: str) -> list[int]:
    """Works of the question on a page."""
    return [int(pk) for pk in re.findall(r'name="choice" value="(\d+)"', html)]


def question(html: str) -> str:
    """What the form says it is an answer to."""
    found = re.search(r'name="question" value="([^"]+)"', html)
    assert found
    return found[1]


def choose(client: Client, hall: Hall, kind: str | None) -> str:
    """Answer the next question with a work of a kind, or none; return the page that follows."""
    html = client.get("/quiz/").content.decode()
    liked = [pk for pk in shown(html) if hall.kind_of[pk] == kind]
    answer = {"question": question(html), "choice": liked[0] if liked else "none"}
    return client.post("/quiz/answer/", answer, follow=True).content.decode()


@pytest.fixture
def hall(db: None, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """A fresh hall, in which every quiz has the same seed."""
    monkeypatch.setattr("webapp.quiz.views.secrets.randbelow", lambda _end: 7)
    return make_hall()
