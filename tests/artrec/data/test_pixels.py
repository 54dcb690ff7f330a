"""Pictures decoded once: shapes, order, refusals, and stores that are replaced whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artrec.data.pixels import HEADER, Fit, open_pixels, write_pixels
from artrec.errors import ConfigError, DataError, ShapeError

Pictures = list[tuple[str, Path]]


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    """Wide, grey, and with transparency; ids are not in the order of names."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    wide = np.zeros((20, 60, 3), dtype=np.uint8)
    wide[:, :30] = (200, 0, 0)
    wide[:, 30:] = (0, 0, 200)
    Image.fromarray(wide).save(folder / "wide.png")
    Image.new("L", (40, 40), 77).save(folder / "grey.png")
    Image.new("RGBA", (33, 40), (10, 20, 30, 255)).save(folder / "clear.png")
    return [(name, folder / f"{name}.png") for name in ("wide", "grey", "clear")]


def test_rows_are_bytes_in_the_order_given(pictures: Pictures, tmp_path: Path) -> None:
    written = write_pixels(tmp_path / "store", pictures, size=8)

    store = open_pixels(tmp_path / "store")
    assert (written.rows, written.refused) == (3, {})
    assert store.ids == ("wide", "grey", "clear")
    assert store.pixels.shape == (3, 8, 8, 3)
    assert store.pixels.dtype == np.uint8
    assert isinstance(store.pixels.base, np.memmap)
    assert not store.pixels.flags.writeable
    assert store.fit == "pad"
    np.testing.assert_array_equal(store.pixels[1], 77)
    np.testing.assert_array_equal(store.pixels[2, 4, 4], (10, 20, 30))


@pytest.mark.parametrize("fit", ["pad", "crop", "squash"])
def test_wide_pictures_are_made_square(pictures: Pictures, tmp_path: Path, fit: Fit) -> None:
    write_pixels(tmp_path / "store", pictures, size=12, fit=fit)

    wide = open_pixels(tmp_path / "store").pixels[0]
    assert tuple(wide[6, 1]) == (200, 0, 0)
    assert tuple(wide[6, 10]) == (0, 0, 200)
    if fit == "pad":
        assert tuple(wide[0, 1]) not in {(200, 0, 0), (0, 0, 200)}
    else:
        assert tuple(wide[0, 1]) == (200, 0, 0)


def test_a_squashed_picture_keeps_its_edges_and_a_cropped_one_does_not(tmp_path: Path) -> None:
    wide = np.full((20, 100, 3), 128, dtype=np.uint8)
    wide[:, :20] = 255
    Image.fromarray(wide).save(tmp_path / "edge.png")
    edges = {}

    for fit in ("squash", "crop"):
        write_pixels(tmp_path / fit, [("edge", tmp_path / "edge.png")], size=10, fit=fit)
        edges[fit] = int(open_pixels(tmp_path / fit).pixels[0, 5, 0, 0])

    assert edges == {"squash": 255, "crop": 128}


def test_bad_pictures_are_named_and_left_out(pictures: Pictures, tmp_path: Path) -> None:
    broken, text = tmp_path / "broken.png", tmp_path / "text.png"
    broken.write_bytes(pictures[0][1].read_bytes()[:60])
    text.write_text("not a picture")
    mixed = [
        ("broken", broken),
        pictures[1],
        ("text", text),
        ("gone", tmp_path / "no.png"),
        pictures[0],
    ]

    written = write_pixels(tmp_path / "store", mixed, size=8, threads=3)

    store = open_pixels(tmp_path / "store")
    assert store.ids == ("grey", "wide")
    assert len(store.pixels) == written.rows == 2
    assert sorted(written.refused) == ["broken", "gone", "text"]
    assert "not a picture" in written.refused["text"]
    assert "no.png" in written.refused["gone"]


def test_a_new_store_replaces_the_old_one(pictures: Pictures, tmp_path: Path) -> None:
    store = tmp_path / "store"
    write_pixels(store, pictures, size=8)
    opened = open_pixels(store)

    write_pixels(store, pictures[:1], size=4)

    assert open_pixels(store).pixels.shape == (1, 4, 4, 3)
    assert opened.pixels[1, 0, 0, 0] == 77
    assert len(list(store.iterdir())) == 2


def test_a_store_is_left_alone_where_nothing_can_be_used(
    pictures: Pictures, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    write_pixels(store, pictures, size=8)

    with pytest.raises(DataError, match="None of the 1 pictures"):
        write_pixels(store, [("gone", tmp_path / "no.png")], size=8)

    assert open_pixels(store).ids == ("wide", "grey", "clear")
    assert len(list(store.iterdir())) == 2


def test_what_cannot_be_stored_is_refused(pictures: Pictures, tmp_path: Path) -> None:
    with pytest.raises(ShapeError, match="repeat"):
        write_pixels(tmp_path / "s", [pictures[0], pictures[0]], size=8)
    with pytest.raises(ConfigError, match="size must be 1"):
        write_pixels(tmp_path / "s", pictures, size=0)
    with pytest.raises(ConfigError, match="one of pad, crop, squash"):
        write_pixels(tmp_path / "s", pictures, size=8, fit="stretch")  # type: ignore[arg-type]


def test_damaged_stores_are_refused(pictures: Pictures, tmp_path: Path) -> None:
    store = tmp_path / "store"
    write_pixels(store, pictures, size=8)
    header = (store / HEADER).read_text()

    for text in ("{", header.replace('"format": 1', '"format": 9'), header.replace("pixels-", "x")):
        (store / HEADER).write_text(text)
        with pytest.raises(DataError, match=r"store|format 9"):
            open_pixels(store)
    (store / HEADER).write_text(header.replace('"clear"', '"clear", "more"'))
    with pytest.raises(DataError, match="do not fit"):
        open_pixels(store)
    with pytest.raises(DataError, match="missing"):
        open_pixels(tmp_path / "missing")
