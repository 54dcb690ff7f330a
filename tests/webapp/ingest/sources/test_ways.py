"""Ways of asking that all sources share: by numbers, after an interruption, and small pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from tests.webapp.ingest.sources.asking import quick
from tests.webapp.ingest.sources.museum import Museum, Reply, Seen
from tests.webapp.ingest.sources.test_artic import an_artwork
from tests.webapp.ingest.sources.test_met import an_object
from tests.webapp.ingest.sources.test_wikidata import result, row
from webapp.catalog.facts import Facts
from webapp.ingest.fetching import LONGEST_WAIT, TryLaterError, Web, download, get_json
from webapp.ingest.sources import artic, met, rijks, wikidata
from webapp.ingest.sources.cleaning import smaller, storable
from webapp.ingest.sources.contract import Ask, Record, Source
from webapp.ingest.sources.registry import SOURCES
from webapp.ingest.sources.syncing import Sync, changes

pytestmark = pytest.mark.django_db


def ids(source: Source, ask: Ask) -> list[str]:
    return [record.id for record in source.records(ask, quick(source))]


def test_works_are_asked_for_by_their_numbers(museum: Museum) -> None:
    museum.serve_json(f"{met.API}/objects/7", an_object(7))
    museum.serve_json(artic.API, {"data": [an_artwork(9), an_artwork(8)]})
    museum.serve_json(wikidata.SPARQL, result(row("Q1")))

    assert ids(met.SOURCE, Ask(ids=("7",))) == ["7"]
    assert ids(artic.SOURCE, Ask(ids=("8", "9", "10"))) == ["8", "9", "10"]
    assert ids(rijks.SOURCE, Ask(ids=("5",))) == ["5"]
    assert ids(wikidata.SOURCE, Ask(ids=("Q1",))) == ["Q1"]
    assert "ids=8%2C9%2C10" in museum.asked()[1]
    assert any("wdt%3AP217+%3FinventoryNumber" in url for url in museum.asked())
    assert any("wd%3AQ1" in url for url in museum.asked())


def test_what_was_read_before_an_interruption_is_not_asked_for_again(museum: Museum) -> None:
    museum.serve_json(f"{met.API}/search", {"objectIDs": [1, 2]})
    museum.serve_json(f"{met.API}/objects/2", an_object(2))

    assert ids(met.SOURCE, Ask(query="x", read=frozenset({"1"}))) == ["2"]
    assert f"{met.API}/objects/1" not in museum.asked()


def test_a_source_without_numbers_says_so(museum: Museum) -> None:
    sync = Sync(SOURCES["nga"], Ask(ids=("1",)))

    assert not list(changes(sync, quick(sync.source), limit=None))
    assert "cannot be asked for by their numbers" in sync.stopped


def test_an_answer_that_no_source_expects_ends_the_reading_with_a_sentence(museum: Museum) -> None:
    odd = {"data": [an_artwork(1)], "pagination": {"total_pages": "many"}}
    museum.serve_json(artic.API, odd)
    sync = Sync(artic.SOURCE, Ask())

    found = list(changes(sync, quick(artic.SOURCE), limit=None))

    assert [change.key for change in found] == ["artic:1"]
    assert sync.stopped.startswith("Art Institute of Chicago does not answer as documented")
    assert not sync.whole


@pytest.mark.parametrize(("limit", "whole"), [(1, False), (2, False), (3, True), (None, True)])
def test_an_answer_that_ends_before_the_limit_is_known_as_a_whole(
    limit: int | None, whole: bool
) -> None:
    def told(_ask: Ask, _web: Web) -> Iterator[Record]:
        yield from (Record(id="a"), Record(id="b"))

    sync = Sync(Source(name="demo", title="Demo", records=told), Ask())

    list(changes(sync, Web(hosts=frozenset()), limit=limit))

    assert sync.whole is whole


@pytest.mark.parametrize(
    ("url", "small"),
    [
        (
            "https://www.artic.edu/iiif/2/ab/full/843,/0/default.jpg",
            "https://www.artic.edu/iiif/2/ab/full/330,/0/default.jpg",
        ),
        (
            "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/X.jpg/1920px-X.jpg",
            "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/X.jpg/330px-X.jpg",
        ),
        ("https://museum.example/x.jpg", ""),
        ("", ""),
    ],
)
def test_a_small_picture_is_asked_for_where_one_can_be_named(url: str, small: str) -> None:
    assert smaller(url) == small


def test_what_no_database_takes_is_left_out() -> None:
    facts = Facts(title="Half\ud800 a\0 sign", year=1900)

    record = storable(Record(id="a\0", facts=facts, rights="CC0"))

    assert (record.id, record.rights) == ("a", "CC0")
    assert record.facts == Facts(title="Half? a sign", year=1900)


@pytest.mark.parametrize("wait", ["9" * 400, "Mon, 1 Jan 2024 00:00:00 +99999999999999999999"])
def test_a_pause_beyond_all_measure_is_bounded(museum: Museum, wait: str) -> None:
    url = f"{met.API}/search"
    museum.serve(url, Reply(status=429, headers={"Retry-After": wait}))

    with pytest.raises(TryLaterError) as error:
        get_json(Web(hosts=met.SOURCE.hosts, tries=1), url)

    assert error.value.seconds <= LONGEST_WAIT


def test_a_mark_that_cannot_be_sent_back_is_dropped(museum: Museum) -> None:
    def answer(seen: Seen) -> Reply:
        odd = "x" * 400 if seen.url.endswith("1.jpg") else '"\xe9"'
        return Reply(b"picture", headers={"ETag": odd, "Last-Modified": "Friday"})

    for number in (1, 2):
        url = f"https://images.metmuseum.org/{number}.jpg"
        museum.serve(url, answer)
        got = download(quick(met.SOURCE), url, io.BytesIO(), limit=100)

        assert got is not None
        assert (got.etag, got.last_modified) == ("", "Friday")


def test_every_source_says_what_it_is_and_how_it_is_asked() -> None:
    for source in SOURCES.values():
        assert source.about
        assert source.licence
        assert source.ways
        assert bool(source.ids) == any(way.field == "ids" for way in source.ways)
