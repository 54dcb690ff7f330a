"""Results of a search by a picture, by a part of a work, and by what words mean."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from artrec.serving.transform import Transform
from tests.webapp.makers import make_artwork, make_space, place
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.feed import meaning, picture_finding
from webapp.vectors.models import PictureQuery, Space, WordsQuery

pytestmark = pytest.mark.django_db
State = PictureQuery.State
JSON = {"accept": "application/json"}
URL = "/search/picture/"


@pytest.fixture(autouse=True)
def space() -> Space:
    """A space of two dimensions in which vectors are features."""
    space = make_space(2)
    ones = np.ones(2, np.float32)
    transform = Transform((("all", 0, 2),), np.zeros(2, np.float32), ones, None)
    Space.objects.update(transform=transform.to_bytes(), extractor="clip/pad")
    return space


def hang(space: Space, count: int = 4) -> list[Artwork]:
    """Works that are ever less like (1, 0)."""
    works = []
    for number in range(count):
        angle = 0.1 + 2.5 * number / count
        works.append(make_artwork(f"Work {number}", style="Ridges" if number % 2 else "Harbours"))
        place(space, works[-1], (np.cos(angle), np.sin(angle)))
    return works


def seen(**changes: Any) -> str:
    """A picture that a worker has seen; the address of its results."""
    values = {
        "state": State.DONE,
        "token": "a" * 32,
        "address": "x",
        "extractor": "clip/pad",
        "features": [1, 0],
        "palette": ["96281e", "1c3263"],
        "placeholder": "data:image/webp;base64,UklGRg==",
        "usual": 0.9,
        "expires": timezone.now() + timedelta(hours=1),
    }
    row = PictureQuery.objects.create(**(values | changes))
    return f"/browse/?like=picture.{row.token}"


def titles(html: str) -> list[str]:
    return re.findall(r'data-work="\d+">.*?<cite>(.*?)</cite>', html, re.DOTALL)


def test_results_are_a_page_of_browsing_nearest_first(client: Client, space: Space) -> None:
    hang(space)

    html = client.get(seen()).content.decode()

    assert titles(html) == ["Work 0", "Work 1", "Work 2", "Work 3"]
    assert "4 works" in html
    assert "Like your picture" in html
    assert "No good match" not in html


def test_a_picture_unlike_all_of_the_collection_has_no_good_match(
    client: Client, space: Space
) -> None:
    works = hang(space)
    zeros, ones = np.zeros(3, np.float32), np.ones(3, np.float32)
    # Of three dimensions the collection varies in two.
    transform = Transform((("all", 0, 3),), zeros, ones, np.eye(3, 2, dtype=np.float32), 0.5)
    Space.objects.update(transform=transform.to_bytes())
    picture_finding.transform_of.cache_clear()

    inside = client.get(seen(features=[1, 0, 0.5])).content.decode()
    outside = client.get(seen(token="b" * 32, features=[1, 0, 2])).content.decode()
    part = seen(token="c" * 32, features=[1, 0, 2], artwork=works[0])

    assert "No good match" not in inside
    assert "No good match" in outside
    assert titles(outside) == titles(inside)
    assert "No good match" not in client.get(part).content.decode()


def test_filters_narrow_them_and_all_that_match_are_there(client: Client, space: Space) -> None:
    hang(space, 60)

    html = client.get(f"{seen()}&style=Harbours").content.decode()
    rest = re.search(r'rel="next" href="([^"]*)"', html)

    assert titles(html) == [f"Work {number}" for number in range(0, 60, 2)]
    assert "30 works" in html
    assert rest is None


def test_what_is_like_nothing_is_said_and_the_nearest_come_all_the_same(
    client: Client, space: Space
) -> None:
    hang(space)

    html = client.get(seen(features=[-1, -0.2])).content.decode()

    assert "No good match" in html
    assert titles(html)[0] == "Work 3"


def test_its_colours_can_be_searched_and_the_blur_stands_for_it(
    client: Client, space: Space
) -> None:
    hang(space)

    html = client.get(seen()).content.decode()

    assert 'href="/browse/?palette=96281e&amp;palette=1c3263"' in html
    assert '<img src="data:image/webp;base64,UklGRg==" alt="Your picture">' in html


def test_a_page_costs_the_same_queries_however_many_works_there_are(
    client: Client, space: Space, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    address = seen()
    for count in (3, 50):
        hang(space, count)
        with django_assert_max_num_queries(18):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"expires": timezone.now() - timedelta(minutes=1)},
        {"extractor": "another/pad"},
        {"features": None, "state": State.QUEUED},
    ],
)
def test_a_picture_that_is_no_more_leaves_a_page_of_everything(
    client: Client, space: Space, changes: dict[str, Any]
) -> None:
    hang(space)

    answer = client.get(seen(**changes))

    assert answer.status_code == 200
    assert len(titles(answer.content.decode())) == 4
    assert "Like your picture" not in answer.content.decode()


def test_a_part_of_a_work_is_asked_for_and_named(client: Client, space: Space) -> None:
    work = hang(space)[1]
    fields = {"work": work.pk, "left": "25", "top": "10.5", "width": "90", "height": "40"}

    sent = client.post(URL, fields, headers=JSON)
    row = PictureQuery.objects.get()
    PictureQuery.objects.update(
        state=State.DONE, extractor="clip/pad", features=[1, 0], placeholder="data:,"
    )
    page = client.get(f"/browse/?like=picture.{row.token}").content.decode()

    assert sent.status_code == 201
    assert (row.artwork, row.picture, row.box) == (work, None, [0.25, 0.105, 0.75, 0.4])
    assert "Like a part of Work 1" in page
    assert "Forget it now" not in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"width": "1"}, "too small"),
        ({"left": "99"}, "too small"),
        ({"left": "150"}, "too small"),
        ({"left": "a"}, "no part of the picture"),
        ({"top": "nan"}, "no part of the picture"),
        ({"height": "1e999"}, "no part of the picture"),
    ],
)
def test_a_part_that_is_none_is_refused(
    client: Client, space: Space, fields: dict[str, str], words: str
) -> None:
    work = hang(space)[0]

    scripted = client.post(URL, {"work": work.pk, **fields}, headers=JSON)
    plain = client.post(URL, {"work": work.pk, **fields}, follow=True)

    assert (scripted.status_code, words in scripted.json()["said"]) == (400, True)
    assert plain.redirect_chain == [(f"/works/{work.pk}/part/", 302)]
    assert words in plain.content.decode()
    assert not PictureQuery.objects.exists()


@pytest.mark.parametrize("number", ["0", "999999", "x", "9" * 30])
def test_only_works_on_the_walls_have_parts(client: Client, space: Space, number: str) -> None:
    hidden = make_artwork(state=Artwork.State.WITHDRAWN)

    assert client.post(URL, {"work": number}).status_code == 404
    assert client.post(URL, {"work": hidden.pk}).status_code == 404
    assert client.get(f"/works/{hidden.pk}/part/").status_code == 404


def test_without_scripts_the_whole_picture_is_searched_with(client: Client, space: Space) -> None:
    work = hang(space)[0]

    page = client.get(f"/works/{work.pk}/part/").content.decode()
    sent = client.post(URL, {"work": work.pk})

    assert 'name="width" min="2" max="100" step="any" value="100"' in page
    assert f'href="/works/{work.pk}/part/"' in client.get(f"/works/{work.pk}/").content.decode()
    assert sent.status_code == 302
    assert PictureQuery.objects.get().box == [0.0, 0.0, 1.0, 1.0]


def read(text: str, **changes: Any) -> WordsQuery:
    """Words that a worker has read."""
    values = {
        "text": text,
        "state": State.DONE,
        "extractor": "clip/pad",
        "features": [0, 1],
        "expires": timezone.now() + timedelta(hours=1),
    }
    return WordsQuery.objects.create(**(values | changes))


def test_words_are_searched_by_meaning_where_the_gallery_reads(
    client: Client, space: Space
) -> None:
    hang(space)

    before = client.get("/browse/?q=harbour").content.decode()
    asked = client.post("/search/meaning/", {"q": " Harbour  at NIGHT "})
    waiting = client.get(asked["Location"])
    polled = client.get(asked["Location"], headers=JSON).json()
    WordsQuery.objects.update(state=State.DONE, features=[0, 1])
    done = client.get(asked["Location"])
    html = client.get(done["Location"]).content.decode()

    assert 'action="/search/meaning/"' in before
    assert WordsQuery.objects.get().text == "harbour at night"
    assert "is being read" in waiting.content.decode()
    assert (polled["state"], polled["url"]) == ("queued", done["Location"])
    assert titles(html)[0] == "Work 2"
    assert "“harbour at night” by meaning" in html
    assert "4 works" in html
    box = re.search(r'<form class="site-search".*?</form>', html, re.DOTALL)
    assert box
    assert 'value="harbour at night"' in box[0]
    assert 'name="like"' not in box[0]  # other words are looked for anew
    assert 'value="harbour at night"' in waiting.content.decode()


def test_a_long_text_in_any_script_has_an_address(client: Client, space: Space) -> None:
    hang(space)
    text = "夜の港 " * 100
    asked = client.post("/search/meaning/", {"q": text})
    WordsQuery.objects.update(state=State.DONE, features=[0, 1])

    html = client.get(asked["Location"], follow=True).content.decode()

    assert "夜の港 夜の港" in html
    assert titles(html)[0] == "Work 2"


def test_what_was_asked_before_costs_no_worker(client: Client, space: Space) -> None:
    row = read("harbour")

    assert meaning.ask("Harbour", address="::1") == row
    row.refresh_from_db()
    assert row.state == State.DONE


@pytest.mark.parametrize("changes", [{"state": State.FAILED}, {"expires": timezone.now()}])
def test_what_failed_or_expired_is_asked_anew(space: Space, changes: dict[str, Any]) -> None:
    row = read("harbour", **changes)

    again = meaning.ask("harbour", address="::1")

    assert (again.pk, again.state, again.features) == (row.pk, State.QUEUED, None)
    assert again.expires > timezone.now()


def test_where_nothing_reads_words_the_gallery_does_not_offer_it(
    client: Client, space: Space
) -> None:
    Space.objects.update(extractor="handmade")
    hang(space)
    read("harbour")

    page = client.get("/browse/?q=harbour").content.decode()
    asked = client.post("/search/meaning/", {"q": "harbour"}, follow=True)
    linked = client.get(f"/browse/?like={meaning.key_of('harbour')}")

    assert "meaning" not in page
    assert "cannot search by meaning" in asked.content.decode()
    assert linked.status_code == 200
    assert WordsQuery.objects.count() == 1


@pytest.mark.parametrize("key", ["words.", "words.!!", "words.AA", "words.gICA", "picture.", "x.y"])
def test_keys_that_mean_nothing_leave_a_page_of_everything(
    client: Client, space: Space, key: str
) -> None:
    hang(space)

    answer = client.get("/browse/", {"like": key})

    assert answer.status_code == 200
    assert "4 works" in answer.content.decode()


def test_empty_words_and_too_many_are_refused(
    client: Client, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = client.post("/search/meaning/", {"q": "  "}, follow=True)
    monkeypatch.setattr(meaning, "QUEUE", 0)
    many = client.post("/search/meaning/", {"q": "harbour"}, follow=True)

    assert "Write what you are looking for" in empty.content.decode()
    assert "Try again in a minute" in many.content.decode()
    assert client.get("/search/meaning/?q=harbour").status_code == 302


@pytest.mark.parametrize("limit", ["PER_ADDRESS", "PER_ASKER"])
def test_one_asker_has_so_many_texts_read_and_another_goes_on(
    space: Space, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(meaning, limit, 2)
    one, other = Client(REMOTE_ADDR="2001:db8::7"), Client(REMOTE_ADDR="2001:db8:1::7")
    one.force_login(User.objects.create_user("mara"))
    one.post(reverse("mark", args=[make_artwork().pk, "like"]))
    words = ["harbour", "harbour", "boat", "night"]

    asked = [one.post("/search/meaning/", {"q": text})["Location"] for text in words]
    elsewhere = other.post("/search/meaning/", {"q": "night"})["Location"]

    assert [place.startswith("/search/meaning/") for place in asked] == [True, True, True, False]
    assert elsewhere.startswith("/search/meaning/")


def test_a_part_of_a_work_leads_nowhere_once_the_work_is_withdrawn(client: Client) -> None:
    work = make_artwork("The harbour")
    row = PictureQuery.objects.create(
        token="part",
        address="x",
        artwork=work,
        box=[0, 0, 1, 1],
        state=State.DONE,
        preview=b"x",
        expires=timezone.now() + timedelta(days=1),
    )
    before = picture_finding.find("part")
    Artwork.objects.update(state=Artwork.State.WITHDRAWN)

    assert before == row
    assert picture_finding.find("part") is None
    assert client.get("/search/picture/part/").status_code == 404
