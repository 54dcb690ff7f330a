from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.webapp.makers import make_artwork, make_space, place
from webapp.catalog.models import Artwork
from webapp.feed import actions as feed
from webapp.feed.models import Visitor
from webapp.feed.profile import profile_of
from webapp.mine import taste, telling

pytestmark = pytest.mark.django_db


@pytest.fixture
def liked(client: Client) -> list[Artwork]:
    """Six works the client likes: three nocturnes and three ridges; and eight others."""
    space = make_space()
    works = [
        make_artwork(f"{style} {number}", style=style, artist=f"{style} {number}")
        for number in range(3)
        for style in ("Nocturne", "Ridges")
    ]
    for number, work in enumerate(works):
        near = [1, 0.01 * number, 0, 0] if work.style == "Nocturne" else [0, 1, 0.01 * number, 0]
        place(space, work, near)
        client.post(f"/works/{work.pk}/like/")
    for number in range(8):
        place(space, make_artwork(style="Still life", artist=f"S {number}"), [0, 0, 0, 1])
    return works


def test_works_that_look_alike_are_groups_with_words(liked: list[Artwork]) -> None:
    found = taste.taste_of(Visitor.objects.get())

    groups = {
        tuple(word.label for word in group.words): {each.artwork.pk for each in group.works}
        for group in found.groups
    }
    assert groups == {
        ("Nocturne",): {work.pk for work in liked if work.style == "Nocturne"},
        ("Ridges",): {work.pk for work in liked if work.style == "Ridges"},
    }
    assert {word.label for word in found.words} == {"Nocturne", "Ridges"}


def test_the_strongest_works_come_first_with_what_was_done(liked: list[Artwork]) -> None:
    visitor = Visitor.objects.get()
    feed.save(visitor=visitor, artwork=liked[0])

    found = taste.taste_of(visitor)

    first = found.strongest[0]
    assert (first.artwork, first.verb, first.part) == (liked[0], "saved", 1.0)
    assert sum(group.share for group in found.groups) == pytest.approx(1.0)
    assert sum(swatch.share for swatch in found.swatches) == pytest.approx(1.0)


def test_what_all_works_of_the_gallery_have_is_no_word(liked: list[Artwork]) -> None:
    ids = [work.pk for work in liked]
    facts, counts = telling.facts_of(ids), telling.counts()

    words = telling.words_of(dict.fromkeys(ids, 1.0), facts, counts, most=9)

    assert counts[("medium", "oil on canvas")] == counts[("", "")] == 14
    assert [word.label for word in words] == ["Nocturne", "Ridges"]


def test_each_part_can_be_set_aside_and_used_again(client: Client, liked: list[Artwork]) -> None:
    html = client.get("/yours/taste/").content.decode()
    parts = re.findall(r'action="(/yours/taste/set-aside/\?works=[\d,]+)"', html)
    nocturnes = {work.pk for work in liked if work.style == "Nocturne"}
    of_group = next(part for part in parts if _works(part) == nocturnes)

    said = client.post(of_group, follow=True).content.decode()
    left = {work.artwork_id for work in profile_of(Visitor.objects.get()).works}
    undo = re.findall(r'action="(/yours/taste/use/\?works=[\d,]+)"', said)[0]
    client.post(undo)

    assert len(parts) == 2 + 6 + 2  # groups, works, words
    assert "3 works no longer shape what you are shown." in said
    assert left == {work.pk for work in liked} - nocturnes
    assert said.count('class="link unhide"') == 3
    assert len(profile_of(Visitor.objects.get()).works) == 6


@pytest.mark.parametrize("works", ["", "a,b", "999999", "1;2", "9" * 30])
def test_what_is_no_work_of_ones_own_is_not_set_aside(
    client: Client, liked: list[Artwork], works: str
) -> None:
    response = client.post(f"/yours/taste/set-aside/?works={works}", follow=True)

    assert response.status_code == 200
    assert len(profile_of(Visitor.objects.get()).works) == 6


def test_recommendations_can_be_switched_off_and_for_you_says_so(
    client: Client, liked: list[Artwork]
) -> None:
    before = client.get("/for-you/").content.decode()
    client.post("/yours/recommendations/off/")
    off, told = (client.get(path).content.decode() for path in ("/for-you/", "/yours/taste/"))
    client.post("/yours/recommendations/on/")
    after = client.get("/for-you/").content.decode()

    assert "Because you liked" in before
    assert "Recommendations are off" in off
    assert "Because you liked" not in off
    assert "Recommendations are off" in told
    assert "Nocturne" in told
    assert "Because you liked" in after


def test_the_wish_of_a_session_is_kept_at_sign_up(client: Client, liked: list[Artwork]) -> None:
    client.post("/yours/recommendations/off/")

    client.post(
        "/sign-up/",
        {"username": "mara", "password1": "ridge-evening-7", "password2": "ridge-evening-7"},
    )

    assert "Recommendations are off" in client.get("/for-you/").content.decode()


def _works(part: str) -> set[int]:
    return {int(pk) for pk in part.partition("works=")[2].split(",")}
