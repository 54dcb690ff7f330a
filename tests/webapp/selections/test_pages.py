"""The pages of selections: made, shown, changed, sent on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from tests.webapp.desk.people import person, signed_in
from tests.webapp.duplicates.makers import make_pair
from tests.webapp.makers import make_artwork
from tests.webapp.studio.makers import make_map, make_works, node
from webapp.accounts.models import User
from webapp.accounts.roles import CURATORS
from webapp.catalog.models import Artwork
from webapp.duplicates.models import Fingerprint
from webapp.exhibitions import arrangement
from webapp.exhibitions.models import Exhibition, Hanging
from webapp.selections import actions, queries
from webapp.selections.models import Selection, Tag
from webapp.transfer import selection as exported

pytestmark = pytest.mark.django_db
HOME = "/studio/selections/"
OPEN = '<details class="choice" open>'


@pytest.fixture
def carl() -> User:
    return person("carl", CURATORS)


@pytest.fixture
def client(carl: User) -> Client:
    return signed_in(carl)


def select(*works: Artwork, title: str = "Evening") -> Selection:
    return actions.save(works=[work.pk for work in works], by=None, title=title)[0]


def post_json(client: Client, data: Any) -> Any:
    return client.post(f"{HOME}new/", data, content_type="application/json")


def test_the_map_sends_a_lasso_and_is_told_what_is_unknown(client: Client) -> None:
    work = make_artwork()
    told = {"ids": [work.pk, 10**9], "title": "\ud800", "source": {"kind": "lasso", "map": 3}}

    answer = post_json(client, told)

    made = Selection.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "url": f"{HOME}{made.pk}/",
        "works": 1,
        "said": "Kept 1 work.",
        "unknown": [10**9],
        "unknown_count": 1,
    }
    assert (made.works, made.source, made.origin) == ([work.pk], "lasso", {"map": 3})
    assert made.title.startswith("Lasso on the map, ")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("{", "That is no JSON."),
        ([], "“ids” must be a list"),
        ({"ids": ["1"]}, "“ids” must be a list"),
        ({"ids": [True]}, "“ids” must be a list"),
        ({"ids": [1], "title": 3}, "“title” must be a text"),
        ({"ids": [1], "source": {"kind": "spoon"}}, "“kind” must be one of"),
        ({"ids": [10**9]}, "None of these works"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(client: Client, told: Any, said: str) -> None:
    answer = post_json(client, told)

    assert answer.status_code == 400
    assert said in answer.json()["error"]
    assert not Selection.objects.exists()


def test_a_search_becomes_a_selection_and_leads_back_to_it(client: Client) -> None:
    ridge = make_artwork("Ridge, evening")
    make_artwork("Harbour", style="Harbours")

    made = client.post(f"{HOME}new/", {"search": "/browse/?q=ridge", "ids": ""}, follow=True)

    assert Selection.objects.get().works == [ridge.pk]
    assert 'href="/browse/?q=ridge"' in made.content.decode()


def test_neighbourhoods_of_a_map_become_a_selection_by_their_names(client: Client) -> None:
    works = make_works()
    found = make_map(works)
    nodes = [node(found, 1, 0), node(found, 1, 3)]

    client.post(f"{HOME}new/", {"neighbourhood": [each.pk for each in nodes]})

    made = Selection.objects.get()
    assert made.works == [works[0].pk, works[1].pk, works[5].pk]
    assert (made.title, made.source) == ("Fine 0, Fine 3", "cluster")
    assert made.origin == {"map": found.pk, "name": "Fine 0, Fine 3"}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Give the address of a search, or numbers of works."),
        ({"search": "/browse/"}, "That is no search"),
        ({"search": "?q=zzzz"}, "That search finds no work."),
        ({"search": "http://[x/?q=zzzz#top"}, "That search finds no work."),
        ({"ids": "12, twelve"}, "twelve is no number of a work"),
        ({"neighbourhood": "99"}, "not on the map any more"),
    ],
)
def test_a_form_that_finds_nothing_says_why_and_keeps_what_was_typed(
    client: Client, form: dict[str, str], said: str
) -> None:
    answer = client.post(f"{HOME}new/", form)

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert form.get("ids", "") in answer.content.decode()


def test_lists_and_walls_take_as_many_queries_for_many_as_for_few(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    works = [make_artwork(f"Work {number}", artist=f"Artist {number}") for number in range(12)]
    made = select(*works)
    for each in works:
        select(each, *works[:3])

    with django_assert_max_num_queries(10):
        client.get(HOME)
    with django_assert_max_num_queries(14):
        page = client.get(made.get_absolute_url())

    assert page.content.decode().count('class="sel-mark"') == 12


def test_chosen_works_are_taken_out_and_put_back_by_undo(client: Client) -> None:
    one, two = make_artwork("One"), make_artwork("Two")
    made = select(one, two)
    address = made.get_absolute_url()

    page = client.post(f"{address}works/", {"work": [one.pk], "do": "remove"}, follow=True)
    without = queries.works_of(Selection.objects.get())
    client.post(f"{address}undo/")

    assert "1 work taken out." in page.content.decode()
    assert f'action="{address}undo/"' in page.content.decode()
    assert without == [two.pk]
    assert queries.works_of(Selection.objects.get()) == [one.pk, two.pk]


def test_works_are_found_and_added_but_for_those_that_are_in_it(client: Client) -> None:
    one, two = make_artwork("Ridge one"), make_artwork("Ridge two")
    made = select(one)
    address = f"{made.get_absolute_url()}add/"

    found = client.get(address, {"q": "ridge"})
    client.post(address, {"work": [two.pk], "ids": f"{one.pk}"})

    assert [work.pk for work in found.context["found"]] == [two.pk]
    assert Selection.objects.get().works == [one.pk, two.pk]


@pytest.mark.parametrize("way", ["artist", "year", "colour", "likes"])
def test_works_are_put_in_order_and_none_is_lost(client: Client, way: str) -> None:
    works = [make_artwork(artist=name) for name in ("Zoe", "Ann", "Mia")]
    made = select(*works)

    client.post(f"{made.get_absolute_url()}arrange/", {"by": way})

    made.refresh_from_db()
    assert sorted(made.works) == sorted(work.pk for work in works)
    if way == "likes":
        assert made.works == [work.pk for work in works[::-1]]  # by nobody: newest first
    if way == "artist":
        assert made.works == [works[1].pk, works[2].pk, works[0].pk]


def test_a_deleted_selection_is_gone_until_it_is_brought_back(client: Client) -> None:
    made = select(make_artwork())
    address = made.get_absolute_url()

    client.post(f"{address}delete/")
    gone = client.get(address).status_code
    changed = client.post(f"{address}undo/").status_code
    listed = client.get(HOME).content.decode()
    client.post(f"{address}restore/")

    assert (gone, changed, client.get(address).status_code) == (404, 404, 200)
    assert f'action="{address}restore/"' in listed


def test_three_ways_to_combine_are_counted_before_one_is_kept(client: Client) -> None:
    one, two, three = (make_artwork() for _ in range(3))
    parts = [select(one, two, title="A").pk, select(two, three, title="B").pk]

    asked: dict[str, Any] = {"of": parts, "how": "difference", "first": parts[1]}

    page = client.get(f"{HOME}combine/", asked)
    kept = client.post(f"{HOME}combine/", {"of": parts, "how": "intersection", "title": ""})

    assert [number for *_, number in page.context["ways"]] == [3, 1, 1]
    assert [work.pk for work in page.context["works"]] == [three.pk]
    made = Selection.objects.get(source="combination")
    assert kept.headers["Location"] == made.get_absolute_url()
    assert (made.title, made.works) == ("A ∩ B", [two.pk])
    assert made.origin == {"how": "Intersection", "of": ["A", "B"]}


def test_an_empty_combination_is_not_kept(client: Client) -> None:
    parts = [select(make_artwork()).pk, select(make_artwork()).pk]

    answer = client.post(f"{HOME}combine/", {"of": parts, "how": "intersection"}, follow=True)

    assert "None of these works is in the gallery" in answer.content.decode()
    assert Selection.objects.count() == 2


def test_works_hang_in_a_new_exhibition_or_in_one_that_is_there(client: Client) -> None:
    one, two = make_artwork(), make_artwork()
    address = f"{select(one, title='Evenings').get_absolute_url()}send/"

    first = client.post(address, {"to": "exhibition", "room": "", "title": ""})
    made = Exhibition.objects.get()
    more = f"{select(two, one).get_absolute_url()}send/"
    client.post(more, {"to": "exhibition", "room": made.rooms.get().pk})
    gone = client.post(more, {"to": "exhibition", "room": "0"}, follow=True)

    assert made.title == "Evenings"
    assert first.headers["Location"] == f"/studio/exhibitions/{made.pk}/"
    hung = Hanging.objects.filter(room__exhibition=made).order_by("position")
    assert list(hung.values_list("artwork_id", flat=True)) == [one.pk, two.pk]
    assert "That room is not there any more" in gone.content.decode()


def test_who_may_use_selections_alone_hangs_nothing() -> None:
    guest = User.objects.create_user("guest")
    guest.user_permissions.set(Permission.objects.filter(content_type__app_label="selections"))
    made = select(make_artwork())
    browser = signed_in(guest)

    sent = browser.post(f"{made.get_absolute_url()}send/", {"to": "exhibition", "room": ""})
    walked = browser.post("/studio/path/", {"room": ""})

    assert [sent.status_code, walked.status_code] == [403, 403]
    assert not Exhibition.objects.exists()


def test_a_selection_that_fits_into_no_exhibition_says_so_where_it_would_be_hung(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrangement, "MOST_WORKS", 1)
    made = select(make_artwork(), make_artwork())
    told = {"to": "exhibition", "room": "", "title": ""}

    before = client.get(made.get_absolute_url()).content.decode()
    sent = client.post(f"{made.get_absolute_url()}send/", told, follow=True).content.decode()

    sentence = "An exhibition holds 1 works at most, and these are 2."
    assert (before.count(sentence), sent.count(sentence)) == (1, 1)
    assert "Hang them" not in before
    assert (OPEN in before, OPEN in sent) == (False, True)
    assert not Exhibition.objects.exists()


def test_what_is_refused_is_told_once_and_at_its_button(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrangement, "MOST_WORKS", 3)
    address = select(make_artwork(), make_artwork()).get_absolute_url()
    client.post(f"{address}send/", {"to": "exhibition", "room": "", "title": "Full"})
    more = select(make_artwork(), make_artwork()).get_absolute_url()
    full = {"to": "exhibition", "room": Exhibition.objects.get().rooms.get().pk}

    hung = client.post(f"{more}send/", full, follow=True).content.decode()
    tagged = client.post(f"{more}send/", {"to": "tag", "name": " "}, follow=True).content.decode()
    later = client.get(more).content.decode()

    sentence = "An exhibition holds 3 works; 2 hang already, and these are 2 more. Choose fewer."
    assert f"{OPEN}<summary>an exhibition" in hung
    assert f'<p class="error" id="not-hung" role="alert">{sentence}</p>' in hung
    assert hung.count(sentence) == 1
    assert f"{OPEN}<summary>a tag" in tagged
    assert tagged.count("A tag needs a name.") == 1
    assert OPEN not in later


def test_a_tag_is_a_facet_of_the_wall_and_a_page_of_its_own(client: Client) -> None:
    one, two = make_artwork("One"), make_artwork("Two")
    made = select(one, two)
    client.post(f"{select(two).get_absolute_url()}send/", {"to": "tag", "name": "spring"})
    tag = Tag.objects.get()

    wall = client.get(made.get_absolute_url(), {"tag": tag.pk})
    page = client.get(tag.get_absolute_url())
    client.post(tag.get_absolute_url(), {"do": "keep"})
    client.post(tag.get_absolute_url(), {"do": "untag", "work": [two.pk]})

    assert wall.context["works"] == page.context["works"] == [two]
    assert Selection.objects.get(title="spring").works == [two.pk]
    assert queries.tagged(tag) == []


def test_a_new_tag_is_gone_when_its_tagging_is_undone(client: Client) -> None:
    made = select(make_artwork(), make_artwork())
    said = client.post(
        f"{made.get_absolute_url()}send/", {"to": "tag", "name": "spring"}, follow=True
    )
    tag = Tag.objects.get()
    form = said.content.decode().partition('class="undo"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="(\w+)"', form))

    back = client.post(tag.get_absolute_url(), fields, follow=True)

    assert back.redirect_chain[0][0] == made.get_absolute_url()
    assert "“spring” is off 2 works again." in back.content.decode()
    assert not Tag.objects.exists()


def test_a_review_of_duplicates_compares_again_and_shows_what_is_suspected(
    client: Client,
) -> None:
    one, two, other = make_artwork("One"), make_artwork("Two"), make_artwork("Other")
    inside, outside = make_pair(one, two), make_pair(one, other)
    Fingerprint.objects.update(state=Fingerprint.State.DONE)
    made = select(one, two)

    page = client.post(f"{made.get_absolute_url()}send/", {"to": "twins"}, follow=True)

    waiting = Fingerprint.objects.filter(state=Fingerprint.State.WAITING)
    assert set(waiting.values_list("artwork_id", flat=True)) == {one.pk, two.pk}
    assert page.context["twins"].waiting == 2
    assert page.context["twins"].inside == (inside,)
    assert page.context["twins"].outside == (outside,)


def test_an_export_takes_the_works_of_a_selection() -> None:
    work = make_artwork()
    made = select(work, title="Evening")

    works, told = exported.works_of("selection", str(made.pk))
    by_address, _ = exported.works_of("selection", f"http://x{made.get_absolute_url()}")

    assert (works, told) == ([work.pk], "The selection Evening")
    assert by_address == works
    with pytest.raises(exported.SelectionError, match="no selection nine"):
        exported.works_of("selection", "nine")
