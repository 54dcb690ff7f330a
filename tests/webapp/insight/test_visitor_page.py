"""The page of one visitor: heat, both ends, traces, and somebody imagined."""

from __future__ import annotations

import gzip
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.insight.makers import Camps, make_camps, make_visitor
from tests.webapp.lab.makers import curator
from webapp.feed import partitions
from webapp.feed.models import Impression, Visitor
from webapp.mine.models import Choices
from webapp.selections.models import Selection

pytestmark = pytest.mark.django_db


def shown(visitor: Visitor, camps: Camps, *rows: int) -> None:
    """Note that these works stood in a list for the visitor."""
    partitions.make([partitions.month_of(timezone.now())])
    for position, row in enumerate(rows):
        Impression.objects.create(
            list_id=uuid4(),
            position=position,
            time=timezone.now(),
            visitor_id=visitor.pk,
            artwork_id=camps.works[row].pk,
            surface="for-you",
            source="model",
            propensity=1.0,
        )


def test_works_of_a_visitors_camp_rank_highest_and_their_neighbourhood_first() -> None:
    camps = make_camps()
    visitor = make_visitor(camps.works[:3])

    answer = curator().get("/studio/insight/", {"visitor": visitor.pk})

    view = answer.context["view"]
    assert [each.area.node.name for each in view.likings] == ["Evening ridges", "Woven grids"]
    assert view.likings[0].share > 0.6 > 0.4 > view.likings[1].share
    assert {work.pk for work in view.best[:9]} == {work.pk for work in camps.works[3:12]}
    assert view.worst[0].pk in {work.pk for work in camps.works[12:]}
    assert "What VisRank sees for visitor" in answer.content.decode()


def test_traces_are_told_apart_and_marked_on_the_map() -> None:
    camps = make_camps()
    visitor = make_visitor(camps.works[:2])
    make_visitor(camps.works[:1])
    shown(visitor, camps, 0, 4, 5, 6)
    visitor.events.create(artwork=camps.works[4], kind="view", time=timezone.now())
    visitor.events.create(artwork=camps.works[20], kind="hide", time=timezone.now())

    view = curator().get("/studio/insight/", {"visitor": visitor.pk}).context["view"]

    told = {strip.key: {work.pk for work in strip.works} for strip in view.strips}
    expected = {"chosen": (0, 1), "looked": (4,), "ignored": (5, 6), "hidden": (20,)}
    assert told == {key: {camps.works[row].pk for row in rows} for key, rows in expected.items()}
    assert {kind: len(marks) for kind, marks in view.heat.marks.items()} == {
        "chosen": 2,
        "looked": 1,
        "ignored": 2,
        "hidden": 1,
    }
    assert (view.likings[0].shown, view.likings[0].chosen) == (4, 2)


def test_visitors_have_numbers_and_no_names() -> None:
    camps = make_camps()
    visitor = make_visitor(camps.works[:3])
    Visitor.objects.update(label="collector-mara")

    html = curator().get("/studio/insight/").content.decode()

    assert f"{visitor.pk}, 3 choices" in html
    assert "mara" not in html


def test_somebody_imagined_likes_what_is_picked() -> None:
    camps = make_camps()
    client = curator()
    picked = ",".join(str(work.pk) for work in camps.works[12:14])

    empty = client.get("/studio/insight/?imagine")
    answer = client.get("/studio/insight/", {"works": f"{picked},nonsense"})

    assert "Likes nothing yet" in empty.content.decode()
    assert f"works={camps.works[0].pk}" in empty.content.decode()
    assert answer.context["view"].likings[0].area.node.name == "Woven grids"
    assert f"works={camps.works[13].pk}" in answer.content.decode()  # without the first


def test_somebody_imagined_likes_the_works_of_a_selection() -> None:
    camps = make_camps()
    made = Selection.objects.create(title="Grids", works=[work.pk for work in camps.works[12:15]])

    answer = curator().get("/studio/insight/", {"selection": made.pk})

    html = answer.content.decode()
    assert "Likes 3 works" in html
    assert f"selection={made.pk}" in html
    assert answer.context["view"].likings[0].area.node.name == "Woven grids"


def test_of_who_wants_no_personal_recommendations_nothing_is_shown() -> None:
    camps = make_camps()
    visitor = make_visitor(camps.works[:3])
    Choices.objects.create(visitor=visitor, impersonal=True)

    answer = curator().get("/studio/insight/", {"visitor": visitor.pk})

    assert answer.context["view"] is None
    assert "they want no personal recommendations" in answer.content.decode()


def test_without_a_map_there_are_works_all_the_same() -> None:
    camps = make_camps(with_map=False)
    visitor = make_visitor(camps.works[:3])

    answer = curator().get("/studio/insight/", {"visitor": visitor.pk})

    assert answer.context["view"].best
    assert "There is no map of the collection yet" in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "Nobody chose two works yet."),
        ({"visitor": "987654"}, "There is no visitor 987654."),
        ({"visitor": "x' OR 1"}, "There is no visitor x&#x27; OR 1."),
        ({"works": "987654"}, "it has not seen them"),
    ],
)
def test_what_cannot_be_shown_is_said(query: dict[str, str], said: str) -> None:
    make_camps()

    assert said in curator().get("/studio/insight/", query).content.decode()


def test_a_gallery_without_a_space_says_so() -> None:
    assert "Nothing can be ranked yet" in curator().get("/studio/insight/").content.decode()


def test_queries_do_not_grow_with_the_works(django_assert_max_num_queries: Any) -> None:
    camps = make_camps(40)
    visitor = make_visitor(camps.works[:30])
    client = curator()
    client.get("/studio/insight/")

    with django_assert_max_num_queries(22):
        client.get("/studio/insight/", {"visitor": visitor.pk})


def test_scores_for_the_large_map_come_in_the_order_of_its_places() -> None:
    camps = make_camps()
    visitor = make_visitor(camps.works[:3])
    path = f"/studio/insight/maps/{camps.map.pk}/scores.bin"
    client = curator()
    camps.works[23].delete()

    answer = client.get(path, {"model": "visrank", "visitor": str(visitor.pk)})

    values = np.frombuffer(gzip.decompress(answer.content), dtype=np.uint8)
    assert len(values) == 23
    assert values[:12].min() > values[12:].max()
    assert values.max() == 254
    for wrong in ({"model": "9", "visitor": str(visitor.pk)}, {"model": "visrank"}):
        assert client.get(path, wrong).status_code == 404


def test_strangers_are_asked_to_sign_in() -> None:
    assert Client().get("/studio/insight/").headers["Location"].startswith("/sign-in/")
