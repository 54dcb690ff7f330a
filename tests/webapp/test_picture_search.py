"""Searching by a picture: what may be sent, who may send how much, and what becomes of it."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.test import Client, RequestFactory
from django.utils import timezone
from PIL import Image

from artrec.serving.transform import Transform
from tests.webapp.makers import make_artwork, make_space, place
from webapp.accounts.models import User
from webapp.feed import picture_asking, picture_pages, picture_upload
from webapp.feed.models import Visitor
from webapp.vectors.models import PictureQuery, Space

pytestmark = pytest.mark.django_db
State = PictureQuery.State
URL = "/search/picture/"
JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def space() -> Space:
    made = make_space(2)
    ones = np.ones(2, np.float32)
    transform = Transform((("all", 0, 2),), np.zeros(2, np.float32), ones, None)
    Space.objects.update(transform=transform.to_bytes())
    return made


def picture(kind: str = "JPEG", size: tuple[int, int] = (90, 60), **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (150, 40, 30)).save(buffer, kind, **options)
    return buffer.getvalue()


def send(client: Client, data: bytes | None = None, **fields: Any) -> Any:
    """Send a picture as scripts do."""
    file = SimpleUploadedFile("holiday.jpg", picture() if data is None else data)
    return client.post(URL, {"picture": file, **fields}, headers=JSON)


def answer(row: PictureQuery, **changes: Any) -> str:
    """Answer as the worker does, and return the address of the results."""
    values = {
        "state": State.DONE,
        "extractor": "test",
        "features": [1, 0],
        "picture": None,
        "palette": ["96281e", "1c3263"],
        "placeholder": "data:image/webp;base64,UklGRg==",
        "usual": 0.5,
    }
    PictureQuery.objects.filter(pk=row.pk).update(**(values | changes))
    return f"/browse/?like=picture.{row.token}"


def hang() -> None:
    """Four works, ever less like (1, 0)."""
    space = Space.objects.get()
    for number, angle in enumerate((0.1, 0.5, 1.0, 3.0)):
        work = make_artwork(f"Work {number}", style="Ridges" if number % 2 else "Harbours")
        place(space, work, (np.cos(angle), np.sin(angle)))


def test_a_picture_is_taken_as_a_small_copy_that_waits(client: Client) -> None:
    sent = send(client, picture(size=(3000, 2000)))

    row = PictureQuery.objects.get()
    assert (sent.status_code, sent.json()["url"]) == (201, f"{URL}{row.token}/")
    assert (row.state, row.kept, row.artwork_id) == (State.QUEUED, False, None)
    assert Image.open(io.BytesIO(bytes(row.picture or b""))).size == (1024, 683)
    assert len(row.token) >= 32
    left = row.expires - timezone.now()
    assert timedelta(hours=23) < left <= timedelta(days=1)


def test_a_picture_is_turned_upright_and_tells_nothing_else(client: Client) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "at home"
    send(client, picture(exif=exif))

    copy = Image.open(io.BytesIO(bytes(PictureQuery.objects.get().picture or b"")))

    assert copy.size == (60, 90)
    assert not copy.getexif()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 and so on", "not a picture that can be opened"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture that can be opened"),
        (picture("PNG", (400, 300))[:200], "damaged or cut off"),
        (picture(size=(8, 8)), "too small"),
        (picture(size=(1000, 20)), "too long and narrow"),
        (picture("PNG", (9000, 8000)), "more than 60 million pixels"),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(
    client: Client, data: bytes, words: str
) -> None:
    scripted = send(client, data)
    plain = client.post(URL, {"picture": SimpleUploadedFile("a.jpg", data)})

    assert scripted.status_code == plain.status_code == 400
    assert words in scripted.json()["said"]
    assert words in plain.content.decode()
    assert not PictureQuery.objects.exists()


def test_a_file_that_is_too_large_is_read_no_further(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_pages, "MOST_BYTES", 100_000)

    refused = send(client, picture("BMP", (400, 300)))
    allowed = send(client, picture("BMP", (100, 80)))

    assert refused.status_code == 413
    assert "more than 20 MB" in refused.json()["said"]
    assert allowed.status_code == 201


def test_the_connection_of_who_sends_endlessly_is_cut(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_upload, "MOST_READ", 50_000)

    cut = send(client, picture("BMP", (400, 300)))

    assert "Choose a picture first" in cut.json()["said"]
    assert not PictureQuery.objects.exists()


def test_of_several_files_only_the_first_is_read(client: Client) -> None:
    files = {
        name: SimpleUploadedFile(f"{name}.jpg", picture()) for name in ("picture", "other", "third")
    }
    seen: list[list[int]] = []

    class Keeping(MemoryFileUploadHandler):
        """Notes what reaches the handlers that keep files."""

        def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
            seen.append([start, len(raw_data)])
            return super().receive_data_chunk(raw_data, start)

    request = RequestFactory().post(URL, files)
    bounded = picture_upload.Bounded(request, 100_000)
    request.upload_handlers = [bounded, Keeping(request)]
    read: Any = request.FILES

    assert read["picture"].read() == picture()
    assert seen == [[0, len(picture())]]
    assert read["other"].size == read["third"].size == 0
    assert client.post(URL, {"picture": SimpleUploadedFile("a.jpg", picture())}).status_code == 302


def test_all_files_of_a_request_count_towards_where_it_is_cut(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = picture("BMP", (100, 80))
    monkeypatch.setattr(picture_upload, "MOST_READ", 2 * len(data))
    files = {f"picture{number}": SimpleUploadedFile("a.bmp", data) for number in range(4)}

    request = RequestFactory().post(URL, files)
    request.upload_handlers.insert(0, picture_upload.Bounded(request, 100_000))

    assert set(request.FILES) == {"picture0", "picture1"}


def test_nothing_chosen_is_said(client: Client) -> None:
    assert "Choose a picture first" in client.post(URL, headers=JSON).json()["said"]
    assert client.delete(URL).status_code == 405


def test_a_picture_needs_the_token_of_the_form() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.get(URL)

    assert send(strict).status_code == 403
    assert send(strict, csrfmiddlewaretoken=strict.cookies["csrftoken"].value).status_code == 201


def test_a_gallery_that_sees_nothing_yet_says_so(client: Client) -> None:
    Space.objects.all().delete()

    refused = send(client)

    assert (refused.status_code, "Try again later" in refused.json()["said"]) == (503, True)


def test_one_visitor_sends_so_many_and_another_goes_on(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_asking, "PER_ASKER", 2)
    codes = [send(client).status_code for _ in range(3)]
    other = send(Client())
    PictureQuery.objects.update(asked=timezone.now() - picture_asking.WHILE)
    later = send(client)

    assert codes == [201, 201, 429]
    assert (other.status_code, later.status_code) == (201, 201)


def test_an_address_sends_so_many_however_often_it_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(picture_asking, "PER_ADDRESS", 2)
    for _ in range(2):
        client = Client(REMOTE_ADDR="2001:db8::7")
        url = send(client).json()["url"]
        assert client.post(f"{url}forget/").status_code == 302

    near = send(Client(REMOTE_ADDR="2001:db8::8"))
    far = send(Client(REMOTE_ADDR="2001:db8:1::7"))

    assert (near.status_code, far.status_code) == (429, 201)


def test_nobody_gets_in_line_behind_too_many(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_asking, "QUEUE", 1)
    send(Client())

    refused = send(client)

    assert (refused.status_code, "in a minute" in refused.json()["said"]) == (429, True)


def test_waiting_is_shown_and_ends_in_the_results(client: Client) -> None:
    hang()
    url = send(client).json()["url"]
    row = PictureQuery.objects.get()

    waiting, polled = client.get(url), client.get(url, headers=JSON)
    results = answer(row)
    done, told = client.get(url), client.get(url, headers=JSON)

    assert "being looked at" in waiting.content.decode()
    assert '<meta http-equiv="refresh"' in waiting.content.decode()  # for browsers without scripts
    assert polled.json()["state"] == "queued"
    assert done["Location"] == results
    assert told.json() == {"state": "done", "url": results, "said": ""}


def test_a_picture_that_could_not_be_seen_says_so(client: Client) -> None:
    url = send(client).json()["url"]
    answer(PictureQuery.objects.get(), state=State.FAILED, features=None)

    page, told = client.get(url), client.get(url, headers=JSON)

    assert "Try another" in page.content.decode()
    assert "refresh" not in page.content.decode()
    assert (told.json()["state"], "Try another" in told.json()["said"]) == ("failed", True)


def test_what_has_expired_or_never_was_is_gone(client: Client) -> None:
    url = send(client).json()["url"]
    PictureQuery.objects.update(expires=timezone.now())

    pages = [client.get(url), client.get(f"{URL}nothing-like-this/")]

    for page in pages:
        assert page.status_code == 404
        assert "not kept any more" in page.content.decode()
    assert client.get(url, headers=JSON).json()["state"] == "gone"


def test_only_who_brought_a_picture_can_forget_it(client: Client) -> None:
    url = send(client).json()["url"]
    row = PictureQuery.objects.get()
    results = answer(row)

    stranger = Client().post(f"{url}forget/")
    looked = Client().get(results)
    owner = client.post(f"{url}forget/")
    after = client.get(results)

    assert (stranger.status_code, owner.status_code) == (404, 302)
    assert "Forget it now" not in looked.content.decode()
    row.refresh_from_db()
    assert (row.features, row.preview, row.placeholder, row.palette) == (None, None, "", [])
    assert "data-picture-token" not in after.content.decode()


def test_what_is_old_is_deleted_and_what_limits_need_is_not(client: Client) -> None:
    for _ in range(3):
        send(client)
    old, forgotten, fresh = PictureQuery.objects.order_by("pk")
    long_ago = timezone.now() - timedelta(days=2)
    PictureQuery.objects.filter(pk=old.pk).update(asked=long_ago, expires=timezone.now())
    picture_asking.forget(forgotten)

    assert picture_asking.tidy() == 1
    assert set(PictureQuery.objects.all()) == {forgotten, fresh}


def test_kept_pictures_are_offered_again_to_who_kept_them(client: Client) -> None:
    send(client, keep="1")
    send(client)
    kept, other = PictureQuery.objects.order_by("pk")
    answer(kept, preview=b"RIFFsmall")
    answer(other)

    mine = client.get(URL).content.decode()
    theirs = Client().get(URL).content.decode()

    assert (kept.kept, other.kept) == (True, False)
    assert kept.expires - timezone.now() > timedelta(days=29)
    assert mine.count("data:image/webp;base64,UklGRnNtYWxs") == 1
    assert f"picture.{kept.token}" in mine
    assert "Kept pictures" not in theirs


def test_kept_pictures_go_with_the_visitor_into_an_account_and_with_it(client: Client) -> None:
    person = User.objects.create_user("mara", password="ridge-evening-7")
    send(client, keep="1")
    row = PictureQuery.objects.get()
    answer(row, preview=b"RIFFsmall")

    client.post("/sign-in/", {"username": "mara", "password": "ridge-evening-7"})
    at_home = Client()
    at_home.force_login(person)
    offered = at_home.get(URL).content.decode()
    Visitor.objects.get(user=person).delete()

    assert f"picture.{row.token}" in offered
    row.refresh_from_db()
    assert (row.preview, row.features, row.visitor_id) == (None, None, None)
    assert client.get(f"{URL}{row.token}/").status_code == 404


def test_a_picture_that_is_not_kept_makes_nobody_known(client: Client) -> None:
    send(client)

    assert not Visitor.objects.exists()
    assert PictureQuery.objects.get().visitor_id is None


def test_pictures_of_who_had_done_nothing_yet_go_with_all_that_is_deleted(client: Client) -> None:
    send(client)
    answer(PictureQuery.objects.get())

    client.post("/account/delete/", {"sure": "1"})

    row = PictureQuery.objects.get()
    assert (row.state, row.features, row.palette, row.placeholder) == (State.FAILED, None, [], "")
    assert row.expires <= timezone.now()


def test_pictures_of_who_had_done_nothing_yet_are_theirs_once_they_sign_in(client: Client) -> None:
    user = User.objects.create_user("mara")
    send(client)
    row = PictureQuery.objects.get()
    answer(row)

    client.force_login(user)
    row.refresh_from_db()
    user.delete()

    assert row.visitor_id is not None
    row.refresh_from_db()
    assert (row.state, row.features) == (State.FAILED, None)


def test_of_who_is_signed_in_every_picture_is_known_to_be_theirs(client: Client) -> None:
    user = User.objects.create_user("mara")
    client.force_login(user)

    send(client)
    User.objects.get().delete()  # by another session, which knows of no token

    row = PictureQuery.objects.get()
    assert (row.state, row.picture) == (State.FAILED, None)
