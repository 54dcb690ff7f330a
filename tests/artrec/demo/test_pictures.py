"""The pictures: all styles, every hand its own, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from artrec.demo.canvas import Hand
from artrec.demo.palettes import MOODS, make_palette, oklab_to_srgb, srgb_to_oklab
from artrec.demo.plan import Work, draw_work, plan_works
from artrec.demo.studios import STUDIOS, make_studios
from artrec.demo.styles import STYLES


def _statistic(path: Path) -> NDArray[np.float64]:
    """Mean and spread of the channels, and how strong edges are: colour and touch in 8 numbers."""
    pixels = np.asarray(Image.open(path).convert("RGB").resize((64, 64)), dtype=np.float64) / 255
    grey = pixels.mean(axis=2)
    edges = [np.abs(np.diff(grey, axis=axis)).mean() * 4 for axis in (0, 1)]
    return np.concatenate((pixels.mean(axis=(0, 1)), pixels.std(axis=(0, 1)), edges))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("width", "height"), [(150, 65), (60, 140), (96, 96)])
def test_every_style_fills_every_format(style: str, width: int, height: int) -> None:
    for motif in range(3):
        rng = np.random.default_rng([motif, width])
        mood = tuple(MOODS)[(motif * 7 + width) % len(MOODS)]
        palette = make_palette(rng, mood, turn=0, lift=0, strength=1)

        picture = STYLES[style](rng, width, height, palette, Hand(0.5, 0.5, 0.5, 0.5, motif))

        assert picture.shape == (height, width, 3)
        assert np.isfinite(picture).all()
        assert picture.std() > 0.02


@pytest.mark.parametrize("extreme", [0.0, 1.0])
@pytest.mark.parametrize("style", STYLES)
def test_every_style_bears_extreme_hands(style: str, extreme: float) -> None:
    rng = np.random.default_rng(0)
    palette = make_palette(rng, "lamp black", turn=0, lift=0, strength=1)

    for motif in range(3):
        hand = Hand(extreme, extreme, extreme, extreme, motif)
        assert np.isfinite(STYLES[style](rng, 90, 70, palette, hand)).all()


def test_oklab_goes_there_and_back() -> None:
    colours = np.random.default_rng(0).random((50, 3)).astype(np.float32)

    np.testing.assert_allclose(oklab_to_srgb(srgb_to_oklab(colours)), colours, atol=2e-4)


def test_white_in_oklab_is_lightness_one_without_colour() -> None:
    np.testing.assert_allclose(srgb_to_oklab(np.ones(3, np.float32)), [1, 0, 0], atol=1e-4)


def test_same_seed_same_picture_other_seed_another() -> None:
    work = plan_works(3, seed=7, size=96)[2]

    np.testing.assert_array_equal(draw_work(work, seed=7), draw_work(work, seed=7))
    assert np.abs(draw_work(work, seed=7) - draw_work(work, seed=8)).max() > 0.05


def test_the_whole_collection_is_larger_than_asked_of_it(works: list[Work]) -> None:
    full = plan_works(720, seed=7, size=1200)

    assert len({w.style for w in full}) == len(STYLES) >= 14
    assert len({w.studio.name for w in full}) == STUDIOS >= 64
    assert len({w.title for w in full}) == len({w.file for w in full}) == 720
    assert 0.7 < np.mean([w.one_of_a_kind for w in full]) < 0.9
    assert {w.style for w in works} == set(STYLES)


def test_sizes_in_cm_have_the_ratio_of_the_picture(works: list[Work]) -> None:
    for work in works:
        pixels, centimetres = work.width / work.height, work.width_cm / work.height_cm
        assert centimetres == pytest.approx(pixels, rel=0.02)


def test_studios_are_different_people() -> None:
    studios = make_studios(7)

    assert len({s.name for s in studios}) == STUDIOS
    assert len({(s.styles, s.mood, s.hand) for s in studios}) == STUDIOS


def test_pictures_of_one_studio_are_nearer_to_each_other(
    collection: Path, works: list[Work]
) -> None:
    stats = np.stack([_statistic(collection / "images" / w.file) for w in works])
    distance = np.linalg.norm(stats[:, None] - stats[None], axis=2)
    studio = np.array([w.studio.name for w in works])
    same = (studio[:, None] == studio[None]) & ~np.eye(len(works), dtype=bool)

    within, between = distance[same].mean(), distance[studio[:, None] != studio[None]].mean()

    assert within < 0.6 * between
