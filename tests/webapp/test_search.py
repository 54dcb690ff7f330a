from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artwork
from tests.webapp.test_browsing import wish, works_on
from webapp.catalog import search
from webapp.catalog.conditions import of_text
from webapp.catalog.models import Artist, Artwork, ArtworkImage, SearchEntry
from webapp.feed.browsing import piece

pytestmark = pytest.mark.django_db


def found(text: str) -> list[int]:
    return [work.pk for work in piece(wish(f"q={text}")).works]


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def test_a_title_counts_more_than_a_style_and_that_more_than_a_description() -> None:
    described = make_artwork("Untitled")
    Artwork.objects.filter(pk=described.pk).update(description="Painted near the harbour.")
    styled = make_artwork("Untitled", style="Harbour pieces")
    titled = make_artwork("Harbour, evening")

    assert found("harbour") == [titled.pk, styled.pk, described.pk]


@pytest.mark.parametrize(
    "text",
    ["cezanne", "CÉZANNE", "Cezanne apples", "cezanne appl", "apple", "the apples by Cézanne"],
)
def test_words_are_found_without_accents_by_stem_and_by_their_beginning(text: str) -> None:
    work = make_artwork("Apples", artist="Paul Cézanne")
    make_artwork("Pears", artist="Somebody")

    assert found(text) == [work.pk]


def test_all_words_must_occur() -> None:
    make_artwork("Harbour")
    make_artwork("Evening")

    assert found("harbour evening") == []


ODD = ["'", "a' | 'b:*", "\\", "&|!():*<->", "\N{SNOWMAN}", "%s", "   "]


@pytest.mark.parametrize("text", [*ODD, *(f"1{each}" for each in ODD), "9" * 300, "1 " * 150])
def test_nothing_that_is_typed_breaks_the_query(client: Client, text: str) -> None:
    make_artwork()

    response = client.get("/browse/", {"q": text})

    assert response.status_code == 200


@pytest.mark.parametrize(
    "text", ["Paul CÉZANNE", "Łódź — «Ørsted»’s", "St.Ives/cut-out", "ﬁn de siècle ½", "École nº 5"]
)
def test_the_database_folds_as_we_do(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalog_fold(%s)", [text])
        (folded,) = cursor.fetchone()

    assert folded == search.fold(text)


def test_a_renamed_artist_is_found_by_the_new_name_alone() -> None:
    work = make_artwork("Harbour", artist="Anna Wyl")
    Artist.objects.filter(name="Anna Wyl").update(name="Anna Berg")

    assert found("berg") == [work.pk]
    assert found("wyl") == []


def test_a_new_title_is_found_and_the_old_one_not() -> None:
    work = make_artwork("Harbour")
    Artwork.objects.filter(pk=work.pk).update(title="Quay")

    assert found("quay") == [work.pk]
    assert found("harbour") == []


def test_another_picture_changes_colours_and_orientation() -> None:
    work = make_artwork()
    ArtworkImage.objects.filter(artwork=work).update(colours=["blue"], width=100, height=400)

    entry = SearchEntry.objects.get(pk=work.pk)

    assert (entry.colours, entry.orientation) == (["blue"], "portrait")


def test_withdrawn_works_are_not_counted() -> None:
    work = make_artwork("Harbour")
    Artwork.objects.filter(pk=work.pk).update(state=Artwork.State.WITHDRAWN)

    assert not SearchEntry.objects.get(pk=work.pk).visible


def test_a_price_that_is_not_shown_cannot_be_searched_for() -> None:
    work = make_artwork(availability=Artwork.Availability.SOLD)
    Artwork.objects.filter(pk=work.pk).update(price="100", currency="EUR")

    assert piece(wish("price=EUR50-200")).works == ()


def test_a_slip_of_the_hand_is_mended_and_said(client: Client) -> None:
    work = make_artwork("Harbour, evening")

    html = client.get("/browse/?q=habrour+evning").content.decode()
    literal = client.get("/browse/?q=habrour+evning&literal=1").content.decode()

    assert works_on(html) == [work.pk]
    assert "Showing results for harbour evening" in text_of(html)
    assert "?q=habrour+evning&amp;literal=1" in html
    assert works_on(literal) == []


def test_words_nothing_is_like_are_left_as_they_are(client: Client) -> None:
    make_artwork("Harbour, evening")

    html = client.get("/browse/?q=xylophone").content.decode()

    assert "No work fits all of that" in html
    assert "Showing results" not in html


@pytest.mark.parametrize(
    ("one", "other", "changes"),
    [
        ("", "", 0),
        ("sea", "sea", 0),
        ("sea", "see", 1),
        ("sae", "sea", 1),
        ("kitten", "sitting", 3),
    ],
)
def test_distances_count_changes_and_swaps(one: str, other: str, changes: int) -> None:
    assert search.distance(one, other) == search.distance(other, one) == changes


def test_of_words_as_near_the_more_common_is_meant() -> None:
    words = search.vocabulary_of({"ridge": 2, "fidge": 1, "bridges": 50})

    assert search.corrected(["pidge", "ri"], words) == ("ridge", "ri")


@pytest.mark.parametrize(
    "path",
    ["/browse/", "/browse/?q=ridge", "/browse/?q=rigde&style=Ridges", "/browse/?palette=8a7f70"],
)
def test_the_number_of_queries_does_not_grow(
    client: Client, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        make_artwork(artist=f"Artist {number}", style=f"Style {number}" if number % 2 else "Ridges")

    with django_assert_max_num_queries(8):
        html = client.get(path).content.decode()

    assert works_on(html)


def test_the_box_is_on_every_page_and_keeps_the_filters(client: Client) -> None:
    make_artwork()

    home = client.get("/browse/?q=ridge&style=Ridges").content.decode()
    likes = client.get("/likes/").content.decode()

    assert 'value="ridge"' in home
    assert '<input type="hidden" name="style" value="Ridges">' in home
    assert 'role="search"' in likes


def numbered(number: str, title: str = "Ridge, evening") -> int:
    work = make_artwork(title)
    Artwork.objects.filter(pk=work.pk).update(accession_number=number)
    return work.pk


@pytest.mark.parametrize("text", ["SK-A-1505", "sk-a-1505", "  Sk A 1505 ", "SK\N{EN DASH}A-1505"])
def test_an_inventory_number_finds_its_work_however_it_is_typed(text: str) -> None:
    work = numbered("SK-A-1505")
    numbered("SK-A-1506")
    make_artwork("Sketch A")

    assert found(text) == [work]


def test_the_whole_number_comes_first_then_those_it_begins_then_words() -> None:
    worded = make_artwork("Plate 29, 100, 113")
    longer = numbered("29.100.113a")
    work = numbered("29.100.113")
    make_artwork("29 and 100 and 113 and more", artist="29, 100, 113")

    assert found("29.100.113")[:2] == [work, longer]
    assert worded.pk in found("29.100.113")[2:]


def test_the_beginning_of_a_number_is_enough_but_not_a_year_alone() -> None:
    work = numbered("1942.9.97")

    assert found("1942.9") == [work]
    assert found("1942") == []


def test_digits_in_other_places_are_another_number() -> None:
    work = numbered("1942.9.97")
    numbered("1942.99.7")

    assert found("1942.9.97") == [work]


@pytest.mark.parametrize(
    "text",
    ["evening SK-A-1505", "sk-a-1505 ridg", "Inventory number SK-A-1505", "inv. no. sk-a-15"],
)
def test_a_number_is_found_beside_words_of_its_work(text: str) -> None:
    work = numbered("SK-A-1505")
    numbered("SK-A-1605")
    numbered("SK-B-1505", title="Sea, morning")

    assert found(text) == [work]


def test_of_numbers_beside_words_the_whole_one_comes_first() -> None:
    work = numbered("SK-A-15")
    longer = numbered("SK-A-1505")

    assert found("ridge SK-A-15") == [work, longer]


@pytest.mark.parametrize("text", ["Picture of 1907", "Picture no. 5", "20th century picture"])
def test_digits_beside_words_stay_words(text: str) -> None:
    work = make_artwork(f"{text}, large")
    numbered("1907", "Picture")
    numbered("5", "Picture")
    numbered("20.5", "Picture")

    assert found(text) == [work.pk]


def test_a_number_can_be_shared_and_changed() -> None:
    here, there = numbered("12"), numbered("12")
    assert set(found("12")) == {here, there}

    Artwork.objects.filter(pk=here).update(accession_number="13 bis")

    assert found("12") == [there]
    assert found("13 BIS") == [here]


def test_a_number_is_found_among_what_else_is_chosen(client: Client) -> None:
    work = numbered("SK-A-1505")

    page = client.get("/browse/", {"q": "sk-a-1505", "style": "Ridges", "sort": "newest"})
    other = client.get("/browse/", {"q": "sk-a-1505", "style": "Portraits"})

    assert works_on(page.content.decode()) == [work]
    assert "No work fits all of that" in other.content.decode()


def test_a_number_of_odd_letters_can_be_kept_and_found() -> None:
    # One letter that becomes eighteen without its ligature: the longest number there can be.
    work = numbered("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 99 + "7")

    assert SearchEntry.objects.filter(pk=work).exists()


def test_an_index_finds_a_number() -> None:
    numbered("SK-A-1505")
    condition = of_text("SK-A-15")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            f"EXPLAIN SELECT 1 FROM catalog_searchentry s WHERE {condition.sql}",
            condition.arguments,
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Bitmap Index Scan on search_words" in plan
