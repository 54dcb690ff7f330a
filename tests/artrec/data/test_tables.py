from __future__ import annotations

from pathlib import Path

import pytest

from artrec.data.readers import read_csv, read_movielens, read_tutorial
from artrec.data.readers.plain import Columns, read_parquet
from artrec.errors import DataError

HEADER = "user_id,item_id,timestamp\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "choices.csv"


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ("1,2,noon", "timestamp", "'noon' is not a time"),
        ("1,2,nan", "timestamp", "'nan' is not a time"),
        ("1,2,1e30", "timestamp", "too far off"),
        ("1,,3", "item_id", "empty"),
        ("1,2", "", "2 cells where the header has 3"),
        ("1,2,3,4", "", "4 cells where the header has 3"),
        ('1,"a"b,3', "", "wrong quotes"),
    ],
)
def test_a_damaged_row_is_named_and_the_others_are_kept(
    table: Path, row: str, column: str, message: str
) -> None:
    table.write_text(f"{HEADER}1,2,3\n{row}\n7,8,9\n")

    dataset = read_tutorial(table)

    (problem,) = dataset.report.problems
    assert (problem.line, problem.column) == (3, column)
    assert message in problem.message
    assert dataset.interactions.n_events == 2
    assert (dataset.report.rows_read, dataset.report.rows_kept) == (3, 2)
    assert str(problem) in str(dataset.report)
    with pytest.raises(DataError, match=r"choices\.csv, line 3"):
        read_tutorial(table, strict=True)


def test_damage_is_logged(table: Path, caplog: pytest.LogCaptureFixture) -> None:
    table.write_text(f"{HEADER}1,2,3\n1,2,noon\n")

    read_tutorial(table)

    assert "left out 1 damaged rows of 2" in caplog.text


def test_text_that_is_not_utf8_is_a_damaged_row(table: Path) -> None:
    table.write_bytes(HEADER.encode() + b"1,2,3\n1,\xff,3\n")

    assert "not UTF-8" in read_tutorial(table).report.problems[0].message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no column 'user_id', 'item_id', 'timestamp'; the file has none"),
        ("user_id,item_id\n1,2\n", "line 1: no column 'timestamp'"),
        ("user_id,item_id,timestamp,user_id\n", "'user_id' stands there twice"),
        (HEADER, "no usable row among 0"),
        (f"{HEADER}1,2,x\n", "no usable row among 1. The first problem: .*line 2"),
        (f'{HEADER}1,"2,3\n4,5,6\n', "unexpected end of data"),
        (f"{HEADER}1,\x002,3\n", "line 2: a zero byte"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(table: Path, content: str, message: str) -> None:
    table.write_text(content)

    with pytest.raises(DataError, match=message):
        read_tutorial(table)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.csv: cannot be read"):
        read_tutorial(tmp_path / "gone.csv")


def test_columns_are_found_by_name_and_a_byte_order_mark_is_passed_over(table: Path) -> None:
    table.write_text("timestamp,item_id,user_id\n3,x,a\n", encoding="utf-8-sig")

    log = read_tutorial(table).interactions

    assert (log.user_ids, log.item_ids, log.times.tolist()) == (("a",), ("x",), [3])


def test_dates_are_read_as_utc(table: Path) -> None:
    table.write_text(f"{HEADER}1,2,1970-01-02\n1,3,1970-01-01T01:00:00+01:00\n")

    assert read_tutorial(table).interactions.times.tolist() == [0, 86400]


def test_a_plain_table_may_name_its_columns_and_leave_low_ratings_out(table: Path) -> None:
    table.write_text("who;what;stars;maker\na;x;5;m\na;y;2;m\nb;x;4;n\nb;z;4;m\n")
    columns = Columns(user="who", item="what", time="", rating="stars", artist="maker")

    dataset = read_csv(table, columns, delimiter=";", min_rating=4)

    assert dataset.interactions.n_events == 2
    assert dataset.report.left_out == {"rated below 4": 1}
    assert "item x had artist m" in dataset.report.problems[0].message
    assert dataset.items.ids == ("x", "z")


def test_a_threshold_needs_a_rating_column(table: Path) -> None:
    with pytest.raises(DataError, match="name of the rating column"):
        read_csv(table, min_rating=4)


def test_parquet_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)

    with pytest.raises(DataError, match="pip install pyarrow"):
        read_parquet(tmp_path / "choices.parquet")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ratings.csv", "userId,movieId,rating,timestamp\n1,10,4.0,5\n1,20,3.5,6\n"),
        ("ratings.csv", "user_id,item_id,rating,timestamp\n1,10,4.0,5\n1,20,3.5,6\n"),
        ("ratings.dat", "1::10::4::5\n1::20::3.5::6\n"),
        ("u.data", "1\t10\t4\t5\n1\t20\t3\t6\n"),
    ],
)
def test_movielens_is_read_in_all_its_shapes(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)

    dataset = read_movielens(tmp_path / name)

    assert dataset.interactions.item_ids == ("10",)
    assert dataset.report.left_out == {"rated below 4": 1}
    assert dataset.report.rows_kept == 1
