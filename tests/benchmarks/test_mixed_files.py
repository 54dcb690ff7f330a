"""What the benchmark of the intake takes for lost, doubled or ended wrongly."""

from __future__ import annotations

from pathlib import Path

from benchmarks.mixed_files import GOOD, TWIN, End, Row, wrongs

CUT: End = (frozenset({"refused"}), "damaged or cut off")
ENDS = {Path("a.jpg"): GOOD, Path("b.jpg"): TWIN, Path("b again.jpg"): TWIN, Path("c.jpg"): CUT}


def _row(file: str, state: str, *, work: str = "", reason: str = "") -> Row:
    return {"file": file, "state": state, "work": work, "reason": reason}


def _report() -> list[Row]:
    return [
        _row("a.jpg", "in the gallery", work="/works/1/"),
        _row("b again.jpg", "in the gallery", work="/works/2/"),
        _row("b.jpg", "already here", work="/works/2/", reason="The very same file is here."),
        _row("c.jpg", "refused", reason="The JPEG file is damaged or cut off."),
    ]


def test_nothing_is_wrong_where_every_file_came_to_its_end() -> None:
    assert wrongs(ENDS, _report()) == []


def test_a_file_that_is_missing_and_one_that_stands_twice_are_named() -> None:
    _lost, *rest = _report()

    wrong = wrongs(ENDS, [*rest, rest[-1]])

    assert wrong == ["a.jpg: 0 times in the report", "c.jpg: 2 times in the report"]


def test_two_files_that_became_the_same_work_are_named() -> None:
    report = _report()
    report[0] |= {"work": "/works/2/"}

    assert wrongs(ENDS, report) == ["/works/2/: 2 files have become it"]


def test_a_wrong_state_and_a_wrong_reason_are_named() -> None:
    report = _report()
    report[0] |= {"state": "failed", "reason": "It was tried too often."}
    report[3] |= {"reason": "This is a text file."}

    wrong = wrongs(ENDS, report)

    assert wrong == [
        "a.jpg: failed. It was tried too often.",
        "c.jpg: refused. This is a text file.",
    ]


def test_equal_files_that_both_became_works_are_told() -> None:
    report = _report()
    report[2] |= {"state": "in the gallery", "work": "/works/3/"}

    assert wrongs(ENDS, report) == ["0 files were here already; of the 2 equal ones half should be"]
