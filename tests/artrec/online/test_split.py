from __future__ import annotations

from hashlib import sha256

import pytest

from artrec.online.split import position, side_of

UNITS = range(4000)


def test_a_position_is_the_hash_and_so_never_changes() -> None:
    expected = int(sha256(b"spring\x007").hexdigest()[:16], 16) / 16**16

    assert position("spring", 7) == position("spring", "7") == expected


def test_half_of_those_who_take_part_are_on_each_side() -> None:
    sides = [side_of("spring", unit, share=0.4) for unit in UNITS]

    assert len(sides) - sides.count(None) == pytest.approx(1600, abs=125)  # four deviations
    assert sides.count("a") == pytest.approx(800, abs=105)
    assert sides.count("b") == pytest.approx(800, abs=105)


def test_a_larger_share_moves_nobody() -> None:
    for unit in UNITS:
        small, large = (side_of("spring", unit, share=share) for share in (0.2, 0.7))
        assert small in (None, large)


def test_experiments_split_independently_of_each_other() -> None:
    both = sum(side_of("spring", unit) == side_of("autumn", unit) for unit in UNITS)

    assert both == pytest.approx(2000, abs=130)


def test_nobody_takes_part_in_a_share_of_none_and_everybody_in_one_of_all() -> None:
    assert {side_of("spring", unit, share=0) for unit in UNITS} == {None}
    assert {side_of("spring", unit, share=1) for unit in UNITS} == {"a", "b"}
