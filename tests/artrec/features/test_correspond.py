"""Correspondence on pictures whose right answer is known: a patch pasted into two grounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from artrec.errors import ShapeError
from artrec.features import Extractor, load_extractor
from artrec.features.correspond import Correspondence, Pair, compare, correspond, grid, spotlight
from artrec.serving.transform import fit_transform_for

SIDE = 96
"""Pixels of the patch, in pictures whose longer side is 512."""
AT_A, AT_B = (64, 224), (320, 96)
"""Its upper left corner in each."""


def ground(seed: int, size: tuple[int, int], colour: tuple[int, int, int]) -> Image.Image:
    """Soft noise around a colour."""
    rng = np.random.default_rng(seed)
    small = rng.normal(colour, 12, (size[1] // 32, size[0] // 32, 3)).clip(0, 255)
    return Image.fromarray(small.astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)


def patch() -> Image.Image:
    """Red and white stripes."""
    stripes = np.zeros((SIDE, SIDE, 3), np.uint8)
    stripes[:] = (200, 20, 30)
    stripes[:, ::8] = stripes[:, 1::8] = stripes[:, 2::8] = 255
    return Image.fromarray(stripes)


def pictures() -> tuple[Image.Image, Image.Image]:
    a, b = ground(0, (384, 512), (60, 120, 80)), ground(1, (512, 352), (70, 80, 150))
    a.paste(patch(), AT_A)
    b.paste(patch(), AT_B)
    return a, b


def extractor(name: str) -> Extractor:
    return load_extractor(name, random_weights=name != "handmade", device="cpu")


def inside(place: tuple[float, float], corner: tuple[int, int], size: tuple[int, int]) -> bool:
    x, y = place[0] * size[0] - corner[0], place[1] * size[1] - corner[1]
    return 0 <= x <= SIDE and 0 <= y <= SIDE


def lit_share(light: np.ndarray, corner: tuple[int, int], size: tuple[int, int]) -> float:
    """Of all light, how much falls on the patch or the cell around it."""
    rows, columns = light.shape
    across, down = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    x, y = across * size[0] / columns - corner[0], down * size[1] / rows - corner[1]
    rim = max(size) / max(light.shape)
    on = (x > -rim) & (x < SIDE + rim) & (y > -rim) & (y < SIDE + rim)
    return float(light[on].sum() / light.sum())


def fitted(found: Extractor) -> np.ndarray:
    """Rows of whole pictures of many grounds, as a gallery has."""
    rng = np.random.default_rng(5)
    walls = [ground(seed, (256, 256), tuple(rng.integers(0, 255, 3))) for seed in range(24)]
    return found.extract([found.prepare(wall) for wall in walls])


@pytest.mark.parametrize("name", ["handmade", "resnet18"])
def test_a_patch_in_two_pictures_is_found_at_the_right_place_in_both(name: str) -> None:
    found = extractor(name)
    transform = fit_transform_for(fitted(found), found.families)
    a, b = pictures()

    result = compare(found, a, b, transform=transform)

    best = result.pairs[0]
    assert inside(best.a, AT_A, a.size)
    assert inside(best.b, AT_B, b.size)
    assert best.cosine > 0.8


def test_light_falls_on_what_corresponds() -> None:
    found = extractor("handmade")
    transform = fit_transform_for(fitted(found), found.families)
    a, b = pictures()

    light_a, light_b = spotlight(compare(found, a, b, transform=transform))

    for light, corner, size in ((light_a, AT_A, a.size), (light_b, AT_B, b.size)):
        assert 0 <= light.min() <= light.max() <= 1
        assert light.max() > 0.9
        assert lit_share(light, corner, size) > 0.4  # of an eighth of the picture


def test_maps_lie_as_the_pictures_do_and_the_other_way_round_is_the_same() -> None:
    found = extractor("handmade")
    a, b = pictures()

    there, back = compare(found, a, b), compare(found, b, a)

    assert there.a.shape == (16, 12)
    assert there.b.shape == (11, 16)
    np.testing.assert_allclose(there.a, back.b, atol=1e-5)
    assert {(pair.a, pair.b) for pair in there.pairs} == {(pair.b, pair.a) for pair in back.pairs}


def test_a_picture_corresponds_to_itself_place_by_place() -> None:
    found = extractor("handmade")
    a, _ = pictures()

    result = compare(found, a, a)
    light, _ = spotlight(result)

    assert result.a.min() > 0.999
    assert result.pairs
    assert all(pair.a == pair.b for pair in result.pairs)
    assert light.min() > 0.99


def test_nothing_lights_up_where_nothing_corresponds() -> None:
    a = np.zeros((4, 4, 2), np.float32)
    a[..., 0] = 1
    b = np.zeros((4, 4, 2), np.float32)
    b[..., 1] = 1

    result = correspond(a, b)

    assert not result.pairs
    assert not spotlight(result)[0].any()
    assert not spotlight(result)[1].any()


def test_clear_matches_stay_lit_beside_clearer_ones_and_faint_ones_dim() -> None:
    def lit(cosines: list[float]) -> list[float]:
        grid = np.array([cosines], np.float32)
        return [float(light) for light in spotlight(Correspondence(grid, grid, ()))[0][0]]

    clear = lit([0.99] * 9 + [0.86])
    faint = lit([0.05] * 9 + [0.15])
    mixed = lit([0.1] * 6 + [0.8] * 4)

    assert clear == [1.0] * 10
    assert max(faint) < 0.5
    assert mixed[0] == 0
    assert mixed[-1] == 1


def test_pairs_are_mutual() -> None:
    """The second of a has its best match in the second of b, which prefers the first of a, which
    prefers the first of b."""

    def at(degrees: float) -> tuple[float, float]:
        return float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees)))

    a = np.array([[at(18), at(81)]], np.float32)
    b = np.array([[at(0), at(44)]], np.float32)

    pairs = correspond(a, b).pairs

    assert [(pair.a, pair.b) for pair in pairs] == [((0.25, 0.5), (0.25, 0.5))]


def test_pairs_lie_in_different_places() -> None:
    a, b = np.zeros((2, 5, 5, 2), np.float32)
    a[0, 0] = b[4, 4] = (1, 0)
    a[0, 1], b[4, 3] = (0.9, 0.1), (0.9, 0.2)  # mutual too, but beside the first
    a[4, 0] = b[0, 4] = (0, 1)

    pairs = correspond(a, b).pairs

    assert [(pair.a, pair.b) for pair in pairs] == [
        ((0.1, 0.1), (0.9, 0.9)),
        ((0.1, 0.9), (0.9, 0.1)),
    ]


def test_an_extractor_without_a_map_is_asked_crop_by_crop() -> None:
    class Means:
        """A stand-in for a network without a map: the mean colour."""

        name, dim, at_least, batch_size = "means", 3, 8, 8
        families = (("means", 0, 3),)

        def prepare(self, image: Image.Image) -> NDArray[Any]:
            mean: NDArray[Any] = np.asarray(image, np.float32).mean(axis=(0, 1))
            return mean

        def extract(self, prepared: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
            return np.array(prepared, np.float32)

    picture = Image.new("RGB", (140, 60), (10, 10, 10))
    picture.paste((250, 10, 10), (100, 0, 140, 60))

    cells = grid(Means(), picture)

    assert cells.shape == (3, 7, 3)
    assert cells[:, :4, 0].max() < 20
    assert cells[:, 6, 0].min() > 240


def test_what_is_missing_in_both_is_no_correspondence_for_a_network() -> None:
    usual = np.array([[1, 1, 1], [1, 1, 1.1], [1, 1.1, 1], [1.1, 1, 1]], np.float32)
    transform = fit_transform_for(usual, (("net", 0, 3),))
    empty = np.zeros((2, 2, 3), np.float32)

    by_presence = correspond(empty, empty, transform=transform, presence=True)
    by_all = correspond(empty, empty, transform=transform)

    assert not by_presence.a.any()
    assert by_all.a.min() > 0.99


def test_grids_that_do_not_fit_are_refused() -> None:
    cells = np.ones((2, 2, 3), np.float32)
    transform = fit_transform_for(np.eye(4, dtype=np.float32), (("x", 0, 4),))

    with pytest.raises(ShapeError, match="one extractor"):
        correspond(cells, np.ones((2, 2, 4), np.float32))
    with pytest.raises(ShapeError, match="one extractor"):
        correspond(cells, np.ones((0, 2, 3), np.float32))
    with pytest.raises(ShapeError, match="4 dimensions"):
        correspond(cells, cells, transform=transform)


def test_a_pair_says_where_in_shares_of_each_picture() -> None:
    a, b = np.zeros((1, 4, 2), np.float32), np.zeros((5, 2, 2), np.float32)
    a[0, 3] = b[2, 0] = (0, 1)

    assert correspond(a, b).pairs == (Pair((0.875, 0.5), (0.25, 0.5), 1.0),)
