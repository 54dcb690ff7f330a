from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from pytest_django import Settings

from tests.webapp.ingest.sources.museum import Museum, Reply
from webapp.ingest import pacing
from webapp.ingest.connecting import FetchError
from webapp.ingest.fetching import MissingError, TryLaterError, Web, download, get_json
from webapp.ingest.models import HostPace

pytestmark = pytest.mark.django_db

URL = "https://museum.example/a.json"


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def web(slept: list[float]) -> Web:
    hosts = frozenset({"museum.example", "pictures.example"})
    return Web(hosts=hosts, usual_pause=0, sleep=slept.append)


def naps(slept: list[float]) -> list[float]:
    """Sleeps that are no turns."""
    return [seconds for seconds in slept if seconds > 0.01]


def test_a_request_says_who_we_are_and_asks_for_plain_bytes(museum: Museum, web: Web) -> None:
    museum.serve_json(URL, {"works": 3})

    assert get_json(web, URL) == {"works": 3}

    (seen,) = museum.seen
    assert seen.headers["user-agent"] == "Artrec/0.1 (+curator@gallery.example)"
    assert seen.headers["accept-encoding"] == "identity"
    assert seen.headers["host"] == "museum.example"


def test_without_a_contact_nothing_is_asked(museum: Museum, web: Web, settings: Settings) -> None:
    settings.SOURCES_CONTACT = " "

    with pytest.raises(FetchError, match="set ARTREC_CONTACT"):
        get_json(web, URL)

    assert not museum.seen


def test_a_busy_host_is_asked_again_after_growing_pauses(
    museum: Museum, web: Web, slept: list[float]
) -> None:
    museum.serve(URL, Reply(status=503), Reply(status=500), Reply(b"[1]"))

    assert get_json(web, URL) == [1]

    assert naps(slept) == [1.0, 2.0]
    assert len(museum.seen) == 3


@pytest.mark.parametrize(
    "header", ["50", lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=50))]
)
def test_retry_after_is_kept_to_by_every_process(
    museum: Museum, web: Web, slept: list[float], header: str | Callable[[], str]
) -> None:
    wait = header if isinstance(header, str) else header()
    museum.serve(URL, Reply(status=429, headers={"Retry-After": wait}), Reply(b"[1]"))

    assert get_json(web, URL) == [1]

    assert 0 < naps(slept)[0] <= 50
    with pytest.raises(pacing.NotNowError) as error:
        pacing.take_turn("museum.example", pause=1, patience=1)
    assert 0 < error.value.seconds <= 51


def test_a_pause_longer_than_our_patience_is_for_later(museum: Museum, web: Web) -> None:
    museum.serve(URL, Reply(status=429, headers={"Retry-After": "900"}))

    with pytest.raises(TryLaterError) as error:
        get_json(web, URL)
    with pytest.raises(TryLaterError) as again:
        get_json(web, URL)

    assert error.value.asked
    assert error.value.seconds == 900
    assert not again.value.asked
    assert again.value.seconds == pytest.approx(900, abs=60)
    assert len(museum.seen) == 1


def test_a_host_that_stays_busy_is_left_alone_after_four_tries(museum: Museum, web: Web) -> None:
    museum.serve(URL, Reply(status=502))

    with pytest.raises(TryLaterError, match="is busy"):
        get_json(web, URL)

    assert len(museum.seen) == 4


def test_what_is_not_there_or_forbidden_is_asked_for_once(museum: Museum, web: Web) -> None:
    museum.serve("https://museum.example/secret", Reply(status=403))

    with pytest.raises(MissingError, match="is not there"):
        get_json(web, URL)
    with pytest.raises(FetchError, match="may not be fetched"):
        get_json(web, "https://museum.example/secret")

    assert len(museum.seen) == 2


def test_a_cut_off_answer_is_not_taken_for_a_whole_one(museum: Museum, web: Web) -> None:
    museum.serve(URL, Reply(b"[1, 2, 3]", cut=5), Reply(b"[1, 2, 3]"))

    assert get_json(web, URL) == [1, 2, 3]


def test_a_cut_off_picture_leaves_no_bytes_of_the_first_try(museum: Museum, web: Web) -> None:
    url = "https://museum.example/a.jpg"
    museum.serve(url, Reply(b"x" * 9000, cut=8000), Reply(b"y" * 4000))
    stream = io.BytesIO()

    got = download(web, url, stream, limit=10_000)

    assert got is not None
    assert got.size == 4000
    assert stream.getvalue() == b"y" * 4000


@pytest.mark.parametrize("head", [False, True])
def test_an_answer_that_drips_is_hung_up_on(museum: Museum, web: Web, head: bool) -> None:
    museum.serve(URL, Reply(b"[" + b" " * 400 + b"1]", drip=0.05, drip_head=head))
    hasty = Web(hosts=web.hosts, usual_pause=0, sleep=web.sleep, seconds=0.3, tries=1)

    with pytest.raises(TryLaterError, match="took longer than"):
        get_json(hasty, URL)


def test_an_answer_beyond_the_limit_is_refused_also_when_it_hides_its_length(
    museum: Museum, web: Web
) -> None:
    url = "https://museum.example/big.jpg"
    museum.serve(url, Reply(b"x" * 5000))
    hidden = Reply(b"x" * 200_000, headers={"Content-Length": "", "Connection": "close"})
    museum.serve("https://museum.example/hidden.jpg", hidden)

    with pytest.raises(FetchError, match="more than the"):
        download(web, url, io.BytesIO(), limit=4999)
    with pytest.raises(FetchError, match="more than the"):
        download(web, "https://museum.example/hidden.jpg", io.BytesIO(), limit=100_000)


def test_an_unchanged_picture_is_not_sent_again(museum: Museum, web: Web) -> None:
    url, date = "https://museum.example/a.jpg", "Sat, 21 Nov 2026 10:00:00 GMT"

    def reply(seen: Any) -> Reply:
        known = seen.headers.get("if-none-match") == '"v1"'
        headers = {"ETag": '"v1"', "Last-Modified": date}
        return Reply(status=304) if known else Reply(b"picture", headers=headers)

    museum.serve(url, reply)

    first = download(web, url, io.BytesIO(), limit=100)
    assert first is not None
    again = download(
        web, url, io.BytesIO(), limit=100, etag=first.etag, last_modified=first.last_modified
    )

    assert (first.etag, first.last_modified) == ('"v1"', date)
    assert again is None
    assert museum.seen[1].headers["if-modified-since"] == date


def test_redirects_are_followed_among_allowed_hosts(museum: Museum, web: Web) -> None:
    moved = Reply(status=302, headers={"Location": "http://pictures.example/b.json"})
    museum.serve(URL, moved)
    museum.serve_json("https://pictures.example/b.json", ["here"])

    assert get_json(web, URL) == ["here"]


def test_an_address_that_was_not_encoded_is_where_we_are_sent(museum: Museum, web: Web) -> None:
    moved = "https://pictures.example/käse b.json".encode().decode("latin-1")
    museum.serve(URL, Reply(status=302, headers={"Location": moved}))
    museum.serve_json("https://pictures.example/k%C3%A4se%20b.json", ["here"])

    assert get_json(web, URL) == ["here"]


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/admin",
        "http://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://elsewhere.example/",
        "file:///etc/passwd",
        "https://museum.example:8443/",
        "https://user@museum.example/",
        "//10.0.0.1/x",
        "//[10.0.0.1/x",
    ],
)
def test_redirects_to_other_places_are_refused(museum: Museum, web: Web, target: str) -> None:
    museum.serve(URL, Reply(status=302, headers={"Location": target}))

    with pytest.raises(FetchError):
        get_json(web, URL)

    assert museum.asked() == [URL]


def test_a_circle_of_redirects_ends_where_it_began(museum: Museum, web: Web) -> None:
    other = "https://pictures.example/b.json"
    museum.serve(URL, Reply(status=301, headers={"Location": other}))
    museum.serve(other, Reply(status=302, headers={"Location": URL}))

    with pytest.raises(FetchError, match="circles") as told:
        get_json(web, URL)

    assert museum.asked() == [URL, other]
    assert URL in str(told.value)


def test_redirects_that_lead_ever_further_end(museum: Museum, web: Web) -> None:
    for number in range(9):
        here, there = (f"{URL}?{n}" for n in (number, number + 1))
        museum.serve(here, Reply(status=302, headers={"Location": there}))

    with pytest.raises(FetchError, match="more than 5 times"):
        get_json(web, f"{URL}?0")

    assert len(museum.seen) == 6


def test_what_is_no_json_is_said_to_be_none(museum: Museum, web: Web) -> None:
    museum.serve(URL, Reply(b"<html>Down for maintenance</html>"))

    with pytest.raises(FetchError, match="does not answer with JSON"):
        get_json(web, URL)


def test_turns_at_a_host_follow_each_other_and_other_hosts_do_not_wait() -> None:
    waits = [pacing.take_turn("a.example", pause=200, patience=6000) for _ in range(4)]

    assert waits == pytest.approx([0, 200, 400, 600], abs=60)
    assert pacing.take_turn("b.example", pause=200, patience=6000) == 0
    with pytest.raises(pacing.NotNowError):
        pacing.take_turn("a.example", pause=200, patience=500)
    before = HostPace.objects.get(host="a.example").free_at
    with pytest.raises(pacing.NotNowError):
        pacing.take_turn("a.example", pause=200, patience=500)
    assert HostPace.objects.get(host="a.example").free_at == before
