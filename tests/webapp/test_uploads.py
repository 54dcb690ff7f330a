"""How much may be sent to pages that take no files, and by whom to those that do."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client

from webapp.accounts.models import User
from webapp.accounts.roles import ADMINS

pytestmark = pytest.mark.django_db
LARGE = 3_000_000


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Bytes that reach the disk, piece by piece."""
    pieces: list[int] = []
    write = TemporaryFileUploadHandler.receive_data_chunk

    def noted(self: TemporaryFileUploadHandler, raw_data: bytes, start: int) -> Any:
        pieces.append(len(raw_data))
        return write(self, raw_data, start)

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", noted)
    return pieces


def stranger() -> Client:
    """Somebody with a cookie, so that the token is looked for in what they send."""
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    return client


def send(client: Client, path: str) -> Any:
    return client.post(path, {"pictures": SimpleUploadedFile("a.jpg", bytes(LARGE))})


@pytest.mark.parametrize("path", ["/sign-in/", "/language/", "/browse/", "/admin/login/", "/"])
def test_no_page_writes_a_large_request_to_disk(path: str, written: list[int]) -> None:
    refused = send(stranger(), path)

    assert refused.status_code == 403
    assert not written


def test_strangers_are_sent_away_before_their_files_are_read(written: list[int]) -> None:
    client = stranger()

    assert send(client, "/upload/").status_code == 302
    client.force_login(User.objects.create_user("mara"))
    assert send(client, "/upload/").status_code == 403
    assert not written


def test_an_admin_sends_large_files_with_the_token_of_the_page(written: list[int]) -> None:
    user = User.objects.create_user("ada", is_staff=True)
    user.groups.add(Group.objects.get(name=ADMINS))
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    client.get("/upload/")
    token = client.cookies["csrftoken"].value

    without = send(client, "/upload/")
    fields = {"pictures": SimpleUploadedFile("a.jpg", bytes(LARGE)), "csrfmiddlewaretoken": token}
    taken = client.post("/upload/", fields)

    assert (without.status_code, taken.status_code) == (403, 302)
    assert sum(written) == 2 * LARGE
