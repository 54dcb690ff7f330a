"""How a picture is sent: in which sizes, and when."""

from __future__ import annotations

import re

import pytest

from tests.webapp.makers import make_artwork
from webapp.catalog.templatetags.gallery import picture

pytestmark = pytest.mark.django_db


def test_a_picture_further_down_waits_and_is_as_wide_as_it_is_laid_out() -> None:
    html = picture(make_artwork(), "wall")

    sizes = re.findall(r'sizes="([^"]*)"', html)
    assert len(sizes) == 2
    assert all(each.startswith("auto, ") for each in sizes)
    assert 'loading="lazy"' in html


def test_a_picture_that_is_seen_first_comes_at_once_by_an_estimate() -> None:
    html = picture(make_artwork(), "wall", True)

    assert "auto," not in html
    assert "1.47 * clamp(12rem, 17.5vw, 18rem)" in html
    assert 'fetchpriority="high"' in html
    assert "loading=" not in html


def test_beside_its_label_a_work_leaves_room_for_it() -> None:
    tall, wide = make_artwork(), make_artwork(width=1600, height=400)

    assert "min(100vw - 29rem, 109vh)" in picture(tall, "work", True)
    assert "min(92vw, 328vh)" in picture(wide, "work", True)


@pytest.mark.parametrize(
    ("use", "phone", "desk"),
    [
        ("strip", "min(78vw, 672px)", "4.00 * clamp(11rem, 16vw, 15.5rem)"),
        ("room", "min(1.40 * 36vh, 1.40 * 62vw)", "min(1.40 * 44vh, 1.40 * 30vw, 1.40 * 26rem)"),
        ("choice", "calc(2.00 * 36vw)", "min(2.00 * 22vw, 2.00 * 27rem)"),
    ],
)
def test_the_estimate_follows_the_wall_on_which_a_picture_hangs(
    use: str, phone: str, desk: str
) -> None:
    html = picture(make_artwork(width=1600, height=400), use, True)

    assert f"rem) {phone}, " in html
    assert desk in html


def test_every_picture_keeps_its_place_and_shows_its_blur_until_it_is_there() -> None:
    html = picture(make_artwork(width=640, height=480), "thumb")

    assert 'width="640" height="480"' in html
    assert "background-image:url(data:image/webp;base64,UklGRg==)" in html
    assert 'decoding="async"' in html
    assert 'srcset="/media/works/' in html
    assert "320w" in html
