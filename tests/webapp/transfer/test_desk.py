"""What was decided about works that are here twice goes along, and binds there as it did here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from tests.webapp.transfer.exports import change, exported, lines
from tests.webapp.transfer.galleries import AFFINE, make_gallery, make_work
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.duplicates import actions, queries
from webapp.duplicates.models import Decision, Pair
from webapp.transfer.exporting import Wanted, export
from webapp.transfer.importing import import_export

pytestmark = pytest.mark.django_db


def test_addresses_of_merged_works_lead_on_and_kept_pairs_are_not_suggested_again(
    rng: np.random.Generator, tmp_path: Path, client: Client
) -> None:
    ids = exported(rng, tmp_path / "out")

    report = import_export(tmp_path / "out")

    kept = Pair.objects.get(first=ids[6], second=ids[7])
    found = {kind: getattr(kept, kind) for kind in ("kind", "distance", "points", "details")}
    noted = actions.note_pairs(ids[6], {ids[7]: {**found, "affine": kept.affine}})
    answer = client.get(reverse("artwork", args=[ids[-2]]))
    assert report.troubles == []
    assert (noted, queries.open_pairs().count()) == (0, 0)
    assert answer["Location"] == reverse("artwork", args=[ids[-1]])


def test_numbers_that_are_taken_here_change_which_work_is_the_first(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")
    taken = make_work(rng, 200, id=ids[-2], title="Here before")

    import_export(tmp_path / "out")

    gone = Artwork.objects.get(state=Artwork.State.WITHDRAWN)
    pair = Pair.objects.exclude(state=Pair.State.KEPT).get()
    assert gone.pk > ids[-1]
    assert (pair.first_id, pair.second_id) == (ids[-1], gone.pk)
    assert pair.affine == [2, 0, -0.5, 0, 2, -0.5]
    assert queries.merged_into(gone.pk) == ids[-1]
    assert Artwork.objects.get(pk=taken.pk).title == "Here before"


def test_a_merge_that_came_along_can_be_taken_back(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")
    import_export(tmp_path / "out")
    merge = Decision.objects.get(gone=ids[-2])

    left = actions.undo(decision=merge, by=User.objects.create_user("ada"))

    assert left == [actions.UNKNOWN]
    assert Artwork.objects.get(pk=ids[-2]).state != Artwork.State.WITHDRAWN
    assert queries.merged_into(ids[-2]) is None


def test_works_that_are_both_shown_here_stay_two(rng: np.random.Generator, tmp_path: Path) -> None:
    works = make_gallery(rng)
    export(tmp_path / "out", Wanted([work.pk for work in works], "All"))
    Pair.objects.all().delete()
    Artwork.objects.filter(pk=works[-2].pk).update(state=Artwork.State.VISIBLE)

    report = import_export(tmp_path / "out")

    assert [pair.state for pair in Pair.objects.all()] == [Pair.State.KEPT]
    assert [note for note in report.notes if "merged there" in note]


def test_of_a_selection_only_pairs_within_it_go_along(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    works = make_gallery(rng)

    export(tmp_path / "out", Wanted([work.pk for work in works[:7]], "Seven"))
    export(tmp_path / "other", Wanted([works[6].pk, works[7].pk], "Two"))

    assert lines(tmp_path / "out/data/site/pairs.jsonl") == []
    assert len(lines(tmp_path / "other/data/site/pairs.jsonl")) == 1
    assert "record" not in lines(tmp_path / "other/data/site/decisions.jsonl")[0]


@pytest.mark.parametrize(
    "wrong",
    [[1, 2], "flat", [0, 0, 0, 0, 0, 0], ["a"] * 6, None, [10**400] * 6, [float("nan")] * 6],
)
def test_a_pair_that_cannot_be_laid_over_is_told_and_left_out(
    rng: np.random.Generator, tmp_path: Path, wrong: object
) -> None:
    exported(rng, tmp_path / "out")
    change(tmp_path / "out", "data/site/pairs.jsonl", _with_affine(wrong))

    report = import_export(tmp_path / "out")

    assert [line for line in report.troubles if "affine" in line]
    assert [pair.state for pair in Pair.objects.all()] == [Pair.State.KEPT]
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("column", ["first_id", "second_id", "state"])
def test_a_pair_that_lacks_something_costs_itself_alone(
    rng: np.random.Generator, tmp_path: Path, column: str
) -> None:
    exported(rng, tmp_path / "out")
    change(tmp_path / "out", "data/site/pairs.jsonl", lambda text: text.replace(column, "x", 1))

    import_export(tmp_path / "out")

    assert Pair.objects.count() == Decision.objects.count() == 1


def _with_affine(wrong: object) -> Callable[[str], str]:
    return lambda text: text.replace(json.dumps(AFFINE), json.dumps(wrong))


@pytest.mark.parametrize("wrong", ["stays_id", "pair_id"])
def test_a_decision_about_other_works_than_its_pair_stays_behind(
    rng: np.random.Generator, tmp_path: Path, wrong: str
) -> None:
    exported(rng, tmp_path / "out")
    rows = lines(tmp_path / "out/data/site/decisions.jsonl")
    merged = next(row for row in rows if row["stays_id"])
    merged[wrong] = merged["gone_id"] if wrong == "stays_id" else None
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    change(tmp_path / "out", "data/site/decisions.jsonl", lambda _text: text)

    import_export(tmp_path / "out")

    assert [each.state for each in Decision.objects.all()] == [Pair.State.KEPT]


def test_a_file_that_is_listed_and_missing_costs_what_is_in_it(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")
    (tmp_path / "out/data/site/pairs.jsonl").unlink()

    report = import_export(tmp_path / "out")

    assert [trouble for trouble in report.troubles if "pairs.jsonl" in trouble] == report.troubles
    assert len(report.troubles) == 1
    assert Artwork.objects.filter(pk__in=ids).count() == len(ids)
    assert not Decision.objects.exists()
