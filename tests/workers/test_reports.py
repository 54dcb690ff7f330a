"""Reports on trained models, against counting by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from artrec.data import Interactions
from artrec.data.splits import Split
from artrec.errors import DataError
from artrec.evaluation.protocols import from_split
from artrec.evaluation.tasks import Task
from artrec.models.contract import TrainingData
from artrec.models.popularity import Popularity
from tests.workers.toys import Gallery, make_gallery
from webapp.lab.models import Run, Version
from webapp.vectors.models import Space
from workers import holdout, questions, reports, samples, snapshot
from workers.holdout import Held, hold_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def gallery() -> Gallery:
    return make_gallery(dim=6)


def drawn() -> tuple[TrainingData, Held]:
    data = snapshot.draw(Run(model="popularity"), now=timezone.now()).data()
    return data, hold_out(data.interactions)


def reported(data: TrainingData, held: Held) -> Version:
    run = Run.objects.create(model="popularity", state=Run.State.FINISHED)
    version = Version.objects.create(run=run, file="f", sha256="s")
    model = Popularity.fit(TrainingData(held.train))
    reports.make_report(version, model, data, held)
    version.refresh_from_db()
    return version


def row(version: Version, key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in version.report["rows"] if each["key"] == key)
    return found


def auc_by_counting(task: Task, counts: Any) -> float:
    """Of popularity: how many of the others have fewer choices, half of those with as many."""
    values = []
    for query in range(len(task)):
        (wanted,) = task.relevant[query]
        out = {wanted, *task.hidden[query]}
        others = [item for item in range(task.n_items) if task.on_offer[item] and item not in out]
        below = sum(counts[item] < counts[wanted] for item in others)
        equal = sum(counts[item] == counts[wanted] for item in others)
        values.append((below + equal / 2) / len(others))
    return float(np.mean(values))


def test_figures_are_those_one_counts_by_hand(gallery: Gallery) -> None:
    data, held = drawn()

    version = reported(data, held)

    task = from_split(held.last)
    expected = auc_by_counting(task, held.train.item_counts)
    assert row(version, "model")["intervals"]["auc"]["mean"] == pytest.approx(expected)
    shown = {work for sample in version.samples for work in sample["lists"]["model"]}
    assert shown <= {work.pk for work in gallery.works}
    assert version.report["visitors"] == len(task) == 24


def test_hidden_works_are_ranked_by_what_is_known_of_them(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holdout, "COLD_SHARE", 0.5)
    data, held = drawn()

    version = reported(data, held)

    hidden = held.cold.test.item_counts > 0
    assert version.report["new"]["works"] == np.count_nonzero(hidden)
    assert not held.train.item_counts[hidden].any()
    # Nobody chose them, so to popularity they are all the same; their looks tell the camps apart.
    assert row(version, "model")["intervals"]["auc_new_works"]["mean"] == 0.5
    assert row(version, "visrank")["intervals"]["auc_new_works"]["mean"] > 0.55


def test_a_handful_of_hidden_works_is_not_ranked(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holdout, "COLD_SHARE", 0.0)

    version = reported(*drawn())

    assert version.report["new"] == {"visitors": 0, "works": 0}
    assert "auc_new_works" not in row(version, "model")["intervals"]


def test_newcomers_are_those_of_whom_little_is_known(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holdout, "COLD_SHARE", 0.2)  # some are left with fewer than five choices
    data, held = drawn()

    answers = reported(data, held).report["questions"]

    rows = held.train.user_rows
    few = [held.train.user_counts[rows[str(visitor)]] < 5 for visitor in answers["visitors"]]
    told = [value is not None for value in answers["values"]["auc_newcomers"]]
    asked = [value is not None for value in answers["values"]["auc"]]
    assert told == [new and known for new, known in zip(few, asked, strict=True)]
    assert 0 < sum(told) < len(told)


def test_a_model_that_is_a_yardstick_is_no_better_than_it(gallery: Gallery) -> None:
    version = reported(*drawn())

    assert {each["key"] for each in version.report["rows"]} == {
        "model",
        "visrank",
        "popularity",
        "random",
    }
    own, same = row(version, "model"), row(version, "popularity")
    assert own["intervals"] == same["intervals"]
    assert own["figures"] == same["figures"] == version.report["figures"]
    compared = version.report["against"]["popularity"]["metrics"]
    assert {each["difference"] for each in compared.values()} == {0.0}
    assert {each["p_value"] for each in compared.values()} == {1.0}
    # The two camps differ in looks, and everybody chooses within one.
    assert version.report["against"]["visrank"]["metrics"]["auc"]["difference"] < -0.2


def test_without_features_visrank_is_left_out(gallery: Gallery) -> None:
    Space.objects.all().delete()

    version = reported(*drawn())

    assert "visrank" not in version.report["against"]
    assert "diversity@20" not in row(version, "model")["intervals"]
    assert len(version.samples) == 12


def test_nothing_of_a_report_breaks_json_and_it_can_be_made_again(gallery: Gallery) -> None:
    data, held = drawn()
    version = reported(data, held)
    before = dict(version.report)

    reports.make_report(version, Popularity.fit(TrainingData(held.train)), data, held)

    version.refresh_from_db()
    for each in (before, version.report):  # times differ
        each.pop("made")
        for line in each["rows"]:
            line.pop("seconds")
    assert version.report == before


def test_versions_are_compared_on_the_visitors_both_were_asked_for(gallery: Gallery) -> None:
    first = reported(*drawn())
    asked = first.report["questions"]
    changed = asked["visitors"][:3]
    asked["last"][:3] = ["0"] * 3  # these three had chosen something else last, back then
    asked["values"]["auc"] = [0.25] * len(asked["visitors"])
    first.save()

    second = reported(*drawn())

    found = second.report["against"][str(first.pk)]
    mine = second.report["questions"]
    values = [
        value
        for visitor, value in zip(mine["visitors"], mine["values"]["auc"], strict=True)
        if visitor not in changed
    ]
    assert found["visitors"] == len(values) == 21
    assert found["metrics"]["auc"]["difference"] == pytest.approx(np.mean(values) - 0.25)
    assert found["metrics"]["auc"]["rival"] == pytest.approx(0.25)
    assert found["coverage"] == [second.report["figures"]["coverage@20"]] * 2


def test_versions_with_too_few_visitors_in_common_are_not_compared(gallery: Gallery) -> None:
    first = reported(*drawn())
    first.report["questions"]["last"][:5] = ["0"] * 5
    first.save()
    visits = Run.objects.create(model="item2vec", state=Run.State.FINISHED)
    asked_otherwise = {"questions": {"steps": ["1 2 3"], "values": {}}}
    Version.objects.create(run=visits, file="g", sha256="s", report=asked_otherwise)

    second = reported(*drawn())

    assert second.report["against"].keys() == {"visrank", "popularity", "random"}


def test_versions_of_other_purposes_take_no_place_among_those_compared(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "COMPARED", 1)
    first = reported(*drawn())
    visits = Run.objects.create(model="item2vec", state=Run.State.FINISHED)
    asked_otherwise = {"questions": {"steps": ["1 2 3"], "values": {}}}
    Version.objects.create(run=visits, file="g", sha256="s", report=asked_otherwise)

    second = reported(*drawn())

    assert str(first.pk) in second.report["against"]


def long_history(users: int) -> Interactions:
    """Each of `users` visitors chose 20 of 200 works."""
    rng = np.random.default_rng(0)
    return Interactions.build(
        np.repeat(np.arange(users), 20),
        np.concatenate([rng.choice(200, size=20, replace=False) for _ in range(users)]),
        user_ids=[str(user) for user in range(users)],
        item_ids=[str(item) for item in range(200)],
    )


def test_every_run_hides_the_same_works_as_the_gallery_grows() -> None:
    before, after = hold_out(long_history(60)), hold_out(long_history(90))

    hidden = [np.flatnonzero(each.cold.test.item_counts) for each in (before, after)]
    assert hidden[0].tolist() == hidden[1].tolist()
    assert 5 <= len(hidden[0]) <= 15  # about 5 % of 200
    assert not after.train.item_counts[hidden[1]].any()
    assert not after.last.test.item_counts[hidden[1]].any()
    assert after.last.test.n_events == 90


def test_of_few_works_one_that_was_chosen_is_hidden() -> None:
    names = sorted(map(str, range(20)), key=holdout.lot)
    names = [name for name in names if holdout.lot(name) > holdout.COLD_SHARE]
    chosen = np.arange(1, len(names))  # by everybody, but for the one whose turn it is
    log = Interactions.build(
        np.repeat(np.arange(3), len(chosen)),
        np.tile(chosen, 3),
        user_ids=["0", "1", "2"],
        item_ids=names,
    )

    held = hold_out(log)

    assert np.flatnonzero(held.cold.test.item_counts).tolist() == [1]


def test_who_chose_too_little_cannot_be_asked() -> None:
    log = long_history(60)
    first_two = np.arange(log.n_events) % 20 < 2

    with pytest.raises(DataError, match="a longer window"):
        hold_out(log.select(first_two))


def small_history() -> tuple[Task, Interactions]:
    """Three visitors of five works; each one's last choice is asked for."""
    log = Interactions.build(
        [0, 0, 0, 1, 1, 2, 2],
        [0, 1, 2, 1, 3, 2, 4],
        user_ids=["7", "8", "9"],
        item_ids=["10", "11", "12", "13", "14"],
    )
    last = np.array([False, False, True, False, True, False, True])
    history, test = log.select(~last), log.select(last)
    return from_split(Split(history, history, test)), history


def test_samples_tell_what_was_liked_shown_and_chosen_next() -> None:
    task, history = small_history()

    def by_row(users: Any) -> Any:
        return np.tile(np.arange(5, dtype=np.float32), (len(users), 1))

    found = samples.show({0: "few choices", 2: ""}, task, history, {"model": by_row})

    assert found[0] == {
        "visitor": 7,
        "kind": "few choices",
        "choices": 2,
        "liked": [11, 10],  # newest first
        "next": [12],
        "lists": {"model": [14, 13, 12]},  # without what the visitor had
        "places": {"model": 3},
    }
    assert found[1]["visitor"] == 9
    assert found[1]["places"] == {"model": 1}


def test_sample_visitors_are_of_several_kinds_and_the_same_each_time(gallery: Gallery) -> None:
    _, held = drawn()
    task = from_split(held.last)
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(task.n_items, 4)).astype(np.float32)

    one = samples.draw(task, held.train, vectors)
    again = samples.draw(task, held.train, vectors)

    assert len(one) == samples.VISITORS
    assert one == again
    assert {"few choices", "many choices", "one taste", "wide taste"} <= set(one.values())


def test_where_there_are_few_visitors_all_of_them_are_shown() -> None:
    task, history = small_history()

    assert sorted(samples.draw(task, history, None)) == [0, 1, 2]


def test_the_order_of_visitors_does_not_depend_on_who_else_is_there() -> None:
    some = questions.stable_order(["5", "17", "3"])
    more = questions.stable_order(["17", "40", "3", "5", "2"])

    assert [each for each in more if each in some] == some
