"""What the shared data arguments make of files."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artrec.cli.dataset import Prepared, add_data_arguments, load
from artrec.cli.formats import guess_format
from artrec.data.pixels import write_pixels
from artrec.data.writers import write_embeddings
from artrec.errors import ArtrecError, DataError
from artrec.features.store import write_store
from tests.artrec.cli.conftest import Files


def read(*given: str) -> Prepared:
    parser = argparse.ArgumentParser()
    add_data_arguments(parser)
    return load(parser.parse_args(given))


def test_features_stand_beside_the_items_they_show(files: Files) -> None:
    prepared = read(*files.featured)

    ids, deep = prepared.dataset.items.ids, prepared.content.features["deep"]
    assert deep.shape == (24, 6)
    assert all((deep[row, 0] > 0) == (int(name[1:]) % 2 == 0) for row, name in enumerate(ids[:-1]))
    assert prepared.content.artists is not None
    assert prepared.content.artists[-1] == -1  # nobody chose `new`, so its artist is unknown


def test_ratings_with_pictures_in_a_folder_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "items.csv").write_text("item_id,file\n1,images/1.jpg\n")
    (tmp_path / "ratings.csv").write_text(
        "user_id,item_id,rating,timestamp\n7,1,5,10\n7,2,3,11\n7,3,4,x\n8,3,4.5,13\n"
    )
    rows = [(f"images/{name}.jpg", np.full(2, name, np.float32)) for name in (3, 1, 9)]
    write_store(tmp_path / "s", rows, capacity=3, extractor="e", families=[("deep", 0, 2)])

    prepared = read(
        "--data", str(tmp_path / "ratings.csv"), "--format", "movielens", "--min-rating", "4",
        "--features", str(tmp_path / "s"),
    )  # fmt: skip

    said = capsys.readouterr().err
    assert prepared.dataset.items.ids == ("1", "3", "9")
    assert prepared.content.features["deep"][:, 0].tolist() == [1, 3, 9]
    assert "1 rows left out: rated below 4." in said
    assert "line 4, column 'timestamp'" in said


def test_several_families_keep_items_that_have_them_all(files: Files, tmp_path: Path) -> None:
    np.save(tmp_path / "colour.npy", np.arange(6, dtype=np.float32).reshape(3, 2))
    (tmp_path / "colour.ids.txt").write_text("i2\ni5\nnew\n")

    prepared = read(*files.featured, f"tint={tmp_path / 'colour.npy'}")

    assert prepared.dataset.items.ids == ("i2", "i5", "new")
    assert list(prepared.content.features) == ["deep", "tint"]
    assert prepared.content.features["tint"].tolist() == [[0, 1], [2, 3], [4, 5]]


def test_embeddings_of_the_tutorial_are_features(files: Files, tmp_path: Path) -> None:
    write_embeddings(["i2.jpg", "i5.jpg"], np.eye(2, 3, dtype=np.float32), tmp_path / "resnet.npy")

    prepared = read(*files.data, "--features", str(tmp_path / "resnet.npy"))

    assert prepared.dataset.items.ids == ("i2", "i5")
    assert prepared.content.features["resnet"].shape == (2, 3)


def test_maps_are_parts_by_dimensions(files: Files, tmp_path: Path) -> None:
    maps = np.arange(2 * 5 * 3 * 3, dtype=np.float32).reshape(2, 5, 3, 3)
    write_embeddings(["i2", "i5"], maps, tmp_path / "layer4.npy")
    row = np.arange(8, dtype=np.float16)
    families = [("deep/map2", 0, 8)]
    write_store(
        tmp_path / "s", [("i2", row), ("i5", row)], capacity=2, extractor="e", families=families,
        dtype="float16",
    )  # fmt: skip

    prepared = read(
        *files.data, "--features", str(tmp_path / "layer4.npy"), str(tmp_path / "s")
    ).content.features

    assert prepared["layer4"].shape == (2, 9, 5)
    np.testing.assert_array_equal(prepared["layer4"][1, 4], maps[1, :, 1, 1])
    assert prepared["deep/map2"].dtype == np.float16
    assert prepared["deep/map2"][0].tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]


def test_pictures_stand_beside_the_items_they_show(files: Files, tmp_path: Path) -> None:
    for name, grey in (("i3", 30), ("i8", 80)):
        Image.new("RGB", (64, 64), (grey, grey, grey)).save(tmp_path / f"{name}.png")
    pictures = [(f"x/{name}.png", tmp_path / f"{name}.png") for name in ("i8", "i3")]
    write_pixels(tmp_path / "p", pictures, size=8)

    prepared = read(*files.featured, "--pixels", str(tmp_path / "p"))

    assert prepared.dataset.items.ids == ("i3", "i8")
    assert prepared.content.pixels is not None
    assert prepared.content.pixels[:, 0, 0, 0].tolist() == [30, 80]
    assert prepared.content.features["deep"].shape == (2, 6)


def test_two_pictures_of_one_item_are_refused(files: Files, tmp_path: Path) -> None:
    rows = [(key, np.ones(2, np.float32)) for key in ("a/i1.jpg", "b/i1.png")]
    write_store(tmp_path / "s", rows, capacity=2, extractor="e", families=[("deep", 0, 2)])

    with pytest.raises(DataError, match=r"'a/i1.jpg' and 'b/i1.png' both show item 'i1'"):
        read(*files.data, "--features", str(tmp_path / "s"))


def test_an_id_with_dots_is_no_file_name(files: Files, tmp_path: Path) -> None:
    (tmp_path / "dots.csv").write_text("user_id,item_id,timestamp\nu,v1.2,1\nu,x.jpg,2\n")
    np.save(tmp_path / "f.npy", np.eye(2, dtype=np.float32))
    (tmp_path / "f.ids.json").write_text('["v1.2", "x.jpg"]')

    prepared = read("--data", str(tmp_path / "dots.csv"), "--features", str(tmp_path / "f.npy"))

    assert prepared.dataset.items.ids == ("v1.2", "x.jpg")


def test_features_of_other_items_are_refused_with_examples(files: Files, tmp_path: Path) -> None:
    np.save(tmp_path / "f.npy", np.eye(2, dtype=np.float32))
    (tmp_path / "f.ids.txt").write_text("p\nq\n")

    with pytest.raises(DataError, match=r"None of the 24 items has features; .*'i0'.*'p'"):
        read(*files.data, "--features", str(tmp_path / "f.npy"))


@pytest.mark.parametrize(
    ("ids", "message"), [(None, "f.ids.txt, one a line"), ("p\n", "has 2 rows, but 1 ids")]
)
def test_a_matrix_needs_its_ids(
    files: Files, tmp_path: Path, ids: str | None, message: str
) -> None:
    np.save(tmp_path / "f.npy", np.eye(2, dtype=np.float32))
    if ids is not None:
        (tmp_path / "f.ids.txt").write_text(ids)

    with pytest.raises(DataError, match=message):
        read(*files.data, "--features", str(tmp_path / "f.npy"))


def test_families_of_one_name_are_to_be_told_apart(files: Files) -> None:
    with pytest.raises(DataError, match="Two families of features are called 'deep'"):
        read(*files.featured, str(files.store))


def test_artists_of_a_table_take_the_place_of_those_in_the_data(
    files: Files, tmp_path: Path
) -> None:
    (tmp_path / "artists.csv").write_text("item_id,artist_id\ni1,anna\ni3,bert\ni5,anna\n")

    prepared = read(*files.data, "--artists", str(tmp_path / "artists.csv"))

    items = prepared.dataset.items
    named = {name: items.artist_ids[row] for name, row in zip(items.ids, items.artists, strict=True)
             if row >= 0}  # fmt: skip
    assert named == {"i1": "anna", "i3": "bert", "i5": "anna"}


def test_columns_of_a_table_are_named(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("who,what,stars\na,x,5\na,y,1\nb,y,4\n")

    prepared = read(
        "--data", str(tmp_path / "t.csv"), "--format", "csv", "--min-rating", "4",
        "--columns", "user=who", "item=what", "time=", "rating=stars",
    )  # fmt: skip

    log = prepared.dataset.interactions
    assert [log.item_ids[row] for row in log.items] == ["x", "y"]


def test_a_choice_made_again_counts_once_if_asked(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("user_id,item_id,timestamp\na,x,1\na,y,2\na,x,3\n")

    once = read("--data", str(tmp_path / "t.csv"), "--deduplicate", "last")

    assert once.dataset.interactions.times.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("name", "header", "found"),
    [
        ("a.csv", "user_id,item_id,timestamp", "tutorial"),
        ("a.csv", "userId,movieId,rating,timestamp", "movielens"),
        ("u.data", "1\t2\t5\t3", "movielens"),
        ("t.json.gz", "", "tradesy"),
        ("a.npy", "", "dvbpr"),
    ],
)
def test_a_clear_format_is_guessed(tmp_path: Path, name: str, header: str, found: str) -> None:
    (tmp_path / name).write_text(f"{header}\n")

    assert guess_format(tmp_path / name) == found


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["purchases.csv", "inventory.csv"], "curatornet"),
        (["valid_sales.csv", "valid_artworks.csv"], "ugallery"),
        (["set.train.inter"], "recbole"),
    ],
)
def test_a_folder_is_told_by_its_files(tmp_path: Path, names: list[str], found: str) -> None:
    (tmp_path / "set").mkdir()
    for name in names:
        (tmp_path / "set" / name).write_text("")

    assert guess_format(tmp_path / "set") == found


@pytest.mark.parametrize("header", ["user_id,item_id,rating,timestamp", "a,b", ""])
def test_a_format_that_could_be_several_is_asked_for(tmp_path: Path, header: str) -> None:
    (tmp_path / "a.csv").write_text(header)

    with pytest.raises(DataError, match="say it with --format, one of tutorial, curatornet"):
        guess_format(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--data", "gone.csv"], "There is no gone.csv"),
        (["--data", "FILE", "--format", "curatornet"], "The format curatornet is a folder"),
        (["--data", "FILE", "--features", "gone"], "There are no features gone"),
        (["--data", "FILE", "--columns", "user=x"], "fixes its columns"),
        (["--data", "FILE", "--format", "csv", "--columns", "users=x"], "no column role 'users'"),
    ],
)
def test_arguments_that_do_not_fit_are_named(files: Files, given: list[str], message: str) -> None:
    with pytest.raises(ArtrecError, match=message):
        read(*[str(files.choices) if each == "FILE" else each for each in given])
