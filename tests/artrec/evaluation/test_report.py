from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from artrec.data.interactions import Interactions
from artrec.errors import DataError
from artrec.evaluation import plot, protocols
from artrec.evaluation.evaluate import Background, Result, evaluate
from artrec.evaluation.ranking import inner_product
from artrec.evaluation.report import compare, to_json, to_markdown

N_USERS, N_ITEMS = 40, 30


def _results() -> list[Result]:
    """A model that knows which half of the catalogue a user likes, and one that guesses."""
    rng = np.random.default_rng(0)
    likes = np.arange(N_USERS) % 2
    rows = [(u, int(i)) for u in range(N_USERS) for i in rng.permutation(15)[:4] * 2 + likes[u]]
    users, items = zip(*rows, strict=True)
    log = Interactions.build(
        users,
        items,
        user_ids=[str(u) for u in range(N_USERS)],
        item_ids=[str(i) for i in range(N_ITEMS)],
    )
    split, task = protocols.leave_last(log)
    background = Background(
        item_counts=split.train.item_counts,
        n_users=N_USERS,
        features=np.eye(N_ITEMS),
        artists=np.arange(N_ITEMS) // 3,
    )
    halves = np.stack((np.arange(N_ITEMS) % 2 == 0, np.arange(N_ITEMS) % 2 == 1), 1)
    good = inner_product(np.eye(2, dtype=np.float32)[likes], halves.astype(np.float32))
    noise = rng.normal(size=(N_USERS, N_ITEMS)).astype(np.float32)
    return [
        evaluate("Random", lambda u: noise[u], task, ks=(5,), top=5, background=background),
        evaluate("A|B <half>", good, task, ks=(5,), top=5, details={"seed": 1.0, "kind": "x"}),
    ]


def test_the_better_model_stands_first_with_its_difference() -> None:
    report = compare(_results(), title="Toy", baseline="Random")

    best, base = report.rows
    assert (best.model, base.model) == ("A|B <half>", "Random")
    assert best.intervals["auc"].low > base.intervals["auc"].high
    assert best.comparison is not None
    assert best.comparison.p_value < 0.001
    assert base.comparison is None
    assert base.intervals["diversity@5"].mean == pytest.approx(1)
    assert "novelty@5" not in best.intervals


def test_markdown_has_one_line_a_model_and_every_cell_in_its_column() -> None:
    text = to_markdown(
        compare(_results(), title="Toy", baseline="Random"), columns=("auc", "diversity@5", "none")
    )

    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 4
    columns = {line.replace("\\|", "").count("|") for line in table}
    assert len(columns) == 1
    assert "none" not in text
    assert "A\\|B <half>" in text


def test_json_holds_every_metric_and_reads_back() -> None:
    report = compare(_results(), title="Toy", baseline="Random")

    data = json.loads(to_json(report))

    assert data["n_queries"] == N_USERS
    assert data["rows"][0]["details"] == {"seed": 1.0, "kind": "x"}
    assert data["rows"][1]["intervals"]["ndcg_ref@5"]["mean"] == pytest.approx(
        report.rows[1].intervals["ndcg_ref@5"].mean
    )


def test_the_plot_is_a_picture_with_a_dot_a_model() -> None:
    report = compare(_results(), title="Toy & others", baseline="Random")

    root = ET.fromstring(plot.to_svg(report, metric="auc_ref"))

    circles = root.findall("{http://www.w3.org/2000/svg}circle")
    assert len(circles) == 2
    assert float(circles[0].get("cx", 0)) > float(circles[1].get("cx", 0))
    with pytest.raises(DataError, match="'none'"):
        plot.to_svg(report, metric="none")


def test_a_report_is_written_beside_its_numbers(tmp_path: Path) -> None:
    plot.write_report(compare(_results(), title="Toy", baseline="Random"), tmp_path / "new")

    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "report.json",
        "report.md",
        "report.svg",
    ]


def test_means_join_users_and_catalogue() -> None:
    result = _results()[0]

    means = result.means()

    assert means["auc"] == pytest.approx(result.values["auc"].mean())
    assert 0 < means["coverage@5"] <= 1


def test_results_that_cannot_be_compared_are_refused() -> None:
    first, second = _results()

    with pytest.raises(DataError, match="not among"):
        compare([first, second], title="", baseline="EASE")
    with pytest.raises(DataError, match="same name"):
        compare([first, first], title="", baseline="Random")
    with pytest.raises(DataError, match="no values of 'mrr'"):
        compare([first, second], title="", baseline="Random", main="mrr")
    other = type(second)(**{**vars(second), "users": second.users + 1})
    with pytest.raises(DataError, match="other queries"):
        compare([first, other], title="", baseline="Random")
