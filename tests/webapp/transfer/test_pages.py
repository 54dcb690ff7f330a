"""The page of exports: for admins alone, and what they do there."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.webapp.transfer.galleries import make_work
from webapp.accounts.models import User
from webapp.accounts.roles import ADMINS, CURATORS
from webapp.transfer import actions
from webapp.transfer.models import Export
from webapp.transfer.queries import file_of
from webapp.transfer.views import LOST

pytestmark = pytest.mark.django_db
ASKED = {"kind": "all", "value": "", "pictures": "originals", "base": "https://a.example"}


@pytest.fixture(autouse=True)
def _exports_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.EXPORTS_ROOT = tmp_path / "exports"
    settings.EXPORTS_ROOT.mkdir()


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(_person("ada", ADMINS))
    return client


def _person(name: str, *groups: str) -> User:
    user = User.objects.create_user(name)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def _made(**values: Any) -> Export:
    state = {"state": Export.State.DONE, "size": 3, "finished": timezone.now()}
    known = {"kind": "all", "pictures": "none", "selection": "The whole gallery", "works": 1}
    made = Export.objects.create(**{**known, **state, **values})
    file_of(made.pk).write_bytes(b"zip")
    return made


@pytest.mark.parametrize(
    ("method", "route"),
    [
        ("get", "exports"),
        ("post", "exports"),
        ("get", "exports-status"),
        ("post", "export-cancel"),
        ("post", "export-delete"),
        ("get", "export-download"),
    ],
)
def test_only_admins_may_export(client: Client, method: str, route: str) -> None:
    export = _made()
    path = reverse(route, args=[export.pk] if route.startswith("export-") else [])
    ask = getattr(client, method)

    stranger = ask(path)
    client.force_login(_person("vera"))
    visitor = ask(path)
    client.force_login(_person("carl", CURATORS))
    curator = ask(path)

    assert stranger.status_code == 302
    assert "/sign-in/" in stranger["Location"]
    assert (visitor.status_code, curator.status_code) == (403, 403)
    assert Export.objects.filter(pk=export.pk, state=Export.State.DONE).exists()


def test_what_is_asked_for_waits_for_a_worker(admin: Client, rng: np.random.Generator) -> None:
    make_work(rng, 1)

    answer = admin.post(reverse("exports"), ASKED, follow=True)

    made = Export.objects.get()
    assert answer.redirect_chain == [(reverse("exports"), 302)]
    assert (made.state, made.works, made.selection) == ("queued", 1, "The whole gallery")
    assert b"waiting for a worker" in answer.content


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"kind": "ids"}, "Say which"),
        ({"kind": "ids", "value": "no"}, "no is no number of a work"),
        ({"kind": "everything"}, ""),
        ({"pictures": "3"}, ""),
        ({"base": "nowhere at all"}, ""),
    ],
)
def test_what_cannot_be_exported_is_told_on_the_page(
    admin: Client, changed: dict[str, str], told: str
) -> None:
    answer = admin.post(reverse("exports"), ASKED | changed)

    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert not Export.objects.exists()


def test_a_made_export_is_sent_as_a_file(admin: Client) -> None:
    made = _made()

    answer = admin.get(reverse("export-download", args=[made.pk]))

    assert answer.getvalue() == b"zip"
    assert answer["Content-Disposition"].endswith(f'-{made.pk}.zip"')


def test_an_export_whose_file_is_gone_says_so_on_its_page(admin: Client) -> None:
    made = _made()
    file_of(made.pk).unlink()

    page = admin.get(reverse("export-download", args=[made.pk]), follow=True)

    assert page.redirect_chain == [(reverse("exports"), 302)]
    assert LOST in page.content.decode()


def test_an_export_can_be_ended_and_deleted(admin: Client) -> None:
    waiting = _made(state=Export.State.QUEUED)
    running = _made(state=Export.State.RUNNING)

    admin.post(reverse("export-cancel", args=[waiting.pk]))
    admin.post(reverse("export-cancel", args=[running.pk]))
    admin.post(reverse("export-delete", args=[waiting.pk]))

    assert list(Export.objects.values_list("pk", "cancel_requested")) == [(running.pk, True)]
    assert not file_of(waiting.pk).exists()


def test_exports_that_are_old_and_files_without_a_row_are_swept(tmp_path: Path) -> None:
    old = _made(finished=timezone.now() - actions.KEPT - timedelta(minutes=1))
    kept, busy = _made(), _made(state=Export.State.RUNNING)
    attempt = file_of(busy.pk, 1).with_suffix(".zip.part")
    strays = [file_of(kept.pk, 2), file_of(987654), file_of(987654, 1)]
    for path in (attempt, *strays):
        path.touch()
    left = file_of(busy.pk, 0).with_suffix(".zip.scratch")
    killed = file_of(987654, 1).with_suffix(".zip.scratch")
    for folder in (left, killed):
        folder.mkdir()
        (folder / "works.jsonl").touch()

    actions.sweep()

    there = {path.name for path in (tmp_path / "exports").iterdir()}
    assert there == {file_of(kept.pk).name, file_of(busy.pk).name, attempt.name, left.name}
    assert not Export.objects.filter(pk=old.pk).exists()


def test_the_page_asks_the_database_as_often_for_many_exports_as_for_one(
    admin: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        _made()

    with django_assert_max_num_queries(12):
        answer = admin.get(reverse("exports"))

    assert answer.content.count(b'class="export-what"') == 12
