"""`sample-report` and the triplets it writes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from artrec.__main__ import main
from tests.artrec.cli.conftest import Files


def test_the_report_counts_every_strategy(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(
        ["sample-report", *files.featured, "--triplets", "600", "--set", "runs=1", "clusters=4"]
    )

    printed = capsys.readouterr().out
    assert status == 0
    assert "triplets in mode paper" in printed
    assert "per CPU-second" in printed
    assert "| 4 profile items | 100 | 100 | 0.00% |" in printed
    assert "| 1 missing in basket | 100 | 0 | 100.00% |" in printed  # no baskets of two here


def test_triplets_are_written_as_the_tutorials_do(files: Files, tmp_path: Path) -> None:
    main(
        ["sample-report", *files.data, "--mode", "random", "--triplets", "50",
         "--out", str(tmp_path / "t.csv")]
    )  # fmt: skip

    ids = (tmp_path / "t.items.txt").read_text().splitlines()
    rows = list(csv.DictReader((tmp_path / "t.csv").read_text().splitlines()))
    chosen: dict[str, set[str]] = {}
    for choice in csv.DictReader(files.choices.read_text().splitlines()):
        chosen.setdefault(choice["user_id"], set()).add(choice["item_id"])
    users = sorted(chosen)
    assert len(rows) == 50
    for row in rows:
        own = chosen[users[int(row["ui"])]]
        assert {ids[int(item)] for item in row["profile"].split()} <= own
        assert ids[int(row["pi"])] in own
        assert ids[int(row["ni"])] not in own


def test_hidden_choices_are_not_drawn(files: Files, tmp_path: Path) -> None:
    main(
        ["sample-report", *files.data, "--mode", "random", "--triplets", "500", "--protocol",
         "cold-items", "--share", "0.5", "--out", str(tmp_path / "t.csv")]
    )  # fmt: skip

    drawn = {row["pi"] for row in csv.DictReader((tmp_path / "t.csv").read_text().splitlines())}
    assert 6 <= len(drawn) <= 12


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--mode", "reference"], "needs a visual cluster for each item"),
        (["--set", "pca=3"], "no setting 'pca'"),
    ],
)
def test_what_a_mode_lacks_is_one_sentence(
    files: Files, capsys: pytest.CaptureFixture[str], more: list[str], message: str
) -> None:
    status = main(["sample-report", *files.data, *more])

    assert status == 1
    assert message in capsys.readouterr().err
