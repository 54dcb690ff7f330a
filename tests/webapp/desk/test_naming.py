"""Artists merged, parted, renamed, and names that are likely one person's."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from tests.webapp.desk.people import person, signed_in
from tests.webapp.makers import make_artist, make_artwork
from webapp.accounts.roles import CATALOGUERS
from webapp.catalog import actions as catalog
from webapp.catalog.models import Artist, Artwork
from webapp.desk import likely, naming
from webapp.desk.models import FormerName
from webapp.feed.models import Visitor
from webapp.mine.models import Follow

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(db: None) -> Client:
    return signed_in(person("cate", CATALOGUERS))


def follows() -> set[tuple[int, str]]:
    return set(Follow.objects.values_list("visitor_id", "artist__name"))


def test_merging_moves_everything_and_parting_moves_it_back() -> None:
    kept, gone = make_artist("Vincent van Gogh"), make_artist("Gogh Vincent van")
    mine, theirs = make_artwork(artist=kept.name), make_artwork(artist=gone.name)
    both, only, other = (Visitor.objects.create() for _ in range(3))
    for visitor, artist in ((both, kept), (both, gone), (only, gone), (other, kept)):
        Follow.objects.create(visitor=visitor, artist=artist)
    before = follows()

    merged = naming.merge(kept=kept, gone=gone, by=None)

    assert set(kept.artworks.all()) == {mine, theirs}
    assert follows() == {(each.pk, kept.name) for each in (both, only, other)}
    assert not Artist.objects.filter(name=gone.name).exists()

    naming.part(merged)

    assert Artwork.objects.get(pk=theirs.pk).artist.name == gone.name
    assert Artwork.objects.get(pk=mine.pk).artist == kept
    assert follows() == before
    with pytest.raises(ValidationError, match="undone already"):
        naming.part(merged)


def test_the_old_name_and_address_lead_to_who_stayed() -> None:
    kept, gone = make_artist("Vincent van Gogh"), make_artist("V van Gogh")
    make_artwork(artist=kept.name)
    work = make_artwork(artist=gone.name)
    naming.merge(kept=kept, gone=gone, by=None)

    page = Client().get(f"/artists/{gone.slug}/")
    made = catalog.create_or_update_artwork(facts={"title": "Irises", "artist": "V van Gogh"})
    work.refresh_from_db()

    assert (page.status_code, page.headers["Location"]) == (302, f"/artists/{kept.slug}/")
    assert made.artist == kept
    assert catalog.changed_facts(work, {"artist": "V van Gogh"}) == set()
    assert catalog.changed_facts(work, {"artist": "Studio Halde"}) == {"artist"}


def test_an_unknown_artist_is_still_not_found() -> None:
    assert Client().get("/artists/nobody/").status_code == 404


def test_merges_chain_and_come_apart_again() -> None:
    first, second, third = (make_artist(name) for name in ("A One", "B Two", "C Three"))
    work = make_artwork(artist="A One")
    early = naming.merge(kept=second, gone=first, by=None)
    late = naming.merge(kept=third, gone=second, by=None)

    back = naming.part(early)

    work.refresh_from_db()
    assert work.artist == back
    assert naming.part(late).name == "B Two"
    assert not FormerName.objects.exists()


def test_merges_come_apart_from_the_top_as_well() -> None:
    first, second, third = (make_artist(name) for name in ("A One", "B Two", "C Three"))
    work = make_artwork(artist="A One")
    early = naming.merge(kept=second, gone=first, by=None)
    late = naming.merge(kept=third, gone=second, by=None)

    naming.part(late)
    back = naming.part(early)

    work.refresh_from_db()
    assert work.artist == back
    assert not FormerName.objects.exists()


def test_two_of_whom_one_is_gone_are_not_merged() -> None:
    kept, gone = make_artist("A"), make_artist("B")
    naming.merge(kept=kept, gone=gone, by=None)

    with pytest.raises(ValidationError, match="both still here"):
        naming.merge(kept=kept, gone=gone, by=None)


def test_renaming_keeps_the_old_address_and_going_back_frees_it() -> None:
    artist = make_artist("Mara Lind")
    make_artwork(artist="Mara Lind")

    naming.rename(artist, "  Mara   Lindt ")
    page = Client().get("/artists/mara-lind/")
    naming.rename(artist, "Mara Lind")

    artist.refresh_from_db()
    assert page.headers["Location"] == "/artists/mara-lindt/"
    assert (artist.name, artist.slug) == ("Mara Lind", "mara-lind")
    assert [former.name for former in artist.former_names.all()] == ["Mara Lindt"]


def test_a_name_that_somebody_has_or_had_is_refused() -> None:
    artist, other = make_artist("Mara Lind"), make_artist("Jo Berg")
    naming.rename(other, "Jo Bergh")

    for name in ("Jo Bergh", "Jo Berg", " "):
        with pytest.raises(ValidationError):
            naming.rename(artist, name)

    artist.refresh_from_db()
    assert artist.name == "Mara Lind"


ONE = [
    ("Gogh, Vincent van", "Vincent van Gogh", "the same words"),
    ("Édouard Manet", "Edouard Manet (1832-1883)", "the same words"),
    ("J. Vermeer", "Johannes Vermeer", "initials"),
    ("Hokusai Katsushika", "Katsushika Hokusai", "the same words"),
    ("Albrecht Dürer", "Albrecht Duerer", "spelling"),
    ("Rembrandt van Rijn", "Rembrandt van Ryn", "spelling"),
]
TWO = [
    ("Claude Monet", "Édouard Manet"),
    ("Jan Brueghel", "Pieter Brueghel"),
    ("John Smith", "Jane Doe"),
    ("Ben Nicholson", "William Nicholson"),
]


@pytest.mark.parametrize(("one", "other", "why"), ONE)
def test_likely_one_person(one: str, other: str, why: str) -> None:
    pairs = likely.pairs([(2, one), (1, other), (3, "Somebody Else")])

    assert [(pair.first, pair.second, pair.why) for pair in pairs] == [(1, 2, why)]


@pytest.mark.parametrize(("one", "other"), TWO)
def test_likely_two(one: str, other: str) -> None:
    assert likely.pairs([(1, one), (2, other)]) == []


def test_who_is_kept_apart_is_not_suggested_again(client: Client) -> None:
    one, other = make_artist("Vincent van Gogh"), make_artist("Gogh Vincent van")
    make_artwork(artist=one.name)

    first = client.get("/desk/artists/").content.decode()
    client.post("/desk/artists/apart/", {"kept": other.pk, "gone": one.pk})
    second = client.get("/desk/artists/").content.decode()

    assert "Perhaps the same" in first
    assert "Perhaps the same" not in second


def test_the_pages_merge_and_undo(client: Client) -> None:
    kept, gone = make_artist("Vincent van Gogh"), make_artist("V van Gogh")
    make_artwork("Irises", artist=gone.name)

    beside = client.get("/desk/artists/merge/", {"kept": kept.pk, "gone": gone.pk})
    merged = client.post("/desk/artists/merge/", {"kept": kept.pk, "gone": gone.pk}, follow=True)
    undone = client.post(f"/desk/artists/merges/{kept.merges.get().pk}/undo/", follow=True)

    assert "Keep Vincent van Gogh" in beside.content.decode()
    assert "Also found as V van Gogh" in merged.content.decode()
    assert "V van Gogh is back" in undone.content.decode()
    assert client.get("/desk/artists/merge/", {"kept": kept.pk}).status_code == 302


def test_suggestions_cost_the_same_however_many(
    client: Client, django_assert_max_num_queries: object
) -> None:
    for letter in "abcdefgh":
        make_artwork(artist=f"Lina {letter}oren")
        make_artwork(artist=f"{letter}oren, Lina")

    with django_assert_max_num_queries(14):  # type: ignore[operator]
        page = client.get("/desk/artists/").content.decode()

    assert page.count("the same words") >= 8
