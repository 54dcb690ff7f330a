"""Where curators make exhibitions, as forms without a script post to it."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp.desk.people import person, signed_in
from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.accounts.roles import CURATORS
from webapp.exhibitions import actions, queries
from webapp.exhibitions.arrangement import Walls
from webapp.exhibitions.models import Exhibition

pytestmark = pytest.mark.django_db


@pytest.fixture
def carl(db: None) -> User:
    return person("carl", CURATORS)


@pytest.fixture
def client(carl: User) -> Client:
    return signed_in(carl)


@pytest.fixture
def show(carl: User) -> Exhibition:
    works = [make_artwork(title).pk for title in ("One", "Two", "Three")]
    return actions.start("Night", works, carl)


def _page(show: Exhibition, rest: str = "") -> str:
    return f"/studio/exhibitions/{show.pk}/{rest}"


def _post(client: Client, show: Exhibition, do: str, **fields: Any) -> Any:
    """Press a button of the editor, as it is now."""
    show.refresh_from_db()
    return client.post(_page(show), {"version": show.version, "do": do, **fields})


def _rooms(show: Exhibition) -> tuple[Walls, ...]:
    return queries.arrangement_of(Exhibition.objects.get(pk=show.pk)).rooms


def _works(show: Exhibition) -> list[list[int]]:
    return [[each.work for each in room.works] for room in _rooms(show)]


def test_an_exhibition_is_begun_with_a_title_and_listed_by_its_state(client: Client) -> None:
    begun = client.post("/studio/exhibitions/", {"title": "Night walks"})
    client.post("/studio/exhibitions/", {"title": " "})

    made = Exhibition.objects.get()
    html = client.get("/studio/exhibitions/").content.decode()
    assert begun.headers["Location"] == _page(made)
    assert html.index("In preparation") < html.index("Night walks")
    assert "An exhibition needs a title." in html


def test_words_rooms_and_labels_are_written_and_told_in_the_history(
    client: Client, show: Exhibition
) -> None:
    one, _two, _three = _works(show)[0]
    _post(client, show, "words", title="Night", by_line="Carl Moor", introduction="Look up.")
    _post(client, show, "build")
    (first, second) = (room.pk for room in _rooms(show))

    _post(client, show, "keep", room=second, title="Dawn", text="Later.", wall="rose")
    answer = _post(client, show, "keep", room=first, **{f"label-{one}": " The moon. "})

    show.refresh_from_db()
    assert answer.headers["Location"] == f"{_page(show)}#room-{first}"
    assert (show.by_line, show.introduction) == ("Carl Moor", "Look up.")
    assert (_rooms(show)[1].title, _rooms(show)[1].wall) == ("Dawn", "rose")
    assert _rooms(show)[0].works[0].label == "The moon."
    assert [each.what for each in queries.history(show)] == [
        "Wrote labels in room 1",
        "Wrote the words of “Dawn”; Painted “Dawn” rose",
        "Added room 2",
        "Wrote the words at the entrance",
        "Began the exhibition",
    ]


def test_works_are_moved_taken_down_and_sent_to_other_rooms(
    client: Client, show: Exhibition
) -> None:
    one, two, three = _works(show)[0]
    _post(client, show, "build")
    first, second = (room.pk for room in _rooms(show))

    _post(client, show, f"down-{one}", room=first)
    moved = _works(show)
    _post(client, show, "keep", room=first, **{f"to-{three}": second, f"to-{one}": first})
    sent = _works(show)
    _post(client, show, f"take-{two}", room=first)
    taken = _works(show)
    _post(client, show, f"put-{three}", room=first, place=0)

    assert moved == [[two, one, three], []]
    assert sent == [[two, one], [three]]
    assert taken == [[one], [three]]
    assert _works(show) == [[three, one], []]


def test_rooms_change_places_and_go_with_what_hangs_in_them(
    client: Client, show: Exhibition
) -> None:
    works = _works(show)[0]
    _post(client, show, "build")
    first, second = (room.pk for room in _rooms(show))

    _post(client, show, "earlier", room=second)
    swapped = [room.pk for room in _rooms(show)]
    _post(client, show, "remove", room=first)

    assert swapped == [second, first]
    assert _works(show) == [[]]
    assert queries.history(show)[0].what == "Removed room 2 with 3 works"
    _post(client, show, "undo")
    assert _works(show) == [[], works]


def test_every_change_is_undone_by_one_button(client: Client, show: Exhibition) -> None:
    one, two, three = _works(show)[0]
    room = _rooms(show)[0].pk
    _post(client, show, f"cover-{two}", room=room)
    _post(client, show, f"take-{one}", room=room)

    _post(client, show, "undo")
    once = (_works(show), Exhibition.objects.get().cover_id)
    _post(client, show, "undo")

    assert once == ([[one, two, three]], two)
    assert Exhibition.objects.get().cover_id is None


def test_it_is_opened_closed_and_taken_back(client: Client, show: Exhibition) -> None:
    states = []
    for do in ("open", "close", "withdraw"):
        _post(client, show, do)
        states.append(Exhibition.objects.get().state)

    assert states == ["open", "closed", "draft"]


def test_a_day_of_opening_schedules_it(client: Client, show: Exhibition) -> None:
    opens = (timezone.now() + timedelta(days=3)).replace(second=0, microsecond=0)

    _post(client, show, "dates", opens=opens.strftime("%Y-%m-%dT%H:%M"), closes="")

    show.refresh_from_db()
    assert (show.opens, show.state) == (opens, "scheduled")


def test_what_cannot_be_is_refused_in_words_and_nothing_changes(
    client: Client, show: Exhibition
) -> None:
    empty = actions.start("Empty", [], None)

    closed_first = _post(client, show, "dates", opens="2026-03-02T10:00", closes="2026-03-01T10:00")
    untitled = _post(client, show, "words", title="", introduction="A long text of mine.")
    nobody = _post(client, empty, "open")
    unknown = _post(client, show, "paint", room=_rooms(show)[0].pk)
    never_open = _post(client, show, "close")

    answers = (closed_first, untitled, nobody, unknown, never_open)
    assert [each.status_code for each in answers] == [422] * 5
    assert "It would close before it opens." in closed_first.content.decode()
    assert "Title: This field is required." in untitled.content.decode()
    assert "A long text of mine." in untitled.content.decode()
    assert "Hang a work first" in nobody.content.decode()
    assert "It is not open yet." in never_open.content.decode()
    assert Exhibition.objects.get(pk=show.pk).version == 1


def test_who_was_overtaken_is_told_by_whom_and_keeps_what_they_wrote(
    client: Client, show: Exhibition
) -> None:
    seen = show.version
    _post(signed_in(person("ada", CURATORS)), show, "build")
    late = {"version": seen, "do": "words", "title": "Mine", "introduction": "Half an hour."}

    page = client.post(_page(show), late)
    script = client.post(_page(show), late, headers={"Accept": "application/json"})

    html = unescape(page.content.decode())
    assert (page.status_code, script.status_code) == (409, 409)
    assert "ada changed this exhibition" in html
    assert "Added room 2" in html
    assert "Half an hour.</textarea>" in html
    assert "Your change was not kept" in script.json()["said"]
    assert Exhibition.objects.get().title == "Night"


def test_scripts_are_told_the_new_version_and_what_can_be_undone(
    client: Client, show: Exhibition
) -> None:
    answer = client.post(
        _page(show),
        {"version": 1, "do": "words", "title": "Dusk"},
        headers={"Accept": "application/json"},
    )

    assert answer.json() == {"version": 2, "undo": "Called it “Dusk”", "state": "draft"}


def test_works_are_found_chosen_by_their_pictures_and_hung(
    client: Client, show: Exhibition
) -> None:
    new = make_artwork("Harbour")
    there = _works(show)[0][0]
    room = _rooms(show)[0].pk

    offered = client.get(_page(show, f"add/?room={room}&q=harbour")).content.decode()
    everything = client.get(_page(show, "add/")).content.decode()
    client.post(_page(show, "add/"), {"work": [new.pk, there, "x"], "room": room})

    assert f'id="offer-{new.pk}"' in offered
    assert (f'id="offer-{there}"' in everything, "Hangs already" in everything) == (False, True)
    assert _works(show)[0][-1] == new.pk


def test_who_hangs_works_may_stay_there_or_see_more(client: Client, show: Exhibition) -> None:
    new = [make_artwork(name).pk for name in ("Harbour", "Quay")]
    page = _page(show, "add/?q=a")

    stayed = client.post(page, {"work": new[0], "then": "stay", "after": "7"})
    went_on = client.post(page, {"work": new[1], "then": "more", "after": "7"})

    assert (stayed["Location"], went_on["Location"]) == (page, f"{page}&after=7")
    assert _works(show)[0][-2:] == new


def test_likes_and_collections_of_ones_own_can_be_hung(client: Client, show: Exhibition) -> None:
    liked, kept, other = (make_artwork(name) for name in ("Liked", "Kept", "Other"))
    client.post(f"/works/{liked.pk}/like/")
    client.post(f"/works/{kept.pk}/save/", {"in": "standard"})
    listed = client.get(_page(show, "add/")).content.decode()
    token = listed.rpartition("&amp;from=")[2].partition('"')[0]

    likes = client.get(_page(show, "add/?from=likes")).content.decode()
    shelf = client.get(_page(show, f"add/?from={token}")).content.decode()

    offers = [
        [f'id="offer-{work.pk}"' in html for html in (likes, shelf)] for work in (liked, kept)
    ]
    assert offers == [[True, False], [False, True]]
    assert f'id="offer-{other.pk}"' not in likes + shelf


def test_a_version_is_restored_from_the_history(client: Client, show: Exhibition) -> None:
    _post(client, show, "words", title="Dusk")
    show.refresh_from_db()

    html = client.get(_page(show, "history/")).content.decode()
    client.post(_page(show, "history/"), {"number": 1, "version": show.version})
    refused = client.post(_page(show, "history/"), {"number": 99, "version": 3})

    assert "Called it “Dusk”" in html
    assert Exhibition.objects.get().title == "Night"
    assert refused.status_code == 422


def test_a_deleted_one_leaves_the_list_and_comes_back(client: Client, show: Exhibition) -> None:
    _post(client, show, "delete")
    gone = client.get(_page(show)).status_code
    listed = client.get("/studio/exhibitions/").content.decode()

    client.post("/studio/exhibitions/", {"bring-back": show.pk})

    assert gone == 404
    assert f'name="bring-back" value="{show.pk}"' in listed
    assert client.get(_page(show)).status_code == 200


def test_the_editor_costs_the_same_however_much_hangs(
    client: Client, show: Exhibition, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    actions.hang(show, [make_artwork(f"Work {number}").pk for number in range(20)], None)
    small = actions.start("Small", [make_artwork().pk], None)
    client.get(_page(small))

    for each in small, show:
        with django_assert_max_num_queries(14):
            client.get(_page(each))
