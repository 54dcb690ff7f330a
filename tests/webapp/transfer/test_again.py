"""What curators and visitors made of an import survives the next one, and old formats are read."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import Group

from tests.webapp.transfer.exports import change, exported
from tests.webapp.transfer.galleries import START
from webapp.accounts.models import User
from webapp.exhibitions import actions as exhibitions
from webapp.exhibitions.arrangement import to_json
from webapp.exhibitions.models import Exhibition
from webapp.exhibitions.queries import arrangement_of
from webapp.mine.models import Collection, CollectionItem
from webapp.selections.models import Selection, Tagging
from webapp.transfer.importing import import_export

pytestmark = pytest.mark.django_db


def _all_of(exhibition: Exhibition) -> dict[str, Any]:
    return to_json(arrangement_of(Exhibition.objects.get(pk=exhibition.pk)))


def test_what_was_opened_hangs_as_it_hung_and_drafts_stay_behind(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")

    report = import_export(tmp_path / "out")

    found = Exhibition.objects.get()
    first, second = arrangement_of(found).rooms
    assert report.troubles == []
    assert (found.title, found.cover_id, found.state) == ("Night", ids[1], "open")
    assert found.closes == START + timedelta(days=36_500)
    assert (first.title, first.text, first.wall) == ("First", "Where it begins.", "midnight")
    assert [(hung.work, hung.label) for hung in first.works] == [(ids[3], "The moon.")]
    assert [hung.work for hung in second.works] == ids[:2]


def test_the_first_change_after_an_import_can_be_undone(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")
    import_export(tmp_path / "out")
    found = Exhibition.objects.get()
    before = _all_of(found)
    exhibitions.hang(found, [ids[7]], None)

    exhibitions.undo(found, None)

    assert _all_of(found) == before


def test_what_was_taken_down_since_does_not_come_back(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    exported(rng, tmp_path / "out", people=True)
    import_export(tmp_path / "out", people=True)
    night = Exhibition.objects.get(title="Night")
    exhibitions.change(
        night, None, lambda before: (_without_second(before), "Closed the second room")
    )
    CollectionItem.objects.filter(position=0).delete()
    User.objects.get(username="mara").groups.clear()
    changed = _all_of(night)

    import_export(tmp_path / "out", people=True)

    assert _all_of(night) == changed
    assert CollectionItem.objects.count() == 2
    assert not Group.objects.filter(user__username="mara").exists()


def _without_second(before: Any) -> Any:
    return type(before)(title=before.title, opens=before.opens, rooms=before.rooms[:1])


def test_somebody_of_the_same_name_here_is_given_no_roles(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    exported(rng, tmp_path / "out", people=True)
    User.objects.create_user("mara")

    import_export(tmp_path / "out", people=True)

    assert not Group.objects.filter(user__username="mara").exists()
    assert User.objects.filter(username="carl").exists()


def test_drafts_selections_and_tags_come_with_people(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out", people=True)

    import_export(tmp_path / "out", people=True)

    kept = Selection.objects.get()
    assert set(Exhibition.objects.values_list("title", "made_by__username")) == {
        ("Night", "carl"),
        ("Not yet", "carl"),
    }
    assert (kept.title, kept.works, str(kept.by)) == ("For the lobby", [ids[5], ids[2]], "carl")
    assert Tagging.objects.values_list("tag__name", "artwork").get() == ("loan", ids[4])


def test_an_exhibition_of_the_first_format_was_a_collection_that_was_shown(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out", people=True)

    def shown(text: str) -> str:
        first, *others = text.splitlines()
        told = {"exhibited": START.isoformat(), "by_line": "Mara", "note": "At night."}
        return "\n".join([json.dumps(json.loads(first) | told), *others]) + "\n"

    change(
        tmp_path / "out", "export.json", lambda text: text.replace('"version": 2', '"version": 1')
    )
    change(tmp_path / "out", "data/site/collections.jsonl", shown)
    for name in ("exhibitions", "rooms", "hangings"):
        change(tmp_path / "out", f"data/site/{name}.jsonl", lambda _text: "")

    reports = [import_export(tmp_path / "out", people=True) for _ in range(2)]

    found = Exhibition.objects.get()
    (room,) = arrangement_of(found).rooms
    assert [report.troubles for report in reports] == [[], []]
    assert found.token == Collection.objects.get(title="Evenings").token
    assert (found.by_line, found.introduction, found.opens) == ("Mara", "At night.", START)
    assert (found.cover_id, str(found.made_by), found.state) == (ids[1], "mara", "open")
    assert [hung.work for hung in room.works] == ids[:2]
