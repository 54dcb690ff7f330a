"""How the works of a room hang."""

from __future__ import annotations

from decimal import Decimal

import pytest

from webapp.catalog.models import Artwork, ArtworkImage
from webapp.exhibitions.hanging import SMALLEST, hang


def _work(ratio: float, longest_cm: float | None = None) -> Artwork:
    work = Artwork(title="Ridge")
    work.image = ArtworkImage(width=round(1000 * ratio), height=1000)
    if longest_cm:
        sides = (longest_cm, longest_cm / ratio) if ratio >= 1 else (longest_cm * ratio, longest_cm)
        work.width_cm, work.height_cm = (Decimal(f"{side:.1f}") for side in sides)
    return work


def test_works_keep_their_sizes_to_each_other_and_their_shapes() -> None:
    hung = hang([(_work(0.8, 200), ""), (_work(1.5, 100), "")])

    large, small = (each for bay in hung.bays for each in bay.works)
    assert (large.tall, large.wide) == pytest.approx((1.0, 0.8))
    assert (small.wide, small.wide / small.tall) == pytest.approx((0.5, 1.5))


def test_a_miniature_beside_a_mural_is_not_lost() -> None:
    hung = hang([(_work(1, 400), ""), (_work(1, 5), "")])

    assert hung.bays[0].works[1].wide == SMALLEST


def test_works_of_unknown_size_get_the_same_area() -> None:
    hung = hang([(_work(1), ""), (_work(2), "")])

    one, two = (each for bay in hung.bays for each in bay.works)
    assert one.tall * one.wide == pytest.approx(two.tall * two.wide)


def test_a_work_of_unknown_size_among_known_ones_is_of_the_usual_size() -> None:
    hung = hang([(_work(1, 100), ""), (_work(1, 60), ""), (_work(1, 50), ""), (_work(1), "")])

    sizes = [each.wide for bay in hung.bays for each in bay.works]
    assert sizes == pytest.approx([1.0, 0.6, 0.5, 0.6])


def test_works_hang_side_by_side_while_there_is_room_one_with_a_text_alone() -> None:
    works = [(_work(1, 50), "") for _each in range(3)]
    hung = hang([*works[:2], (_work(1, 50), "Look closer."), (_work(3, 90), "Far."), works[2]])

    assert [len(bay.works) for bay in hung.bays] == [1, 1, 1, 1, 1]
    assert [bay.beside for bay in hung.bays] == [False, False, True, False, False]


def test_small_works_share_a_bay() -> None:
    hung = hang([(_work(1, 100), ""), *((_work(1, 30), "") for _each in range(5))])

    assert [len(bay.works) for bay in hung.bays] == [3, 3]
    assert hung.widest == pytest.approx(1.6)
    assert (hung.tallest, hung.widest_work) == (1.0, 1.0)


def test_an_empty_room_can_be_hung() -> None:
    hung = hang([])

    assert (hung.bays, hung.tallest, hung.widest) == ((), 1.0, 1.0)
