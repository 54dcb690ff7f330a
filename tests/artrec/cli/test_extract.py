"""`python -m artrec extract` on folders as people have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artrec.__main__ import main
from artrec.data.pixels import open_pixels
from artrec.features import open_store


def save(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    forms = np.random.default_rng(seed).integers(0, 256, (4, 6, 3), np.uint8)
    Image.fromarray(forms).resize((90, 60)).save(path)


def test_a_folder_becomes_a_store_and_a_bad_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path / "art" / "b.png", 1)
    save(tmp_path / "art" / "deep" / "a.JPG", 2)
    (tmp_path / "art" / "bad.jpg").write_bytes(b"no picture")
    (tmp_path / "art" / "notes.txt").write_text("not looked at")

    status = main(
        ["extract", str(tmp_path / "art"), "--out", str(tmp_path / "out"), "--features", "colour"]
    )

    printed = capsys.readouterr()
    store = open_store(tmp_path / "out")
    assert status == 0
    assert store.ids == ("b.png", "deep/a.JPG")
    assert store.extractor == "colour"
    assert "bad.jpg: " in printed.err
    assert "2 of 3 pictures as colour" in printed.out


def test_pictures_themselves_are_kept_in_a_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path / "art" / "a.png", 1)
    (tmp_path / "art" / "bad.jpg").write_bytes(b"no picture")

    status = main(
        ["extract", str(tmp_path / "art"), "--out", str(tmp_path / "out"), "--features", "pixels",
         "--size", "16"]
    )  # fmt: skip

    printed = capsys.readouterr()
    store = open_pixels(tmp_path / "out")
    assert status == 0
    assert (store.ids, store.pixels.shape) == (("a.png",), (1, 16, 16, 3))
    assert "bad.jpg: " in printed.err
    assert "1 of 2 pictures, 16 x 16 pixels" in printed.out


def test_the_limit_is_kept(tmp_path: Path) -> None:
    for number in range(4):
        save(tmp_path / "art" / f"{number}.png", number)

    main(["extract", str(tmp_path / "art"), "--out", str(tmp_path / "out"), "--features", "lbp",
          "--limit", "2"])  # fmt: skip

    assert open_store(tmp_path / "out").ids == ("0.png", "1.png")


@pytest.mark.parametrize(
    ("folder", "features", "message"),
    [
        ("gone", "lbp", "no folder"),
        ("empty", "lbp", "holds no pictures"),
        ("bad", "lbp", "None of the 1 pictures"),
        ("bad", "resnet51", "no backbone 'resnet51'"),
        ("bad", "resnet18", "downloading is switched off"),
    ],
)
def test_bad_input_is_one_sentence_and_status_1(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    folder: str,
    features: str,
    message: str,
) -> None:
    monkeypatch.setattr("artrec.features.loading.cached_weights", lambda _backbone: None)
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "bad.jpg").write_bytes(b"no picture")

    status = main(
        ["extract", str(tmp_path / folder), "--out", str(tmp_path / "out"), "--no-download",
         "--features", features]
    )  # fmt: skip

    assert status == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out" / "features.json").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["paint"],
        ["extract", "."],
        ["extract", ".", "--out", "x", "--limit", "0"],
        ["extract", ".", "--out", "x", "--batch", "many"],
        ["extract", ".", "--out", "x", "--crop", "round"],
    ],
)
def test_a_misspelt_command_line_is_status_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)

    assert stop.value.code == 2
