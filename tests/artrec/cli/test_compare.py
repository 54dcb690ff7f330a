"""`compare`: baselines and controls always there, finished models kept, failures one line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from artrec.__main__ import main
from tests.artrec.cli.conftest import PROGRAM, Files

COLD = ["--protocol", "cold-items", "--share", "0.3"]


def compare(files: list[str], out: Path, *more: str) -> dict[str, Any]:
    assert main(["compare", *files, "--out", str(out), *more]) == 0
    report: dict[str, Any] = json.loads((out / "report.json").read_text())
    return report


def auc(report: dict[str, Any]) -> dict[str, float]:
    return {row["model"]: row["intervals"]["auc"]["mean"] for row in report["rows"]}


def test_baselines_and_controls_are_always_there_and_pictures_tell(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"

    report = compare(files.featured, out, *COLD, "--models", "visual-popularity", "item-knn")

    found = auc(report)
    assert set(found) == {
        "random",
        "popularity",
        "ease",
        "visrank",
        "visrank (shuffled features)",
        "visual-popularity",
        "visual-popularity (shuffled features)",
        "item-knn",
        "oracle",
    }
    assert found["visrank"] > found["visrank (shuffled features)"] + 0.2
    assert found["popularity"] == 0.5  # nobody chose any of the candidates
    assert report["baseline"] == "visrank"
    assert report["against_controls"][0]["model"] == "visrank"
    assert report["against_controls"][0]["difference"]["low"] > 0.05
    markdown = (out / "report.md").read_text()
    assert markdown == capsys.readouterr().out
    assert "| fit CPU-s | peak MiB |" in markdown
    assert "diversity@20" in markdown
    assert (out / "report.svg").read_text().startswith("<svg")


def test_what_is_measured_is_kept_and_a_change_is_measured_anew(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = compare(files.data, tmp_path / "out")
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "out/models").iterdir()}
    (tmp_path / "plan.json").write_text(
        '[{"model": "ease", "config": {"l2": 250}}, {"name": "loose", "model": "ease",'
        ' "config": {"l2": 1}}]'
    )
    capsys.readouterr()

    second = compare(files.data, tmp_path / "out", "--plan", str(tmp_path / "plan.json"))

    said = capsys.readouterr().err
    assert said.count("kept from an earlier run") == 3
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())
    assert {name: auc(second)[name] for name in auc(first)} == auc(first)
    assert second["baseline"] == "popularity"
    assert set(auc(second)) == {*auc(first), "loose"}


def test_other_choices_are_other_results(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compare(files.data, tmp_path / "out")
    files.choices.write_text(files.choices.read_text() + "u1,i1,1,9999\n")
    capsys.readouterr()

    compare(files.data, tmp_path / "out")

    assert "kept" not in capsys.readouterr().err


def test_a_fresh_comparison_keeps_nothing(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compare(files.data, tmp_path / "out")
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "out/models").iterdir()}

    compare(files.data, tmp_path / "out", "--fresh")

    assert "kept" not in capsys.readouterr().err
    assert all(path.stat().st_mtime_ns > stamp for path, stamp in stamps.items())


def test_an_interrupted_result_is_measured_again(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = compare(files.data, tmp_path / "out")
    (cut_off,) = (tmp_path / "out/models").glob("ease-*.json")
    cut_off.write_text(cut_off.read_text()[:200])
    capsys.readouterr()

    second = compare(files.data, tmp_path / "out")

    assert capsys.readouterr().err.count("kept from an earlier run") == 2
    assert auc(second) == auc(first)


def test_a_model_that_fails_is_one_line_and_the_rest_goes_on(files: Files, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(
        '[{"model": "visrank"}, {"name": "tiny", "model": "ease", "config": {"max_items": 2}}]'
    )

    report = compare(
        files.data, tmp_path / "out", "--plan", str(tmp_path / "plan.json"), "--baseline", "tiny"
    )

    lines = (tmp_path / "out/report.md").read_text().splitlines()
    assert set(auc(report)) == {"random", "popularity", "oracle"}  # the plan's EASE is the EASE
    assert auc(report)["oracle"] == 1
    assert set(report["failed"]) == {"visrank", "tiny"}
    assert "- visrank: VisRank needs at least one family of features." in lines
    assert any(line.startswith("- tiny: EASE would invert") for line in lines)
    assert report["baseline"] == "popularity"


def test_seeds_are_pooled_by_user(files: Files, tmp_path: Path) -> None:
    single = compare(files.data, tmp_path / "one")
    several = compare(files.data, tmp_path / "three", "--seeds", "3")

    by_name = {row["model"]: row for row in several["rows"]}
    assert by_name["random"]["details"]["seeds"] == 3
    assert by_name["random"]["details"]["auc sd of seeds"] > 0
    assert len(list((tmp_path / "three/models").glob("random-*.json"))) == 3
    assert "seeds" not in by_name["ease"]["details"]
    assert auc(several)["ease"] == auc(single)["ease"]
    assert auc(several)["random"] != auc(single)["random"]


def test_published_figures_stand_beside_ours_and_are_marked(files: Files, tmp_path: Path) -> None:
    compare(files.data, tmp_path / "out", "--protocol", "paper", "--published", "ugallery")

    lines = (tmp_path / "out/report.md").read_text().splitlines()
    assert any(line.startswith("| published | CuratorNet, L2 1e-4 | 0.7204 |") for line in lines)
    assert any(line.startswith("| ours | popularity | ") for line in lines)
    assert any(line.startswith("Published by others: ") for line in lines)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--models", "visrank", "visrank"], "Two models are called 'visrank'"),
        (["--models", "vizrank"], "no model 'vizrank'"),
        (["--baseline", "visrank"], "The baseline 'visrank' is not in the plan: random,"),
        (["--plan", "PLAN"], "no setting 'factor'"),
    ],
)
def test_a_plan_that_cannot_work_is_refused_at_once(
    files: Files,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
    message: str,
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text('[{"model": "als", "config": {"factor": 2}}]')
    given = [str(plan) if each == "PLAN" else each for each in more]

    status = main(["compare", *files.data, "--out", str(tmp_path / "out"), *given])

    assert status == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_command_runs_as_a_program(files: Files, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "artrec", "compare", *files.data, "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.startswith("# choices, leave-last")
    assert "[3/3] ease" in done.stderr


def test_ctrl_c_ends_it_and_the_next_run_goes_on(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["compare", *files.data, "--out", str(tmp_path / "out")]
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *given], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("[2/3]"):
                process.send_signal(signal.SIGINT)
                break
        rest = process.stderr.read()

    main(given)

    assert process.returncode == 130
    assert rest.splitlines()[-1] == "artrec: stopped."
    assert "[1/3] random\n  kept from an earlier run" in capsys.readouterr().err
