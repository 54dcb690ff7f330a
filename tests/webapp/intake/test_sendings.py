from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp.intake.senders import begin, create, kept_files, signed_in
from webapp.accounts.roles import CURATORS
from webapp.ingest.models import Batch, Item
from webapp.intake import actions
from webapp.intake.models import Parcel, Sending, Upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> Client:
    return signed_in()


def post(client: Client, address: str, body: Any) -> Any:
    return client.post(address, body, content_type="application/json")


def test_the_same_folder_chosen_another_day_goes_on(admin: Client) -> None:
    files = [["Halde/a.jpg", 5, "1"], ["Halde/b.jpg", 5, "1"], ["Halde/c.jpg", 5, "1"]]
    first = begin(admin, files=3, bytes=15, sample=files)
    create(admin, first["sending"], "Halde/a.jpg", 5, b"12345")
    create(admin, first["sending"], "Halde/b.jpg", 5, b"123")

    again = begin(admin, files=3, bytes=15, sample=files)
    told = post(admin, again["arrived"], {"files": files}).json()

    assert again["sending"] == first["sending"]
    assert (first["continued"], again["continued"]) == (False, True)
    assert told == {"arrived": [True, False, False]}
    assert Batch.objects.count() == 1


def test_other_files_begin_another_batch(admin: Client) -> None:
    first = begin(admin, sample=[["a.jpg", 5, "1"]])
    create(admin, first["sending"], "a.jpg", 5, b"12345")

    changed = begin(admin, sample=[["a.jpg", 5, "2"]], held=True)

    assert changed["sending"] != first["sending"]
    assert changed["held"] is True
    assert list(Batch.objects.order_by("pk").values_list("held", flat=True)) == [False, True]


def test_a_closed_sending_does_not_go_on(admin: Client) -> None:
    first = begin(admin, sample=[["a.jpg", 5, "1"]])
    create(admin, first["sending"], "a.jpg", 5, b"123")

    closed = admin.post(first["close"], headers={"Accept": "application/json"})
    again = begin(admin, sample=[["a.jpg", 5, "1"]])

    assert closed.json() == {}
    assert again["sending"] != first["sending"]
    assert not Upload.objects.exists()
    assert not kept_files()


def test_without_a_script_a_sending_is_left_at_what_it_is(admin: Client) -> None:
    told = begin(admin)

    answer = admin.post(told["close"], headers={"Accept": "text/html"})

    assert answer.headers["Location"] == "/upload/"
    assert Sending.objects.get().closed


def test_more_files_are_expected(admin: Client) -> None:
    told = begin(admin, files=3, bytes=30)

    post(admin, told["more"], {"files": 2, "bytes": 5})

    sending = Sending.objects.get()
    assert (sending.files, sending.bytes) == (5, 35)


def test_nobody_looks_into_the_sending_of_another(admin: Client) -> None:
    told = begin(admin)
    other = signed_in(name="otto")

    answers = [
        post(other, told["arrived"], {"files": []}),
        post(other, told["more"], {"files": 1, "bytes": 1}),
        other.post(told["close"]),
        other.get(told["progress"]),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4


def test_who_may_not_upload_may_ask_nothing(admin: Client) -> None:
    told = begin(admin)
    addresses = ["/upload/begin/", told["arrived"], told["more"], told["close"]]
    curator = signed_in(CURATORS, name="carl")

    for client, status in ((Client(), 401), (curator, 403)):
        answers = [post(client, address, {}) for address in addresses]
        answers.append(client.get(told["progress"]))
        assert [answer.status_code for answer in answers] == [status] * 5


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"files": "3", "bytes": 1, "sample": []},
        {"files": True, "bytes": 1, "sample": []},
        {"files": -1, "bytes": 1, "sample": []},
        {"files": 2**31, "bytes": 1, "sample": []},
        {"files": 1, "bytes": 2**63, "sample": []},
        {"files": 1, "bytes": 1, "sample": "a"},
        {"files": 1, "bytes": 1, "sample": [["a"]]},
        {"files": 1, "bytes": 1, "sample": [["a", 1, 1]]},
        {"files": 1, "bytes": 1, "sample": [["a", 1, "1"]] * 1001},
    ],
)
def test_what_is_not_understood_begins_nothing(admin: Client, body: Any) -> None:
    answer = post(admin, "/upload/begin/", body)

    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert not Sending.objects.exists()


def test_the_progress_tells_states_archives_and_reasons(
    admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    told = begin(admin)
    batch = Batch.objects.get()
    for number in range(5):
        Item.objects.create(batch=batch, name=f"{number}.jpg", state="received")
    Item.objects.create(
        batch=batch, name="x", state="refused", reason="Why.", finished=timezone.now()
    )
    Parcel.objects.create(batch=batch, name="all.zip", stored="x", entries=9, position=3)

    # Session, user, two for permissions, sending, and five for the batch.
    with django_assert_num_queries(10):
        answer = admin.get(told["progress"]).json()

    assert (answer["total"], answer["settled"], answer["finished"]) == (6, 1, False)
    assert {each["state"]: each["count"] for each in answer["counts"]} == {
        "received": 5,
        "refused": 1,
    }
    assert answer["bad"] == [{"name": "x", "reason": "Why."}]
    assert (answer["parcels"][0]["position"], answer["parcels"][0]["waiting"]) == (3, True)


def test_what_was_sent_is_forgotten_a_week_after_the_end(admin: Client) -> None:
    told = begin(admin)
    create(admin, told["sending"], "a.jpg", 5, b"12345")
    Sending.objects.update(closed=timezone.now() - actions.REMEMBERED - timedelta(minutes=1))

    actions.tidy()

    assert not Upload.objects.exists()
    assert Item.objects.count() == 1
