"""A batch is deleted while its files still arrive."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.webapp.intake.senders import begin, create, kept_files, patch, signed_in
from webapp.accounts.models import User
from webapp.ingest import changes
from webapp.ingest.models import Batch, Change

pytestmark = pytest.mark.django_db

FOLDER = [["Halde/a.jpg", 5, "1"], ["Halde/b.jpg", 5, "1"]]


@pytest.fixture
def admin(db: None) -> Client:
    return signed_in()


def states() -> list[str]:
    return list(Batch.objects.get().items.order_by("name").values_list("state", flat=True))


def delete_it() -> Change:
    change = changes.delete(batch=Batch.objects.get(), user=User.objects.get())
    assert change is not None
    return change


def test_what_arrives_afterwards_is_deleted_with_it_and_comes_back_with_it(admin: Client) -> None:
    sending = begin(admin, files=2, sample=FOLDER)["sending"]
    create(admin, sending, "Halde/a.jpg", 5, b"12345")
    late = create(admin, sending, "Halde/b.jpg", 5, b"123").headers["Location"]

    change = delete_it()
    patch(admin, late, 3, b"45")
    deleted = states()
    changes.undo(change)

    assert deleted == ["deleted", "deleted"]
    assert states() == ["received", "received"]
    assert len(kept_files()) == 2


def test_no_further_file_is_begun_and_the_same_folder_makes_another_batch(admin: Client) -> None:
    first = begin(admin, files=2, sample=FOLDER)
    create(admin, first["sending"], "Halde/a.jpg", 5, b"12345")

    delete_it()
    refused = create(admin, first["sending"], "Halde/b.jpg", 5, b"12345")
    again = begin(admin, files=2, sample=FOLDER)

    assert refused.status_code == 410
    assert "This upload was ended" in refused.content.decode()
    assert again["sending"] != first["sending"]


@pytest.mark.parametrize(
    ("paths", "called"),
    [
        (["Halde/a.jpg", "Halde/deep/b.jpg"], "Halde"),
        (["Halde/a.jpg", "b.jpg"], "Upload by mara"),
        (["Halde/a.jpg", "Ruiz/b.jpg"], "Upload by mara"),
        (["a.jpg"], "Upload by mara"),
        (["estate.zip"], "estate.zip"),
    ],
)
def test_a_batch_is_called_as_its_folder_or_archive(
    admin: Client, paths: list[str], called: str
) -> None:
    begin(admin, files=len(paths), sample=[[path, 5, "1"] for path in paths])

    assert Batch.objects.get().source == called
