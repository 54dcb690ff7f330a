"""The pages of one work in every space, and of the triplets that training draws."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest
from django.utils import timezone

from artrec.sampling import Mode, Strategy
from tests.webapp.insight.makers import Camps, make_camps, make_visitor, vectors
from tests.webapp.lab.makers import curator
from tests.webapp.tastes import make_taste, mean_bundle
from webapp.insight import actions, near, sampling
from webapp.insight.models import Draw
from webapp.mine.models import Choices
from webapp.vectors.actions import store_vectors

pytestmark = pytest.mark.django_db


def drawn(camps: Camps) -> dict[str, Any]:
    """As a worker leaves it: one guideline with a triplet, one that cannot serve."""
    ids = [work.pk for work in camps.works]
    everybody = {
        "asked": 200,
        "drawn": 150,
        "turned_down": 75,
        "served": 3,
        "sources": 4,
        "kind": "users",
    }
    one = {"profile": ids[:8], "size": 20, "positive": ids[3], "negative": ids[20], "missing": None}
    none = {"need": "a second basket", "of_users": True, "turned_down": 0, "everybody": everybody}
    return {
        "works": 24,
        "visitors": 4,
        "events": 60,
        "strategies": [
            none | {"strategy": 4, "asked": 5, "triplets": [one, one | {"negative": 999_999}]},
            none | {"strategy": 2, "asked": 0, "triplets": []},
        ],
    }


def test_every_space_has_a_row_and_shared_works_say_so() -> None:
    camps = make_camps()
    space = make_taste(mean_bundle())
    # The model sees the two camps as the eye does, but for the last work, which it has not seen.
    store_vectors(space, [work.pk for work in camps.works[:23]], vectors(12)[:23])

    rows = near.rows(camps.works[0])
    only_look = near.rows(camps.works[23])

    assert [row.by_look for row in rows] == [False, True]
    assert {each.times for row in rows for each in row.works[:8]} == {2}
    assert camps.works[0] not in [each.work for row in rows for each in row.works]
    assert [row.by_look for row in only_look] == [True]


def test_the_page_shows_the_nearest_works_with_their_cosines() -> None:
    camps = make_camps()

    answer = curator().get("/studio/insight/work/", {"work": camps.works[0].pk})

    scores = [each.score for each in answer.context["rows"][0].works]
    assert scores == sorted(scores, reverse=True)
    assert f"{scores[0]:.2f}" in answer.content.decode()


def test_a_work_is_found_by_words() -> None:
    camps = make_camps()
    client = curator()

    found = client.get("/studio/insight/work/", {"q": "weave 23"}).content.decode()
    nothing = client.get("/studio/insight/work/", {"q": "zeppelin\0"}).content.decode()

    assert f"?work={camps.works[23].pk}" in found
    assert f"?work={camps.works[0].pk}" not in found
    assert "No work has all these words" in nothing
    assert client.get("/studio/insight/work/?work=987654").status_code == 404


def test_triplets_are_asked_for_and_waited_for() -> None:
    camps = make_camps()
    visitor = make_visitor(camps.works[:3])
    client = curator()
    place = {"visitor": str(visitor.pk), "mode": "reference", "seed": "3"}

    before = client.get("/studio/insight/triplets/", place).content.decode()
    asked = client.post("/studio/insight/draw/", place)
    html = client.get(asked["Location"]).content.decode()

    row = Draw.objects.get()
    assert (row.visitor_id, row.mode, row.seed, str(row.by)) == (visitor.pk, "reference", 3, "carl")
    assert "Draw triplets" in before
    assert f"/studio/insight/draws/{row.pk}/status/" in html
    assert client.get(f"/studio/insight/draws/{row.pk}/status/").json()["open"]


def test_a_triplet_is_a_profile_and_two_works_with_how_often_it_fails() -> None:
    camps = make_camps()
    visitor = make_visitor(camps.works[:8])
    now = timezone.now()
    Draw.objects.create(
        visitor=visitor, mode="paper", state="done", asked=now, finished=now, result=drawn(camps)
    )

    answer = curator().get("/studio/insight/triplets/", {"visitor": visitor.pk})

    html = answer.content.decode()
    one, two = answer.context["guidelines"]
    triplet = one.triplets[0]
    newest = [work.pk for work in reversed(camps.works[3:8])]
    assert [work.pk for work in triplet.profile] == newest
    assert (triplet.more, triplet.inside) == (15, True)
    assert len(one.triplets) == 1  # the other's work left the gallery
    assert (one.short, one.served, one.tries) == (0.25, 0.75, 0.5)
    assert "It cannot serve this visitor, who would need a second basket." in html
    assert "25 % of its triplets were given up" in html
    assert two.triplets == []


@pytest.mark.parametrize(
    "sent", [{"mode": "paper"}, {"visitor": "987654", "mode": "paper"}, {"mode": "strange"}]
)
def test_what_cannot_be_drawn_is_not_asked_for(sent: dict[str, str]) -> None:
    visitor = make_visitor(make_camps().works[:2])
    sent = {"visitor": str(visitor.pk)} | sent if sent["mode"] == "strange" else sent

    assert curator().post("/studio/insight/draw/", sent).status_code == 404
    assert not Draw.objects.exists()


def test_of_who_wants_no_personal_recommendations_nothing_is_drawn() -> None:
    visitor = make_visitor(make_camps().works[:3])
    Choices.objects.create(visitor=visitor, impersonal=True)
    client = curator()

    html = client.get("/studio/insight/triplets/", {"visitor": str(visitor.pk)}).content.decode()
    sent = client.post("/studio/insight/draw/", {"visitor": str(visitor.pk), "mode": "paper"})

    assert "they want no personal recommendations" in html
    assert sent.status_code == 404


def test_every_guideline_of_the_library_has_words() -> None:
    assert set(sampling.GUIDELINES) == {int(each) for each in Strategy}
    assert set(sampling.MODES) == set(get_args(Mode))


def test_old_draws_are_forgotten_and_those_that_wait_are_not() -> None:
    visitor = make_visitor(make_camps().works[:2])
    long_ago = timezone.now() - actions.KEEP - timedelta(days=1)
    for seed, (state, asked) in enumerate(
        [("done", long_ago), ("queued", long_ago), ("done", timezone.now())]
    ):
        Draw.objects.create(visitor=visitor, mode="paper", seed=seed, state=state, asked=asked)

    actions.tidy()

    assert sorted(Draw.objects.values_list("seed", flat=True)) == [1, 2]
