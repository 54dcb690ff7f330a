"""`python -m artrec evaluate-features` on collections small enough to know the answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import save_file

from artrec.__main__ import main
from artrec.features.deep import build_network
from artrec.features.registry import get_backbone


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """Six red and six blue pictures with their labels, and a copy of the first."""
    (tmp_path / "images").mkdir()
    lines = ["file,style"]
    for number in range(12):
        red = number % 2 == 0
        grain = np.random.default_rng(number).integers(0, 60, (40, 50, 3), np.uint8)
        colour = np.array((190, 20, 20) if red else (20, 20, 190), np.uint8)
        Image.fromarray(grain + colour).save(tmp_path / "images" / f"{number}.png")
        lines.append(f"{number}.png,{'red' if red else 'blue'}")
    (tmp_path / "images" / "copy.png").write_bytes((tmp_path / "images" / "0.png").read_bytes())
    lines.append("copy.png,red")
    (tmp_path / "artworks.csv").write_text("\n".join(lines))
    return tmp_path


def run(folder: Path, *more: str) -> int:
    return main(
        ["evaluate-features", str(folder), "--metadata", "artworks.csv", "--label", "style",
         "--k", "3", *more]
    )  # fmt: skip


def test_colours_are_told_apart_by_colour(
    collection: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(collection, "--features", "colour")

    printed = capsys.readouterr().out
    assert status == 0
    assert "12 pictures with 2 values of style (1 repeated files left out)" in printed
    # 6 x 5 pairs twice, of 12 x 11.
    assert "| chance | – | 0.455 |" in printed
    assert "| colour | 173 | 1.000 [1.000, 1.000] | 1.000 [1.000, 1.000] |" in printed


def test_every_feature_set_at_hand_is_measured(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backbone = get_backbone("resnet18")
    (tmp_path / "weights").mkdir()
    save_file(
        build_network(backbone).state_dict(), tmp_path / "weights" / "resnet18.tv_in1k.safetensors"
    )

    run(collection, "--weights", str(tmp_path / "weights"), "--device", "cpu")

    rows = [line.split(" | ")[0][2:] for line in capsys.readouterr().out.splitlines()[4:]]
    assert rows == [
        "chance", "lbp", "attractiveness", "colour", "handmade",
        "resnet18/centre", "resnet18/pad", "resnet18/multi", "resnet18/pad/random",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("file,school\n0.png,red\n", "line 1: there is no column 'style'; there are: file, school"),
        ("picture,style\n0.png,red\n", "line 1: there is no column 'file'"),
        ("", "line 1: there is no column 'file'; there are: none"),
        ("file,style\n0.png,red\n9999.png,red\n", "line 3: there is no file '9999.png'"),
        ("file,style\n0.png,red,blue\n", "line 2: the row has more or fewer cells"),
        ("file,style\n0.png\n", "line 2: the row has more or fewer cells"),
        ('file,style\n"0.png,red\n', "line 2: "),
        ("file,style\n0.png,red\n1.png,\n2.png,red\n", "labels 2 different pictures"),
    ],
)
def test_a_bad_table_is_named_with_its_line(
    collection: Path, capsys: pytest.CaptureFixture[str], table: str, message: str
) -> None:
    (collection / "artworks.csv").write_text(table)

    status = run(collection, "--features", "colour")

    error = capsys.readouterr().err
    assert status == 1
    assert "artworks.csv" in error
    assert message in error


def test_a_missing_table_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(tmp_path)

    assert status == 1
    assert "artworks.csv" in capsys.readouterr().err


def test_a_table_that_is_no_text_is_named(
    collection: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (collection / "artworks.csv").write_bytes(b"file,style\n\xff\xfe\x00,red\n")

    status = run(collection)

    assert status == 1
    assert "artworks.csv" in capsys.readouterr().err


def test_refused_pictures_are_named_and_the_rest_is_measured(
    collection: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (collection / "images" / "3.png").write_bytes(b"no picture")

    status = run(collection, "--features", "colour")

    printed = capsys.readouterr()
    assert status == 0
    assert "3.png: " in printed.err
    assert "| colour | 173 | 1.000" in printed.out
