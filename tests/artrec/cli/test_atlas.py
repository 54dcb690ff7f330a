"""`atlas`: the map and the neighbourhoods it writes, and what it refuses."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from artrec.__main__ import main

ITEMS = 60
STYLES = ("Cubism", "Rococo", "Pop Art")


def write_features(path: Path, items: Sequence[int], *, seed: int = 0) -> Path:
    """Features in which items of one style are alike, with the ids beside them."""
    rng = np.random.default_rng(seed)
    looks = np.repeat(np.eye(3), 4, axis=1)[np.arange(ITEMS) % 3]
    vectors = 3 * looks + 0.6 * rng.normal(size=(ITEMS, 12))
    np.save(path, vectors[list(items)].astype(np.float32))
    path.with_suffix(".ids.txt").write_text("".join(f"i{item}\n" for item in items))
    return path


@pytest.fixture
def features(tmp_path: Path) -> Path:
    return write_features(tmp_path / "looks.npy", range(ITEMS))


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    lines = [f"i{item},{STYLES[item % 3]},{1900 + item}\n" for item in range(ITEMS)]
    return written(tmp_path / "facts.csv", "id,style,year\n" + "".join(lines))


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def draw(out: Path, *arguments: str | Path) -> int:
    return main(["atlas", "--out", str(out), *map(str, arguments)])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def places(out: Path) -> dict[str, tuple[float, float]]:
    return {row["id"]: (float(row["x"]), float(row["y"])) for row in rows(out / "points.csv")}


def test_each_item_stands_somewhere_and_dwells_in_each_layer(
    features: Path, tmp_path: Path
) -> None:
    status = draw(tmp_path / "map", "--features", features)

    points = rows(tmp_path / "map/points.csv")
    nodes = rows(tmp_path / "map/neighbourhoods.csv")
    assert status == 0
    assert [row["id"] for row in points] == [f"i{item}" for item in range(ITEMS)]
    assert len({(row["x"], row["y"]) for row in points}) == ITEMS
    for layer in ("0", "1"):
        dwellers = Counter(row[f"layer{layer}"] for row in points)
        assert dwellers == {n["number"]: int(n["size"]) for n in nodes if n["layer"] == layer}
    parents = {node["number"]: node["parent"] for node in nodes if node["layer"] == "1"}
    assert all(parents[row["layer1"]] == row["layer0"] for row in points)
    assert {node["parent"] for node in nodes if node["layer"] == "0"} == {""}
    assert {node["name"] for node in nodes} == {""}


def test_neighbourhoods_are_named_by_the_facts(features: Path, facts: Path, tmp_path: Path) -> None:
    draw(tmp_path / "map", "--features", features, "--facts", facts)

    nodes = rows(tmp_path / "map/neighbourhoods.csv")
    assert {node["name"] for node in nodes if node["layer"] == "0"} == set(STYLES)


def test_the_seed_decides_the_map(features: Path, tmp_path: Path) -> None:
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        draw(tmp_path / name, "--features", features, "--seed", seed)

    first, again, other = (places(tmp_path / name) for name in "abc")
    assert first == again
    assert first != other


def test_a_grown_collection_keeps_to_the_former_map(
    features: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fewer = write_features(tmp_path / "fewer.npy", range(48))
    draw(tmp_path / "old", "--features", fewer)
    draw(tmp_path / "afresh", "--features", features)
    # A quarter turn, which no map drawn afresh would make of itself.
    turned = {name: (-y, x) for name, (x, y) in places(tmp_path / "old").items()}
    lines = [f"{name},{x},{y}\n" for name, (x, y) in turned.items()]
    former = written(tmp_path / "former.csv", "id,x,y\n" + "".join(lines))
    capsys.readouterr()

    status = draw(tmp_path / "new", "--features", features, "--former", former)

    told = re.search(
        r"48 of them were .* Drift, in its units: median ([0-9.]+)", capsys.readouterr().out
    )
    assert status == 0
    assert told is not None
    assert float(told[1]) == pytest.approx(drift(turned, tmp_path / "new"), abs=0.002)
    assert drift(turned, tmp_path / "new") < drift(turned, tmp_path / "afresh")


def drift(former: dict[str, tuple[float, float]], out: Path) -> float:
    now = places(out)
    return float(np.median([math.dist(now[name], place) for name, place in former.items()]))


def test_neighbourhoods_say_which_former_one_they_go_on_from(
    features: Path, facts: Path, tmp_path: Path
) -> None:
    fewer = write_features(tmp_path / "fewer.npy", [i for i in range(ITEMS) if i % 3 or i < 30])
    draw(tmp_path / "old", "--features", fewer, "--facts", facts)

    draw(
        tmp_path / "new",
        *("--features", features, "--facts", facts, "--former", tmp_path / "old/points.csv"),
    )

    names = {
        node["number"]: node["name"]
        for node in rows(tmp_path / "old/neighbourhoods.csv")
        if node["layer"] == "0"
    }
    coarse = [n for n in rows(tmp_path / "new/neighbourhoods.csv") if n["layer"] == "0"]
    assert {names[node["former"]]: node["name"] for node in coarse} == {s: s for s in STYLES}


def test_items_without_all_features_are_left_out(
    features: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fewer = write_features(tmp_path / "fewer.npy", range(20, 50), seed=1)

    draw(tmp_path / "map", "--features", features, fewer)

    assert set(places(tmp_path / "map")) == {f"i{item}" for item in range(20, 50)}
    assert "30 items that not every family of features has" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "content", "message"),
    [
        ("--facts", "item,style\ni1,Cubism\n", "line 1: there is no column 'id'"),
        ("--facts", "id,year\ni1,1900\n", "line 1: none of the columns style, medium"),
        ("--facts", "id,style\ni1,Cubism\n\ni1,Rococo\n", "line 4: the item 'i1' stands on line 2"),
        ("--facts", "id,style\ni1\n", "line 2: the row has more or fewer cells"),
        ("--facts", "id,style\n,Cubism\n", "line 2: the row has no id"),
        ("--facts", "id,style\nother,Cubism\n", "those of --facts like 'other'"),
        ("--facts", 'id,style\ni1,"Cubism\n', "unexpected end of data"),
        ("--former", "id,x\ni1,0\n", "line 1: there is no column 'y'"),
        ("--former", "id,x,y\ni1,0,0\n", "shows 1 of the items; to keep to it takes 10"),
    ],
)
def test_a_table_that_does_not_serve_is_refused_with_its_place(
    features: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    option: str,
    content: str,
    message: str,
) -> None:
    table = written(tmp_path / "given.csv", content)

    status = draw(tmp_path / "map", "--features", features, option, table)

    told = capsys.readouterr().err
    assert status == 1
    assert f"artrec: {table}" in told
    assert message in told
    assert not (tmp_path / "map").exists()


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("left,0,1", "line 12: x is 'left'; it must be a finite number"),
        ("0,nan,1", "line 12: y is 'nan'; it must be a finite number"),
        ("0,0,-1", "line 12: layer0 is '-1'; it must be the number of a neighbourhood"),
    ],
)
def test_a_damaged_cell_of_a_former_map_is_named(
    features: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], cells: str, message: str
) -> None:
    good = "".join(f"i{item},{item},{item % 3},0\n" for item in range(10))
    table = written(tmp_path / "old.csv", f"id,x,y,layer0\n{good}i10,{cells}\n")

    status = draw(tmp_path / "map", "--features", features, "--former", table)

    assert status == 1
    assert f"{table}, {message}" in capsys.readouterr().err


def test_features_that_make_no_map_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = write_features(tmp_path / "few.npy", range(9))
    broken = write_features(tmp_path / "broken.npy", range(ITEMS))
    vectors = np.load(broken)
    vectors[7, 2] = np.nan
    np.save(broken, vectors)

    statuses = [draw(tmp_path / "map", "--features", each) for each in (few, broken)]

    told = capsys.readouterr().err
    assert statuses == [1, 1]
    assert "A map needs 10 items; 9 have all the features" in told
    assert "The features 'broken' of item 'i7' are not finite" in told


def test_a_seed_is_a_whole_number(features: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stop:
        draw(tmp_path / "map", "--features", features, "--seed=-1")

    assert stop.value.code == 2
