"""Which neighbourhood of a new map is which of the old one."""

from __future__ import annotations

from artrec.atlas.matching import match

BEFORE = dict.fromkeys(range(10), 0) | dict.fromkeys(range(10, 20), 1)


def test_neighbourhoods_are_found_again_under_other_numbers() -> None:
    matching = match(BEFORE, {work: 7 - cluster for work, cluster in BEFORE.items()})

    assert matching.pairs == {0: 7, 1: 6}
    assert matching.overlap == {0: 1.0, 1: 1.0}
    assert matching.stability == 1
    assert (matching.born, matching.gone, matching.moved) == ((), (), ())


def test_works_that_came_and_went_change_no_neighbourhood() -> None:
    after = {work: cluster for work, cluster in BEFORE.items() if work % 2}
    after |= dict.fromkeys(range(100, 150), 0)

    matching = match(BEFORE, after)

    assert matching.pairs == {0: 0, 1: 1}
    assert matching.overlap == {0: 1.0, 1: 1.0}


def test_one_that_only_newcomers_make_is_born_and_an_emptied_one_is_gone() -> None:
    after = dict.fromkeys(range(10), 0) | dict.fromkeys(range(100, 110), 5)

    matching = match(BEFORE, after)

    assert matching.born == (5,)
    assert matching.gone == (1,)


def test_two_in_one_have_merged_and_the_larger_goes_on() -> None:
    before = BEFORE | dict.fromkeys(range(20, 24), 2)
    after = {work: 9 if cluster in (1, 2) else 8 for work, cluster in before.items()}

    matching = match(before, after)

    assert matching.merged == {9: (1, 2)}
    assert matching.pairs == {0: 8, 1: 9}
    assert matching.gone == (2,)
    assert not matching.moved


def test_one_in_two_has_split_and_its_parts_have_not_moved() -> None:
    after = {work: 3 if work < 6 else cluster for work, cluster in BEFORE.items()}

    matching = match(BEFORE, after)

    assert matching.split == {0: (0, 3)}
    assert matching.pairs == {0: 3, 1: 1}
    assert matching.born == (0,)
    assert not matching.moved
    assert matching.stability == 16 / 20


def test_a_work_that_changed_sides_has_moved() -> None:
    matching = match(BEFORE, BEFORE | {3: 1})

    assert matching.moved == (3,)
    assert matching.stability == 19 / 20


def test_two_maps_without_a_work_in_common_share_nothing() -> None:
    matching = match({1: 0}, {2: 0})

    assert (matching.born, matching.gone, matching.stability) == ((0,), (0,), 1.0)
