"""Why this: what the panel says, and works that are set aside."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.makers import make_artwork, make_space, place
from tests.webapp.tastes import make_taste, mean_bundle
from webapp.catalog.models import Artwork
from webapp.feed import actions, impressions, queries
from webapp.feed.models import Event, Pick, Visitor
from webapp.feed.profile import profile_of
from webapp.feed.ranking import Entry
from webapp.feed.why import why
from webapp.vectors.models import Space

pytestmark = pytest.mark.django_db


@pytest.fixture
def works() -> dict[str, Artwork]:
    """In the look space Near is like Liked, and Far like Other; Tail is like neither."""
    space = make_space()
    made = {name: make_artwork(name, artist=name) for name in ("Liked", "Other", "Near", "Far")}
    made["Tail"] = make_artwork("Tail", artist="Tail")
    for name, vector in (
        ("Liked", [1, 0, 0, 0]),
        ("Near", [1, 0.2, 0, 0]),
        ("Other", [0, 0, 1, 0]),
        ("Far", [0, 0.1, 1, 0.1]),
        ("Tail", [0, 0, 0, 1]),
    ):
        place(space, made[name], vector)
    return made


def somebody(*liked: Artwork) -> Visitor:
    visitor = Visitor.objects.create()
    for work in liked:
        actions.like(visitor=visitor, artwork=work)
    return visitor


def note(client: Client, *liked: Artwork) -> Visitor:
    """Like in a browser, and return the visitor that made."""
    for work in liked:
        client.post(f"/works/{work.pk}/like/")
    return Visitor.objects.get()


def shown(
    visitor: Visitor | None, artwork: Artwork, source: str, space: Space | None = None
) -> UUID:
    """Log that a work was shown, and return the list."""
    list_id = uuid4()
    entry = Entry(artwork.pk, 0, source, space_id=space.pk if space else None)  # type: ignore[arg-type]
    impressions.record(
        [entry], list_id=list_id, visitor_id=visitor.pk if visitor else None, surface="for-you"
    )
    impressions.flush()
    return list_id


def text(client: Client, path: str) -> str:
    """The panel's words."""
    html = client.get(path).content.decode()
    panel = html[html.index("data-why-panel") : html.index("</section>")]
    return " ".join(re.sub(r"<[^>]*>", " ", panel.partition(">")[2]).split())


def test_likeness_names_the_works_that_look_like_it(works: dict[str, Artwork]) -> None:
    told = why(somebody(works["Other"], works["Liked"]), works["Near"])

    assert told.because == "look"
    assert told.by_look
    assert [reason.artwork for reason in told.reasons] == [works["Liked"]]
    assert told.reasons[0].verb == "liked"


def test_a_model_names_the_works_without_which_it_would_stand_lower(
    works: dict[str, Artwork],
) -> None:
    """The model sees it the other way round: Far goes with Liked."""
    space = make_taste(mean_bundle())
    for name, vector in (
        ("Liked", [1, 0.5, 0, 0]),
        ("Far", [1, 0.5, 0, 0.1]),
        ("Other", [-1, 0.5, 1, 0]),
        ("Near", [-1, 0.5, 1, 0]),
        ("Tail", [0, 0.5, -1, 0]),
    ):
        place(space, works[name], vector)

    told = why(somebody(works["Other"], works["Liked"]), works["Far"])

    assert told.because == "model"
    assert not told.by_look
    assert told.name == str(space)
    assert [reason.artwork for reason in told.reasons] == [works["Liked"]]


def test_a_work_that_the_model_does_not_know_is_explained_by_look(
    works: dict[str, Artwork],
) -> None:
    space = make_taste(mean_bundle())
    place(space, works["Liked"], [1, 0, 0, 0])

    told = why(somebody(works["Liked"]), works["Near"])

    assert told.by_look
    assert [reason.artwork for reason in told.reasons] == [works["Liked"]]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("explore", "drawn at random"),
        ("fresh", "Because it is new"),
        ("popular", "Because others chose it lately"),
        ("pick", "a curator of the gallery picked it"),
        ("model", "Because it looks like what you chose"),
    ],
)
def test_the_panel_says_how_a_work_came_into_the_list(
    works: dict[str, Artwork], client: Client, source: str, said: str
) -> None:
    visitor = note(client, works["Liked"])
    list_id = shown(visitor, works["Near"], source, Space.objects.get())

    words = text(client, f"/works/{works['Near'].pk}/why/?list={list_id}")

    assert said in words
    if source in ("explore", "fresh", "model"):
        assert "ou liked Liked" in words


def test_somebody_elses_list_says_nothing(works: dict[str, Artwork], client: Client) -> None:
    list_id = shown(somebody(works["Liked"]), works["Near"], "pick")
    note_visitor = Client()
    note_visitor.post(f"/works/{works['Liked'].pk}/like/")

    words = text(note_visitor, f"/works/{works['Near'].pk}/why/?list={list_id}")

    assert "curator" not in words


def test_a_list_is_explained_by_the_space_that_ranked_it(works: dict[str, Artwork]) -> None:
    former = make_taste(mean_bundle(), state=Space.State.RETIRED)
    for name, vector in (
        ("Liked", [1, 0, 0, 0]),
        ("Near", [1, 0.1, 0, 0]),
        ("Other", [0, 0, 1, 0]),
        ("Far", [0, 0.1, -1, 0]),
    ):
        place(former, works[name], vector)
    visitor = somebody(works["Other"], works["Liked"])
    list_id = shown(visitor, works["Near"], "model", former)

    told = why(visitor, works["Near"], list_id=list_id)

    assert told.name == str(former)
    assert not told.by_look


def test_a_stranger_is_told_what_would_make_it_theirs(
    works: dict[str, Artwork], client: Client
) -> None:
    path = f"/works/{works['Near'].pk}/why/"

    assert "Like a few works" in text(client, path)
    assert not Visitor.objects.exists()


def test_of_strangers_it_is_not_noted_what_they_saw_and_they_are_told_all_the_same(
    works: dict[str, Artwork], client: Client
) -> None:
    actions.like(visitor=Visitor.objects.create(), artwork=works["Near"])
    Pick.objects.create(artwork=works["Far"])

    told = {
        name: text(client, f"/works/{works[name].pk}/why/?list={uuid4()}")
        for name in ("Near", "Far", "Other")
    }

    assert "others chose it lately" in told["Near"]
    assert "a curator of the gallery picked it" in told["Far"]
    assert "Because it is new" in told["Other"]


def test_a_work_does_not_speak_for_itself(works: dict[str, Artwork]) -> None:
    told = why(somebody(works["Liked"], works["Near"]), works["Near"])

    assert [reason.artwork for reason in told.reasons] == [works["Liked"]]


def test_the_panel_comes_alone_or_as_a_page(works: dict[str, Artwork], client: Client) -> None:
    note(client, works["Liked"])
    path = f"/works/{works['Near'].pk}/why/"

    page, panel = client.get(path).content, client.get(f"{path}?panel=").content

    assert b"<html" in page
    assert b"<html" not in panel
    assert b"data-why-panel" in page
    assert panel.lstrip().startswith(b"<section")


def test_only_works_on_the_walls_are_explained(client: Client) -> None:
    gone = make_artwork(state=Artwork.State.WITHDRAWN)

    assert client.get(f"/works/{gone.pk}/why/").status_code == 404
    assert client.get("/works/999999/why/").status_code == 404
    assert client.post(f"/works/{gone.pk}/why/").status_code == 405


def test_cards_and_the_artwork_page_lead_to_the_reasons(
    works: dict[str, Artwork], client: Client
) -> None:
    note(client, works["Liked"])

    for_you = client.get("/for-you/").content.decode()
    link = re.search(rf'href="(/works/{works["Near"].pk}/why/\?list=[0-9a-f-]+)"', for_you)
    assert link
    opened = client.get(f"/works/{works['Near'].pk}/?{link[1].partition('?')[2]}").content.decode()
    plain = client.get(f"/works/{works['Near'].pk}/").content.decode()

    assert link[1] in opened
    assert "/why/" not in plain
    assert client.get(link[1]).status_code == 200


def test_a_work_set_aside_stays_liked_and_shapes_nothing(works: dict[str, Artwork]) -> None:
    visitor = somebody(works["Other"], works["Liked"])

    actions.mute(visitor=visitor, artwork=works["Liked"])

    assert queries.marks_of(visitor).liked == (works["Liked"].pk, works["Other"].pk)
    assert [work.artwork_id for work in profile_of(visitor).works] == [works["Other"].pk]
    assert works["Liked"].pk in profile_of(visitor).known
    assert queries.muted_by(visitor) == [works["Liked"].pk]
    assert [reason.artwork for reason in why(visitor, works["Near"]).reasons] != [works["Liked"]]


def test_the_next_page_differs_and_undo_restores_it_exactly(
    works: dict[str, Artwork], client: Client
) -> None:
    visitor = note(client, works["Other"], works["Liked"])
    Event.objects.create(visitor=visitor, artwork=works["Liked"], kind="save", time=timezone.now())
    before, profile = cards(client), profile_of(visitor)

    client.post(f"/works/{works['Liked'].pk}/mute/")
    without = cards(client)
    client.post(f"/works/{works['Liked'].pk}/unmute/")

    assert without != before
    assert sorted(without) == sorted(before)
    assert cards(client) == before
    assert profile_of(visitor) == profile


def cards(client: Client) -> list[str]:
    html = client.get("/for-you/").content.decode()
    return re.findall(r'class="card"[^>]* data-work="(\d+)"', html)


def test_setting_aside_is_offered_on_the_panel_and_taken_back_there_or_with_the_taste(
    works: dict[str, Artwork], client: Client
) -> None:
    note(client, works["Other"], works["Liked"])
    liked, near = works["Liked"].pk, works["Near"].pk
    panel = client.get(f"/works/{near}/why/").content.decode()
    assert f'formaction="/works/{liked}/mute/"' in panel

    done = client.post(f"/works/{liked}/mute/", {"next": f"/works/{near}/why/"}, follow=True)
    taste = client.get("/yours/taste/").content.decode()
    again = client.post(f"/works/{liked}/unmute/", headers={"accept": "application/json"}).json()

    assert done.redirect_chain[0][0] == f"/works/{near}/why/"
    assert f'formaction="/works/{liked}/unmute/"' in done.content.decode()
    assert "1 work of yours is not used" in " ".join(done.content.decode().split())
    aside = taste.partition('id="set-aside"')[2]
    assert f'formaction="/works/{liked}/unmute/"' in aside
    assert again["undo"] == f"/works/{liked}/mute/"
    assert 'id="set-aside"' not in client.get("/yours/taste/").content.decode()


def test_setting_aside_needs_a_token_and_touches_nobody_elses_marks(
    works: dict[str, Artwork], client: Client
) -> None:
    other = somebody(works["Liked"])
    path = f"/works/{works['Liked'].pk}/mute/"

    forged = Client(enforce_csrf_checks=True).post(path)
    asked = client.get(path)
    client.post(path)

    assert (forged.status_code, asked.status_code) == (403, 405)
    assert queries.muted_by(other) == []
