"""The table of one family of features against several, on results made by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.families import table


def _measured(folder: Path, users: list[int], auc: list[float], model: str = "m") -> Path:
    values = dict.fromkeys(("auc", "recall@20", "ndcg@20", "recall@100"), auc)
    (folder / "models").mkdir(parents=True, exist_ok=True)
    mean = sum(auc) / len(auc)
    kept = {"model": model, "users": users, "values": values}
    (folder / "models" / f"{model}-{mean:.3f}.json").write_text(json.dumps(kept))
    rows = [{"model": model, "intervals": {"auc": {"mean": mean}}}]
    (folder / "report.json").write_text(json.dumps({"rows": rows}))
    return folder


def test_users_count_alike_however_many_draws_ask_something_of_them(tmp_path: Path) -> None:
    one = _measured(tmp_path / "one-1", [0, 1], [0.5, 0.5])
    more = _measured(tmp_path / "more-1", [0, 1], [0.6, 0.8])
    one_again = _measured(tmp_path / "one-2", [1], [0.5])
    more_again = _measured(tmp_path / "more-2", [1], [0.6])

    lines = table([(one, more), (one_again, more_again)], ["m"]).splitlines()

    assert lines[2].startswith("| m | one | 0.5000 | 0.5000 |")
    assert lines[3].startswith("| m | several | 0.6500 | 0.6500 |")  # (.6 + (.8 + .6) / 2) / 2
    assert "+0.1500" in lines[3]


def test_rows_have_as_many_cells_as_the_head(tmp_path: Path) -> None:
    one = _measured(tmp_path / "one", [0, 1], [0.5, 0.5])
    more = _measured(tmp_path / "more", [0, 1], [0.6, 0.8])

    lines = table([(one, more)], ["m"]).splitlines()

    assert len({line.count("|") for line in lines}) == 1


def test_a_result_of_other_settings_in_the_same_folder_is_passed_over(tmp_path: Path) -> None:
    _measured(tmp_path / "one", [0, 1], [0.1, 0.1])
    one = _measured(tmp_path / "one", [0, 1], [0.5, 0.5])
    more = _measured(tmp_path / "more", [0, 1], [0.6, 0.8])

    lines = table([(one, more)], ["m"]).splitlines()

    assert lines[2].startswith("| m | one | 0.5000 |")


def test_a_model_that_was_not_measured_is_named(tmp_path: Path) -> None:
    one = _measured(tmp_path / "one", [0, 1], [0.5, 0.5])
    more = _measured(tmp_path / "more", [0, 1], [0.6, 0.8], model="other")

    with pytest.raises(FileNotFoundError, match="more holds no result of 'm'"):
        table([(one, more)], ["m"])
