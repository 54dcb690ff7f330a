"""What a museum is asked while its answer is read turn by turn: everything once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from pytest_django import Settings

from tests.waiting import wait_until
from tests.webapp.ingest.sources import test_artic, test_iiif, test_rijks, test_wikidata
from tests.webapp.ingest.sources.museum import Museum, Reply, Seen
from tests.webapp.ingest.sources.test_met import an_object
from tests.webapp.makers import make_artwork
from tests.workers.conftest import Stack
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.ingest.models import HostPace, Origin
from webapp.ingest.sources import artic, met, registry, rijks, wikidata
from webapp.museums import actions
from webapp.museums.models import Answer, Sync
from workers import syncs
from workers.tasks import sync as tasks
from workers.tasks.sync import sync

pytestmark = pytest.mark.django_db

State = Sync.State
HOST = test_iiif.HOST
WORKS = 60
TOP = f"{HOST}/top.json"
LISTS = {TOP, *(f"{HOST}/page{number}.json" for number in range(3))}


@pytest.fixture
def museum(museum: Museum, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Museum:
    for source in registry.SOURCES.values():
        for host in {*source.hosts, "iiif.example"}:
            monkeypatch.setitem(source.pauses, host, 0.0001)
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0)
    settings.SOURCES_HOSTS = ["iiif.example"]
    return museum


def serve_iiif(museum: Museum, numbers: Sequence[int] = range(WORKS)) -> dict[str, Any]:
    """A collection in three pages, as large as they come."""
    size = -(-len(numbers) // 3)
    pages = [numbers[number * size : (number + 1) * size] for number in range(3)]
    top = {"@id": TOP, "@type": "sc:Collection", "first": f"{HOST}/page0.json"}
    museum.serve_json(TOP, top)
    for number, some in enumerate(pages):
        url = f"{HOST}/page{number}.json"
        parts = [{"@id": f"{HOST}/{each}.json", "@type": "sc:Manifest"} for each in some]
        page = {"@id": url, "@type": "sc:Collection", "manifests": parts}
        page |= {"next": f"{HOST}/page{number + 1}.json"} if number < 2 else {}
        museum.serve_json(url, page)
    for each in numbers:
        museum.serve_json(f"{HOST}/{each}.json", test_iiif.manifest2(str(each)))
    return {"url": TOP}


def serve_rijks(museum: Museum) -> dict[str, Any]:
    third = WORKS // 3
    for number in range(3):
        after = f"{rijks.SEARCH}?pageToken={number + 1}" if number < 2 else ""
        works = list(range(1000 + number * third, 1000 + (number + 1) * third))
        url = f"{rijks.SEARCH}?pageToken={number}"
        museum.serve_json(url, test_rijks.page(works, after))
        for each in works:
            test_rijks.serve(museum, each)
    return {"url": f"{rijks.SEARCH}?pageToken=0"}


def serve_artic(museum: Museum) -> dict[str, Any]:
    works = [test_artic.an_artwork(number) for number in range(1, WORKS + 1)]
    museum.serve(f"{artic.API}/search", test_artic.pages(works, WORKS // 3))
    return {"query": "seurat"}


def serve_met(museum: Museum) -> dict[str, Any]:
    museum.serve_json(f"{met.API}/search", {"objectIDs": list(range(WORKS))})
    for number in range(WORKS):
        museum.serve_json(f"{met.API}/objects/{number}", an_object(number))
    return {"query": "wheat"}


def serve_wikidata(museum: Museum) -> dict[str, Any]:
    rows = [test_wikidata.row(f"Q{number}", f"{number}.jpg") for number in range(1, WORKS + 1)]
    museum.serve_json(wikidata.SPARQL, test_wikidata.result(*rows))

    def commons(seen: Seen) -> Reply:
        titles = parse_qs(urlsplit(seen.url).query)["titles"][0].split("|")
        pages = [test_wikidata.page(title, **test_wikidata.PD) for title in titles]
        return Reply(json.dumps({"query": {"pages": pages}}).encode())

    museum.serve(wikidata.COMMONS, commons)
    return {"query": "SELECT ?item ?image WHERE {}"}


def work(row: Sync, *, times: int = 40) -> Sync:
    """Let workers take turns until it is read."""
    for _ in range(times):
        sync()
        row.refresh_from_db()
        if row.state != State.READING:
            return row
    raise AssertionError(row.log)


def _is_read(row: Sync) -> bool:
    row.refresh_from_db()
    return row.state != State.READING


def _killing(stack: Stack, answer: Reply) -> Callable[[Seen], Reply]:
    """Kill who asks first, before it has an answer."""
    killed: list[Seen] = []

    def reply(seen: Seen) -> Reply:
        if not killed:
            killed.append(seen)
            stack.kill(stack.processes[-1])
        return answer

    return reply


@pytest.mark.parametrize(
    ("name", "serve", "requests"),
    [
        ("iiif", serve_iiif, WORKS + 4),
        ("rijks", serve_rijks, 6 * WORKS + 3),  # the resolver sends each of three things on
        ("artic", serve_artic, 3),
        ("met", serve_met, WORKS + 1),
        # Commons is asked for what is left of fifty pictures in each of six turns.
        ("wikidata", serve_wikidata, 1 + 6),
    ],
)
def test_however_many_turns_it_takes_nothing_is_asked_twice(
    museum: Museum,
    ada: User,
    name: str,
    serve: Callable[[Museum], dict[str, Any]],
    requests: int,
) -> None:
    row = actions.ask(source=name, user=ada, most=100, **serve(museum))

    work(row)

    assert row.counts == {"new": WORKS}
    assert max(Counter(museum.asked()).values()) == 1
    assert len(museum.asked()) == requests


def test_a_work_that_moved_to_a_page_that_was_read_is_not_gone(museum: Museum, ada: User) -> None:
    row = actions.ask(source="iiif", user=ada, most=100, **serve_iiif(museum))
    for number in (20, 59):
        key = f"iiif:{HOST}/{number}.json"
        Artwork.objects.filter(pk=make_artwork(str(number)).pk).update(source_key=key)
        Origin.objects.create(source_key=key, scope=row.question.scope)
    sync()
    assert {url for url in museum.asked() if url in LISTS} == {TOP, f"{HOST}/page0.json"}

    serve_iiif(museum, range(1, 59))  # what was the first of the second page ends the first one
    work(row)

    found = dict(row.findings.values_list("key", "verdict"))
    gone = [key for key, verdict in found.items() if verdict == "gone"]
    assert gone == [f"iiif:{HOST}/59.json"]
    assert len(found) == 60
    times = Counter(museum.asked())
    assert {times.pop(url) for url in LISTS} == {2}
    assert set(times.values()) == {1}


def test_lists_are_asked_for_again_once_they_are_old(museum: Museum, ada: User) -> None:
    row = actions.ask(source="iiif", user=ada, most=100, **serve_iiif(museum))
    sync()
    Answer.objects.update(created=timezone.now() - syncs.OLDEST)

    work(row)

    times = Counter(museum.asked())
    assert [times[url] for url in sorted(LISTS)] == [2, 1, 1, 2]
    assert row.counts == {"new": WORKS}


def test_lists_are_kept_no_longer_than_a_sync_reads(museum: Museum, ada: User) -> None:
    asked = serve_iiif(museum)
    row = actions.ask(source="iiif", user=ada, most=100, **asked)
    sync()
    assert row.answers.count() == 2

    work(row)
    assert not Answer.objects.exists()

    ended = actions.ask(source="iiif", user=ada, most=100, **asked)
    sync()
    actions.cancel(ended)
    assert ended.answers.exists()
    sync()
    assert not Answer.objects.exists()


def test_a_host_that_answers_one_list_at_a_time_is_read_to_its_end(
    museum: Museum, ada: User
) -> None:
    row = actions.ask(source="iiif", user=ada, most=100, **serve_iiif(museum, ()))
    later = Reply(status=429, headers={"Retry-After": "600"})
    for url in sorted(LISTS):
        museum.serve(url, later, museum.answer(Seen(url, {})))

    for _ in LISTS:
        sync()
        Sync.objects.update(claimed_until=None)
        HostPace.objects.all().delete()
    work(row)

    assert row.state == State.DONE, row.log


def test_lists_that_are_read_anew_in_many_turns_are_read_anew_once(
    museum: Museum, ada: User
) -> None:
    row = actions.ask(source="iiif", user=ada, most=100, **serve_iiif(museum, ()))
    key = f"iiif:{HOST}/gone.json"
    Artwork.objects.filter(pk=make_artwork("gone").pk).update(source_key=key)
    Origin.objects.create(source_key=key, scope=row.question.scope)
    later = Reply(status=429, headers={"Retry-After": "600"})
    asked: list[str] = []

    def every_other_time(seen: Seen) -> Reply:
        asked.append(seen.url)
        return later if len(asked) % 2 else answers[seen.url]

    answers = {url: museum.answer(Seen(url, {})) for url in LISTS}
    for url in LISTS:
        museum.serve(url, every_other_time)

    for _ in range(40):
        sync()
        Sync.objects.update(claimed_until=None)
        HostPace.objects.all().delete()
    row.refresh_from_db()

    assert (row.state, row.counts) == (State.READY, {"gone": 1}), row.log
    assert Counter(asked) == dict.fromkeys(LISTS, 4)
    assert not Answer.objects.exists()


def test_lists_too_large_to_be_kept_are_asked_for_again(
    museum: Museum, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = actions.ask(source="iiif", user=ada, most=100, **serve_iiif(museum))
    sync()
    kept = row.answers.count()
    monkeypatch.setattr(syncs, "MOST_BYTES", sum(len(each.body) for each in row.answers.all()))

    work(row)

    assert kept == 2
    assert row.counts == {"new": WORKS}
    times = Counter(museum.asked())
    assert [times[url] > 1 for url in sorted(LISTS)] == [False, True, True, False]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_sync_whose_workers_are_killed_reads_everything_and_hardly_anything_twice(
    museum: Museum, stack: Stack, ada: User
) -> None:
    stack.env |= {"ARTREC_SOURCES_STAND_IN": museum.address, "ARTREC_CONTACT": "a@museum.example"}
    stack.env |= {"ARTREC_SOURCE_HOSTS": "iiif.example"}
    asked = serve_iiif(museum)
    deadly = [f"{HOST}/page1.json", f"{HOST}/33.json", f"{HOST}/page2.json"]
    for url in deadly:
        museum.serve(url, _killing(stack, museum.answer(Seen(url, {}))))
    museum.seen.clear()

    row = actions.ask(source="iiif", user=ada, most=100, **asked)
    for url in deadly:
        stack.start_worker("tests.workers.impatient")
        wait_until(lambda: not stack.processes[-1].is_alive(), what=f"who asks for {url} is killed")
    stack.start_worker("tests.workers.impatient")
    wait_until(lambda: _is_read(row), what="all is read")

    row.refresh_from_db()
    assert row.counts == {"new": WORKS}
    times = Counter(museum.asked())
    assert {url for url in LISTS if times[url] > 1} == {url for url in deadly if url in LISTS}
    again = [url for url, count in times.items() if count > 1 and url not in LISTS]
    assert f"{HOST}/33.json" in again
    assert len(again) <= len(deadly) * tasks.AT_ONCE
    assert max(times.values()) == 2
