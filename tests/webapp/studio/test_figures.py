"""How neighbourhoods fare, counted by hand on six works."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from tests.webapp.studio.makers import make_map, make_works, node
from webapp.catalog.models import Artwork
from webapp.feed import partitions
from webapp.feed.models import Event, Impression, Visitor
from webapp.studio import figures, portraits, queries
from webapp.studio.figures import Figures

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=91)


def send(*works: Artwork, surface: str = "for-you", source: str = "model", days: int = 0) -> UUID:
    """A list in which these works stood."""
    time, sent = NOW - timedelta(days=days), uuid4()
    partitions.make([partitions.month_of(time)])
    for position, work in enumerate(works):
        Impression.objects.create(
            list_id=sent,
            position=position,
            time=time,
            artwork_id=work.pk,
            surface=surface,
            source=source,
            propensity=1.0,
        )
    return sent


def like(work: Artwork, *, in_list: UUID | None = None, **changes: object) -> None:
    values = {"kind": "like", "time": NOW, "list_id": in_list} | changes
    Event.objects.create(visitor=Visitor.objects.create(), artwork=work, **values)


def test_rates_of_a_neighbourhood_are_those_counted_by_hand() -> None:
    works = make_works()
    found = make_map(works)
    a, b, c, d, e, f = works
    sent = send(a, b, d)  # three recommended by the model
    send(a, c, source="fresh")  # shown in For you, but not by the ranking
    send(a, e, surface="home-for-you", source="explore")  # two recommended
    send(a, b, surface="similar")  # shown, in no For you
    send(f, days=91)  # too long ago
    like(a, in_list=sent)
    like(a)  # from no list
    like(b, in_list=sent, undone=NOW)  # taken back
    like(d, in_list=sent)
    like(f, in_list=uuid4(), time=LONG_AGO)  # still stands; answered too long ago
    like(c, kind="save", in_list=sent)
    Artwork.objects.filter(pk=b.pk).update(availability="sold")

    by_leaf = figures.by_leaf(found)
    tree = queries.tree(found)
    left, right = (portraits.figures_of(node(found, 0, side), tree, by_leaf) for side in (0, 1))

    # a, b and c on the left; d, e and f on the right.
    assert left == Figures(
        works=3, likes=2, answered=1, shown=7, recommended=3, reached=2, available=2, sold=1
    )
    assert right == Figures(
        works=3, likes=2, answered=1, shown=2, recommended=2, reached=2, available=3, sold=0
    )
    told = {
        bar.label: (bar.here, bar.there)
        for bar in portraits.bars(left, figures.total([left, right]))
    }
    assert told == {
        "Liked": ("0.7", "0.7"),
        "Sold": ("33\u202f%", "17\u202f%"),
        "Shown": ("2.3", "1.5"),
        "Liked when shown": ("14.3", "22.2"),
        "Recommended": ("60.0\u202f%", "50.0\u202f%"),
        "Reached": ("67\u202f%", "67\u202f%"),
    }


def test_a_work_that_was_withdrawn_counts_nowhere() -> None:
    works = make_works()
    found = make_map(works)
    send(works[0], works[1])
    like(works[0])
    Artwork.objects.filter(pk=works[0].pk).update(state=Artwork.State.WITHDRAWN)

    whole = figures.total(figures.by_leaf(found).values())

    assert (whole.works, whole.likes, whole.shown) == (5, 0, 1)
