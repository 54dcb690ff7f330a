"""Comparisons of two pictures: who may ask, how many wait, what the page shows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from tests.webapp.makers import make_artwork, make_space
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.feed import explaining
from webapp.feed.models import Correspondence, Visitor

pytestmark = pytest.mark.django_db
State = Correspondence.State


@pytest.fixture(autouse=True)
def _space() -> None:
    make_space()


def works(count: int = 2) -> list[Artwork]:
    return [make_artwork(f"Work {number}") for number in range(count)]


def liker(client: Client, work: Artwork) -> Visitor:
    client.post(f"/works/{work.pk}/like/")
    return Visitor.objects.get()


def fill(row: Correspondence, **changes: object) -> None:
    """Answer as the worker does."""
    pairs = [
        {"first": [0.1, 0.2], "second": [0.5, 0.5], "cosine": 0.8},
        {"first": [0.9, 0.95], "second": [0.5, 0.1], "cosine": 0.6},
    ]
    values = {"state": State.DONE, "pairs": pairs, "first_mask": b"one", "second_mask": b"two"}
    Correspondence.objects.filter(pk=row.pk).update(**(values | changes))


def said(response_html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response_html).split())


def test_a_pair_is_one_row_whoever_asks_and_whichever_way_round() -> None:
    one, two = works()
    first, second = Visitor.objects.create(), Visitor.objects.create()

    rows = {
        explaining.ask(visitor=first, one=one, other=two).pk,
        explaining.ask(visitor=second, one=two, other=one).pk,
    }

    row = Correspondence.objects.get()
    assert rows == {row.pk}
    assert (row.first, row.second, row.state) == (one, two, State.QUEUED)
    assert (row.extractor, row.asked_by) == ("test", first)


def test_the_database_keeps_pairs_in_order() -> None:
    one, two = works()

    with pytest.raises(IntegrityError), transaction.atomic():
        Correspondence.objects.create(
            first=two, second=one, extractor="x", keys="a/b", asked=timezone.now()
        )


def test_nobody_has_more_than_a_few_waiting() -> None:
    hub, *others = works(explaining.OPEN + 3)
    visitor, neighbour = Visitor.objects.create(), Visitor.objects.create()
    for other in others[: explaining.OPEN]:
        explaining.ask(visitor=visitor, one=hub, other=other)

    with pytest.raises(explaining.RefusedError, match="still being made"):
        explaining.ask(visitor=visitor, one=hub, other=others[-1])
    again = explaining.ask(visitor=visitor, one=hub, other=others[0])
    explaining.ask(visitor=neighbour, one=hub, other=others[-1])
    fill(again)
    explaining.ask(visitor=visitor, one=hub, other=others[-2])

    waiting = Correspondence.objects.filter(state=State.QUEUED)
    assert waiting.filter(asked_by=visitor).count() == explaining.OPEN
    assert waiting.filter(asked_by=neighbour).count() == 1


def test_nobody_gets_in_line_behind_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "QUEUE", 2)
    hub, *others = works(4)
    for other in others[:2]:
        explaining.ask(visitor=Visitor.objects.create(), one=hub, other=other)

    with pytest.raises(explaining.RefusedError, match="Many comparisons"):
        explaining.ask(visitor=Visitor.objects.create(), one=hub, other=others[2])


def test_a_new_picture_is_compared_anew_and_a_failure_can_be_tried_again() -> None:
    one, two = works()
    visitor = Visitor.objects.create()
    row = explaining.ask(visitor=visitor, one=one, other=two)
    fill(row)
    assert explaining.find(one, two) == row

    ArtworkImage.objects.filter(artwork=two).update(key="another")
    two.refresh_from_db()
    assert explaining.find(one, two) is None
    explaining.ask(visitor=visitor, one=one, other=two)
    row.refresh_from_db()
    assert (row.state, row.pairs, row.first_mask) == (State.QUEUED, [], None)

    fill(row, state=State.FAILED, reason="No.")
    explaining.ask(visitor=visitor, one=one, other=two)
    row.refresh_from_db()
    assert (row.state, row.reason, row.attempts) == (State.QUEUED, "", 0)


def test_old_comparisons_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    hub, *others = works(6)
    rows = [
        explaining.ask(visitor=Visitor.objects.create(), one=hub, other=other) for other in others
    ]
    for age, row in enumerate(rows[:4]):
        fill(row, asked=timezone.now() - timedelta(days=age))
    fill(rows[3], asked=timezone.now() - explaining.KEEP - timedelta(days=1))
    monkeypatch.setattr(explaining, "MOST", 2)

    assert explaining.tidy() == 2

    assert set(Correspondence.objects.all()) == {rows[0], rows[1], rows[4]}


def test_the_page_shows_both_pictures_lit_with_their_places_in_words(client: Client) -> None:
    one, two = works()
    row = explaining.ask(visitor=Visitor.objects.create(), one=one, other=two)
    fill(row)

    html = client.get(f"/works/{two.pk}/why/{one.pk}/").content.decode()

    assert html.count("why-lit") == 2
    assert html.index("data:image/png;base64,dHdv") < html.index("data:image/png;base64,b25l")
    assert "left:50.0%;top:50.0%" in html
    assert "Centre of Work 1 and upper left of Work 0 : very alike" in said(html)
    assert "Top of Work 1 and lower right of Work 0 : alike" in said(html)
    assert "data-why-waiting" not in html


def test_a_pair_is_asked_for_by_post_and_waits_in_sight(client: Client) -> None:
    one, two = works()
    liker(client, one)
    path = f"/works/{one.pk}/why/{two.pk}/"

    before = client.get(path).content.decode()
    answer = client.post(path)
    after = client.get(path).content.decode()

    assert f'formaction="{path}"' in before
    assert answer["Location"] == path
    assert "data-why-waiting" in after
    assert 'role="status"' in after
    assert '<meta http-equiv="refresh"' in after  # for browsers without scripts


def test_looking_asks_for_nothing(client: Client) -> None:
    one, two = works()
    liker(client, one)

    client.get(f"/works/{one.pk}/why/{two.pk}/")

    assert not Correspondence.objects.exists()


def test_a_stranger_sees_what_is_there_and_cannot_ask(client: Client) -> None:
    one, two = works()
    path = f"/works/{one.pk}/why/{two.pk}/"

    page = client.get(path).content.decode()
    client.post(path)
    scripted = client.post(path, headers={"accept": "application/json"})

    assert "formaction" not in page[page.index("data-why-panel") : page.index("</section>")]
    assert scripted.status_code == 429
    assert "Like a work first" in scripted.json()["said"]
    assert not Correspondence.objects.exists()
    assert not Visitor.objects.exists()


def test_scripts_are_told_where_to_look_and_why_not(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = works()
    liker(client, one)
    path = f"/works/{one.pk}/why/{two.pk}/"
    accept = {"accept": "application/json"}

    asked = client.post(path, headers=accept)
    monkeypatch.setattr(explaining, "OPEN", 0)
    Correspondence.objects.all().delete()
    refused = client.post(path, headers=accept)
    plain = client.post(path, follow=True)

    assert asked.json() == {"url": path}
    assert (refused.status_code, "url" in refused.json()) == (429, False)
    assert "still being made" in plain.content.decode()


def test_a_failure_is_told_with_a_way_to_try_again(client: Client) -> None:
    one, two = works()
    row = explaining.ask(visitor=liker(client, one), one=one, other=two)
    fill(row, state=State.FAILED, reason="These two pictures could not be compared.")

    html = client.get(f"/works/{one.pk}/why/{two.pk}/").content.decode()

    assert "could not be compared." in html
    assert "Try again" in html


@pytest.mark.parametrize("verb", ["get", "post"])
def test_only_pairs_on_the_walls_can_be_compared(client: Client, verb: str) -> None:
    one = make_artwork()
    liker(client, one)
    gone = make_artwork(state=Artwork.State.WITHDRAWN)

    paths = [(one.pk, gone.pk), (gone.pk, one.pk), (one.pk, one.pk), (one.pk, 999_999)]
    answers = [getattr(client, verb)(f"/works/{a}/why/{b}/").status_code for a, b in paths]

    assert answers == [404] * 4
    assert not Correspondence.objects.exists()


def test_asking_needs_a_token() -> None:
    one, two = works()
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(f"/works/{one.pk}/why/{two.pk}/").status_code == 403


def test_deleting_a_work_or_its_visitor_leaves_no_loose_ends() -> None:
    one, two = works()
    visitor = Visitor.objects.create()
    explaining.ask(visitor=visitor, one=one, other=two)

    visitor.delete()
    assert Correspondence.objects.get().asked_by is None
    two.delete()
    assert not Correspondence.objects.exists()
