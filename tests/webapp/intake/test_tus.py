from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.webapp.ingest.pictures import picture
from tests.webapp.intake.senders import ask, begin, create, kept_files, patch, signed_in
from webapp.accounts.models import User
from webapp.accounts.roles import CURATORS
from webapp.ingest.models import Item
from webapp.intake import actions, staging
from webapp.intake.models import Sending, Upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> Client:
    return signed_in()


@pytest.fixture
def sending(admin: Client) -> int:
    number: int = begin(admin)["sending"]
    return number


def test_a_small_file_arrives_in_one_request(admin: Client, sending: int) -> None:
    data = picture(1)

    answer = create(admin, sending, "Halde/evening ridge.jpg", len(data), data)

    assert answer.status_code == 201
    assert answer.headers["Upload-Offset"] == str(len(data))
    item = Item.objects.get()
    assert (item.name, item.state) == ("Halde/evening ridge.jpg", "received")
    assert item.metadata == {"title": "evening ridge"}
    assert [(path.read_bytes(), path.name) for path in kept_files()] == [
        (data, item.incoming.rpartition("/")[2])
    ]


def test_a_file_is_handed_over_only_once_nobody_writes_to_it(admin: Client, sending: int) -> None:
    data = picture(1)
    address = create(admin, sending, "a.jpg", len(data)).headers["Location"]
    stored = Upload.objects.get().stored

    with staging.appending(stored) as stream:
        stream.write(data)  # whole, and its checksum is still to be looked at
        during = ask(admin, address).status_code
        actions.tidy()
        handed_over = Item.objects.count()
    after = ask(admin, address)

    assert (during, handed_over) == (423, 0)
    assert after.headers["Upload-Offset"] == str(len(data))
    assert Item.objects.count() == 1


def test_a_file_arrives_in_pieces_and_becomes_an_item_with_the_last(
    admin: Client, sending: int
) -> None:
    data = picture(1)
    address = create(admin, sending, "a.jpg", len(data)).headers["Location"]

    first = patch(admin, address, 0, data[:100])
    between = Item.objects.count()
    told = ask(admin, address)
    last = patch(admin, address, 100, data[100:])

    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "100")
    assert "Upload-Expires" in first.headers
    assert between == 0
    assert (told.headers["Upload-Offset"], told.headers["Upload-Length"]) == ("100", str(len(data)))
    assert told.headers["Cache-Control"] == "no-store"
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(data)))
    assert Item.objects.count() == 1
    assert kept_files()[0].read_bytes() == data


def test_an_empty_file_is_received_to_be_refused_in_the_story(admin: Client, sending: int) -> None:
    create(admin, sending, "empty.jpg", 0)

    assert Item.objects.get().state == Item.State.RECEIVED
    assert kept_files()[0].read_bytes() == b""


def test_the_same_file_begun_again_goes_on_where_it_ended(admin: Client, sending: int) -> None:
    data = picture(1)
    create(admin, sending, "a.jpg", len(data), data[:100])

    again = create(admin, sending, "a.jpg", len(data), data[:50])
    address = again.headers["Location"]
    patch(admin, address, 100, data[100:])
    after = create(admin, sending, "a.jpg", len(data), data)

    assert (again.status_code, again.headers["Upload-Offset"]) == (201, "100")
    assert (after.headers["Location"], after.headers["Upload-Offset"]) == (address, str(len(data)))
    assert Item.objects.count() == 1
    assert [path.read_bytes() for path in kept_files()] == [data]


@pytest.mark.parametrize(
    ("offset", "body", "headers", "status"),
    [
        ("7", b"x", {}, 409),
        ("0", b"x" * 11, {}, 413),
        ("x", b"x", {}, 400),
        ("-1", b"x", {}, 400),
        ("0", b"x", {"Tus-Resumable": "0.2.2"}, 412),
        ("0", b"x", {"Content-Type": "text/plain"}, 415),
        ("0", b"x", {"Upload-Checksum": "md4 AAAA"}, 400),
        ("0", b"x", {"Upload-Checksum": "sha1 ?"}, 400),
        ("0", b"x", {"Upload-Checksum": f"sha1 {b64encode(bytes(20)).decode()}"}, 460),
    ],
)
def test_what_breaks_the_protocol_changes_nothing(
    admin: Client, sending: int, offset: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    address = create(admin, sending, "a.jpg", 10).headers["Location"]
    kind = headers.get("Content-Type", "application/offset+octet-stream")

    answer = admin.patch(
        address,
        body,
        content_type=kind,
        headers={"Tus-Resumable": "1.0.0", "Upload-Offset": offset, **headers},
    )

    assert answer.status_code == status
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert ask(admin, address).headers["Upload-Offset"] == "0"


def test_bytes_with_the_right_checksum_are_kept(admin: Client, sending: int) -> None:
    address = create(admin, sending, "a.jpg", 10).headers["Location"]
    digest = b64encode(hashlib.sha256(b"12345").digest()).decode()

    answer = patch(admin, address, 0, b"12345", **{"Upload-Checksum": f"sha256 {digest}"})

    assert answer.headers["Upload-Offset"] == "5"


@pytest.mark.parametrize("length", ["", "ten", "-5", "1e3", "9" * 16])
def test_a_file_of_no_length_is_not_begun(admin: Client, sending: int, length: str) -> None:
    answer = admin.post(
        "/upload/files/",
        content_type="",
        headers={"Tus-Resumable": "1.0.0", "Upload-Length": length},
    )

    assert answer.status_code == 400
    assert not Upload.objects.exists()


def test_a_gigabyte_is_refused_by_what_it_declares_and_told_in_the_story_once(
    admin: Client, sending: int
) -> None:
    answers = [create(admin, sending, "huge.tif", 2**30) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [413, 413]
    assert "huge.tif has 1,024 MB; at most 100 MB are allowed" in answers[0].content.decode()
    item = Item.objects.get()
    assert (item.state, item.reason) == ("refused", answers[0].content.decode())
    assert not kept_files()


def test_an_archive_may_be_larger_than_a_picture(
    admin: Client, sending: int, settings: Settings
) -> None:
    settings.UPLOAD_MAX_BYTES, settings.ARCHIVE_MAX_BYTES = 10, 1000

    answers = [create(admin, sending, "all.zip", size) for size in (1000, 1001)]

    assert [answer.status_code for answer in answers] == [201, 413]


def test_a_file_that_is_given_up_is_gone_with_its_bytes(admin: Client, sending: int) -> None:
    address = create(admin, sending, "a.jpg", 10, b"12345").headers["Location"]

    answer = ask(admin, address, "delete")

    assert answer.status_code == 204
    assert ask(admin, address).status_code == 404
    assert patch(admin, address, 5, b"67890").status_code == 404
    assert not kept_files()


def test_a_complete_file_is_not_given_up(admin: Client, sending: int) -> None:
    address = create(admin, sending, "a.jpg", 5, b"12345").headers["Location"]

    assert ask(admin, address, "delete").status_code == 409
    assert patch(admin, address, 2, b"3").status_code == 409
    assert Item.objects.count() == 1


def test_what_waited_too_long_is_gone_and_swept(admin: Client, sending: int) -> None:
    address = create(admin, sending, "a.jpg", 10, b"12345").headers["Location"]
    Upload.objects.update(expires=timezone.now() - timedelta(seconds=1))

    gone = ask(admin, address).status_code
    actions.tidy()

    assert gone == 410
    assert ask(admin, address).status_code == 404
    assert not kept_files()


def test_nobody_sends_or_reads_for_another(admin: Client, sending: int) -> None:
    address = create(admin, sending, "a.jpg", 10).headers["Location"]
    other = signed_in(name="otto")

    answers = [
        ask(other, address),
        patch(other, address, 0, b"x"),
        ask(other, address, "delete"),
        create(other, sending, "b.jpg", 10),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert ask(admin, address).headers["Upload-Offset"] == "0"


def test_who_may_not_is_told_so_without_a_page() -> None:
    curator = signed_in(CURATORS)

    answers = [ask(client, "/upload/files/", "options") for client in (Client(), curator)]

    assert [answer.status_code for answer in answers] == [401, 403]


def test_a_request_without_the_token_is_refused(admin: Client, sending: int) -> None:
    address = create(admin, sending, "a.jpg", 10).headers["Location"]
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get())

    answers = [
        create(strict, sending, "b.jpg", 10),
        patch(strict, address, 0, b"x"),
        ask(strict, address, "delete"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert Upload.objects.count() == 1


def test_two_requests_for_one_file_do_not_mix(admin: Client, sending: int) -> None:
    address = create(admin, sending, "a.jpg", 10).headers["Location"]

    with staging.appending(Upload.objects.get().stored):
        answer = patch(admin, address, 0, b"12345")

    assert answer.status_code == 423
    assert ask(admin, address).headers["Upload-Offset"] == "0"


def test_what_can_be_done_is_told(admin: Client) -> None:
    answer = admin.options("/upload/files/")

    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert "creation-with-upload" in answer.headers["Tus-Extension"]
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_a_network_that_knows_only_post_is_enough(admin: Client, sending: int) -> None:
    address = create(admin, sending, "a.jpg", 10).headers["Location"]

    answer = admin.post(
        address,
        b"12345",
        content_type="application/offset+octet-stream",
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": "0",
            "X-HTTP-Method-Override": "PATCH",
        },
    )

    assert answer.headers["Upload-Offset"] == "5"


def test_too_many_unfinished_files_wait_for_the_others(
    admin: Client, sending: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_OPEN", 2)

    statuses = [create(admin, sending, name, 10).status_code for name in ("a", "b", "c")]

    assert statuses == [201, 201, 429]


def test_a_full_disk_is_told_before_anything_is_sent(
    admin: Client, sending: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "free_bytes", lambda: actions.SPARE_BYTES)

    answer = create(admin, sending, "a.jpg", 10)

    assert answer.status_code == 507
    assert "no room left" in answer.content.decode()


def test_a_file_whose_web_process_ended_before_the_row_is_handed_over(
    admin: Client, sending: int
) -> None:
    upload = Upload.objects.get(
        pk=create(admin, sending, "a.jpg", 5).headers["Location"].split("/")[-2]
    )
    with staging.appending(upload.stored) as stream:
        stream.write(b"12345")

    actions.tidy()
    actions.tidy()

    assert Item.objects.get().name == "a.jpg"
    assert Upload.objects.get().state == Upload.State.DONE


def test_asking_for_a_complete_file_hands_it_over(admin: Client, sending: int) -> None:
    address = create(admin, sending, "a.jpg", 5).headers["Location"]
    with staging.appending(Upload.objects.get().stored) as stream:
        stream.write(b"12345")

    told = ask(admin, address)

    assert told.headers["Upload-Offset"] == "5"
    assert Item.objects.count() == 1


def test_the_bytes_that_came_before_a_connection_broke_are_kept(
    admin: Client, sending: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = create(admin, sending, "a.jpg", 10).headers["Location"]
    monkeypatch.setattr("webapp.intake.tus._body", _cut_off)

    patch(admin, address, 0, b"1234567890")

    assert ask(admin, address).headers["Upload-Offset"] == "4"


def _cut_off(request: Any, _left: int) -> Iterator[bytes]:
    yield request.read(4)


def test_a_file_that_arrives_in_a_storage_without_paths_ends_there(
    admin: Client, sending: int, settings: Settings, tmp_path: Any
) -> None:
    settings.VAR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "originals": {"BACKEND": "tests.webapp.intake.senders.FarAway"},
    }
    address = create(admin, sending, "a.jpg", 10, b"12345").headers["Location"]

    patch(admin, address, 5, b"67890")

    with storages["originals"].open(Item.objects.get().incoming) as file:
        assert file.read() == b"1234567890"


def test_a_sending_that_rests_for_days_is_closed(admin: Client, sending: int) -> None:
    Sending.objects.update(touched=timezone.now() - actions.KEPT - timedelta(minutes=1))

    actions.tidy()

    assert Sending.objects.get().closed
    assert create(admin, sending, "late.jpg", 10).status_code == 410
