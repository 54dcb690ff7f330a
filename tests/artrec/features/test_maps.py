"""Feature maps: cells in the order of the picture, and their mean is the pooled feature."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from artrec.errors import FeatureError, ShapeError
from artrec.features import Extractor, load_extractor
from artrec.features.maps import as_map, grid_of


def extractor(name: str) -> Extractor:
    return load_extractor(name, random_weights=True, device="cpu")


def painting() -> Image.Image:
    forms = np.random.default_rng(0).integers(0, 256, (6, 6, 3), np.uint8)
    return Image.fromarray(forms).resize((224, 224))


def test_the_mean_over_the_cells_is_the_pooled_feature() -> None:
    maps, plain = extractor("resnet18/pad/map7"), extractor("resnet18/pad")
    prepared = [maps.prepare(painting())]

    cells = as_map(maps.families[0][0], maps.extract(prepared))

    assert cells.shape == (1, 49, 512)
    np.testing.assert_allclose(cells.mean(axis=1), plain.extract(prepared), rtol=1e-4, atol=1e-5)


def test_cells_run_line_by_line_from_the_top_left() -> None:
    maps = extractor("resnet18/pad/map2")
    grey = np.full((224, 224, 3), 124, dtype=np.uint8)
    marked = grey.copy()
    marked[:64, 160:] = 255  # top right

    plain, changed = (as_map("map2", maps.extract([each[None]]))[0] for each in (grey, marked))

    assert np.abs(changed - plain).mean(axis=1).argmax() == 1


def test_the_name_of_a_map_loads_it_again() -> None:
    maps = extractor("resnet18/centre/map3")

    again = load_extractor(maps.name, device="cpu")

    assert again.name == maps.name == "resnet18/centre/map3/random"
    assert again.families == maps.families == (("resnet18/map3", 0, 9 * 512),)
    assert again.dim == maps.dim == 9 * 512


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("resnet18/multi/map3", "cannot be their mean"),
        ("dinov2/pad/map3", "has no map"),
        ("resnet18/pad/map8", "1 to 7 cells"),
        ("resnet18/pad/map0", "1 to 7 cells"),
    ],
)
def test_maps_that_make_no_sense_are_refused(name: str, message: str) -> None:
    with pytest.raises(FeatureError, match=message):
        extractor(name)


def test_only_families_of_maps_are_divided() -> None:
    rows = np.arange(24).reshape(2, 12)

    assert as_map("resnet18", rows) is rows
    assert as_map("resnet18/map2", rows)[1].tolist() == rows[1].reshape(4, 3).tolist()
    assert grid_of("random") is None
    with pytest.raises(ShapeError, match="3 x 3 cells"):
        as_map("resnet18/map3", rows)
