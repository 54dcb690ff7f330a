from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artrec.data import splits
from artrec.data.interactions import TEST, TRAIN, VALIDATION
from artrec.data.items import NEVER
from artrec.data.readers import (
    read_curatornet,
    read_dvbpr,
    read_embeddings,
    read_evaluation,
    read_recbole,
    read_tradesy,
    read_tradesy_features,
    read_tutorial,
    read_ugallery,
)
from artrec.data.readers.tutorial import EvaluationRow
from artrec.data.writers import write_embeddings, write_evaluation, write_interactions
from artrec.errors import DataError


def test_a_tutorial_file_survives_writing_and_reading(tmp_path: Path) -> None:
    path, copy = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_text(
        "user_id,item_id,artist_id,timestamp,evaluation\n"
        "7,30,5,100,False\n8,31,,110,False\n7,32,6,120,True\n"
    )
    dataset = read_tutorial(path)

    write_interactions(dataset, copy)

    assert copy.read_text() == path.read_text()
    assert dataset.interactions.parts is not None
    assert dataset.interactions.parts.tolist() == [TRAIN, TEST, TRAIN]
    assert dataset.items.artists.tolist() == [0, -1, 1]
    assert splits.by_parts(dataset.interactions).test.items.tolist() == [2]


def test_evaluation_rows_survive_writing_and_reading(tmp_path: Path) -> None:
    path = tmp_path / "evaluation.csv"
    rows = [EvaluationRow(0, (4, 5), 100, (1, 2, 3), "9"), EvaluationRow(1, (2,), 90, (1,), "8")]

    write_evaluation(rows, path)

    assert read_evaluation(path)[0] == rows
    assert path.read_text().splitlines()[:2] == [
        "user_id,predict,artist_id,timestamp,profile",
        "0,4 5,9,100,1 2 3",
    ]


def test_an_evaluation_row_without_numbers_is_named(tmp_path: Path) -> None:
    path = tmp_path / "evaluation.csv"
    path.write_text("user_id,predict,timestamp,profile\n0,1,2,3\n0,[1],2,3\n")

    rows, report = read_evaluation(path)

    assert len(rows) == 1
    assert (report.problems[0].line, report.problems[0].column) == (3, "predict")


@pytest.mark.parametrize("shape", [(4,), (3, 2, 2)])
def test_embeddings_survive_writing_and_reading(tmp_path: Path, shape: tuple[int, ...]) -> None:
    vectors = np.random.default_rng(0).normal(size=(3, *shape)).astype(np.float32)

    write_embeddings(["b", "a", "c"], vectors, tmp_path / "e.npy")
    ids, back, report = read_embeddings(tmp_path / "e.npy")

    assert ids == ("b", "a", "c")
    np.testing.assert_array_equal(back, vectors)
    assert not report.problems


def test_damaged_embeddings_are_named_and_the_first_of_two_wins(tmp_path: Path) -> None:
    table = np.empty((5, 2), dtype=object)
    table[0] = ["images/7.jpg", np.ones(2)]
    table[1] = ["7.png", np.zeros(2)]
    table[2] = ["8.jpg", np.ones(3)]
    table[3] = ["9.jpg", np.array([1, np.nan])]
    table[4] = [None, np.ones(2)]
    np.save(tmp_path / "e.npy", table, allow_pickle=True)

    ids, vectors, report = read_embeddings(tmp_path / "e.npy")

    assert ids == ("7",)
    assert vectors.tolist() == [[1, 1]]
    assert [problem.line for problem in report.problems] == [2, 3, 4, 5]


@pytest.fixture
def hashed(tmp_path: Path) -> Path:
    (tmp_path / "purchases.csv").write_text(
        "user_id_hash,purchase_timestamp,purchased_artwork_ids_hash\n"
        "u1,3,\"['a', 'b']\"\nu2,4,['b']\nu1,6,['c']\n"
    )
    (tmp_path / "inventory.csv").write_text(
        "artwork_id_hash,artist_id_hash,upload_timestamp\na,m,1\nb,m,1\nd,n,2\n"
    )
    (tmp_path / "clusters.json").write_text(json.dumps({"a": 0, "b": 1, "c": 1, "d": 0}))
    return tmp_path


def test_hashed_files_give_baskets_inventory_and_clusters(hashed: Path) -> None:
    dataset = read_curatornet(hashed)

    assert dataset.items.ids == ("a", "b", "c", "d")
    assert dataset.interactions.baskets.tolist() == [0, 0, 1, 0]
    assert dataset.items.one_of_a_kind.tolist() == [True, False, True, False]
    assert dataset.items.added.tolist() == [1, 1, NEVER, 2]
    assert dataset.items.sold.tolist() == [3, NEVER, 6, NEVER]
    assert dataset.items.artists.tolist() == [0, 0, -1, 1]
    assert dataset.items.clusters is not None
    assert dataset.items.clusters.tolist() == [0, 1, 1, 0]
    assert not dataset.report.problems


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("a b", "is not a list"),
        ("[]", "at least one id"),
        ("\"['a', 'a']\"", "stands there twice"),
        ("\"[['a']]\"", "not an id"),
        ("\"__import__('os').getcwd()\"", "is not a list"),
    ],
)
def test_a_damaged_basket_is_named(hashed: Path, cell: str, message: str) -> None:
    with (hashed / "purchases.csv").open("a") as file:
        file.write(f"u3,7,{cell}\n")

    (problem,) = read_curatornet(hashed).report.problems

    assert (problem.line, problem.column) == (5, "purchased_artwork_ids_hash")
    assert message in problem.message


def test_an_artwork_listed_twice_and_a_bad_cluster_are_named(hashed: Path) -> None:
    with (hashed / "inventory.csv").open("a") as file:
        file.write("a,m,9\n")
    (hashed / "clusters.json").write_text('{"a": 0, "b": "x"}')

    problems = read_curatornet(hashed).report.problems

    assert [(Path(p.path).name, p.line, p.column) for p in problems] == [
        ("inventory.csv", 5, "artwork_id_hash"),
        ("clusters.json", 0, "b"),
    ]


def test_ugallery_tells_originals_apart_and_sells_them(tmp_path: Path) -> None:
    (tmp_path / "valid_artworks.csv").write_text(
        "id,artist_id,upload_date,original,medium_id\n1,9,1970-01-01,t,2\n2,9,1970-01-02,f,2\n"
    )
    (tmp_path / "valid_sales.csv").write_text(
        "id,customer_id,artwork_id,order_date\n1,5,1,1970-01-03\n2,5,2,1970-01-03\n"
        "3,6,2,1970-01-04\n4,6,3,1970-01-05\n"
    )

    dataset = read_ugallery(tmp_path)

    day = 86400
    assert dataset.items.one_of_a_kind.tolist() == [True, False, False]
    assert dataset.items.added.tolist() == [0, day, NEVER]
    assert dataset.items.sold.tolist() == [2 * day, NEVER, NEVER]
    assert dataset.interactions.baskets.tolist() == [0, 0, 0, 1]


def test_recbole_reads_types_in_the_header_and_a_published_split(tmp_path: Path) -> None:
    folder = tmp_path / "toy"
    folder.mkdir()
    header = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
    (folder / "toy.train.inter").write_text(f"{header}u\ta\t5\t1.0\nu\tb\t1\t2.0\n")
    (folder / "toy.valid.inter").write_text(f"{header}u\tc\t5\t3.0\n")
    (folder / "toy.test.inter").write_text(f"{header}u\td\t5\t4.0\n")
    (folder / "toy.item").write_text(
        'item_id:token\tname:token_seq\tmaker:token\na\t"odd" title\tm\ne\tE\tn\n'
    )

    dataset = read_recbole(folder, artist="maker", min_rating=4)

    assert dataset.items.ids == ("a", "c", "d", "e")
    assert dataset.items.artists.tolist() == [0, -1, -1, 1]
    assert dataset.interactions.parts is not None
    assert dataset.interactions.parts.tolist() == [TRAIN, VALIDATION, TEST]
    assert dataset.report.left_out == {"rated below 4": 1}


def test_recbole_says_which_file_it_looked_for(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"toy\.inter"):
        read_recbole(tmp_path / "toy")


def test_tradesy_takes_json_and_python_lines_and_names_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "tradesy.json.gz"
    lines = [
        '{"uid": "1", "lists": {"bought": ["a"], "want": ["b", "a"], "selling": ["c"]}}',
        "{'uid': '2', 'lists': {'bought': ['c'], 'want': []}}",
        "{'uid': '3', 'lists'",
        '{"uid": "", "lists": {}}',
    ]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))

    dataset = read_tradesy(path)

    assert dataset.interactions.history(0).tolist() == [0, 1]
    assert dataset.interactions.item_ids == ("a", "b", "c")
    assert [(p.line, p.column) for p in dataset.report.problems] == [(3, ""), (4, "uid")]
    with pytest.raises(DataError, match="line 3"):
        read_tradesy(path, strict=True)


def test_a_cut_archive_says_after_which_line(tmp_path: Path) -> None:
    path = tmp_path / "tradesy.json.gz"
    path.write_bytes(gzip.compress(b'{"uid": "1", "lists": {"bought": ["a"]}}\n' * 50)[:-12])

    with pytest.raises(DataError, match="damaged or cut off"):
        read_tradesy(path)


def test_tradesy_features_are_records_of_id_and_numbers(tmp_path: Path) -> None:
    path = tmp_path / "features.b"
    vectors = np.arange(6, dtype="<f4").reshape(2, 3)
    path.write_bytes(
        b"item-one  " + vectors[0].tobytes() + b"2\0\0\0\0\0\0\0\0\0" + vectors[1].tobytes()
    )

    ids, features = read_tradesy_features(path, dimension=3)

    assert ids == ("item-one", "2")
    np.testing.assert_array_equal(features, vectors)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match="no whole number of records of 22 bytes"):
        read_tradesy_features(path, dimension=3)


def _dvbpr(path: Path, *content: Any) -> None:
    table = np.empty(len(content), dtype=object)
    table[:] = content
    np.save(path, table, allow_pickle=True)


def test_dvbpr_gives_the_published_split_and_the_pictures(tmp_path: Path) -> None:
    path = tmp_path / "fashion.npy"
    train = {0: [{b"productid": 0}, {b"productid": 1}], 1: [{b"productid": 9}]}
    one = {0: [{b"productid": 2}], 1: []}
    two = {0: [{b"productid": 1}], 1: [{b"productid": 0}]}
    _dvbpr(path, train, one, two, {0: {b"imgs": b"jpeg"}, 1: {}, 2: {}}, 2, 3)

    data = read_dvbpr(path)

    log = data.dataset.interactions
    assert log.history(0).tolist() == [0, 1, 2, 1]
    assert log.parts is not None
    assert log.parts.tolist() == [TRAIN, TRAIN, VALIDATION, TEST, TEST]
    assert data.images == (b"jpeg", None, None)
    assert "productid 9 is not one of 3" in str(data.dataset.report.problems[0])


@pytest.mark.parametrize("content", [(1, 2), (1, {}, {}, {}, 1, 1), ({}, {}, {}, {}, 0, 1)])
def test_another_pickle_is_not_taken_for_dvbpr(tmp_path: Path, content: tuple[Any, ...]) -> None:
    _dvbpr(tmp_path / "x.npy", *content)

    with pytest.raises(DataError, match=r"x\.npy: "):
        read_dvbpr(tmp_path / "x.npy")
