"""Places of a list: cap, diversity, new works, exploration and its propensities."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from webapp.feed.arranging import Arranged, Pool, arrange, spread
from webapp.feed.models import Serving


def pool(count: int, *, hands: list[int] | None = None) -> Pool:
    """Works 100, 101, … in order of score; two looks, of which the first is that of even ones."""
    looks = np.eye(2, dtype=np.float32)[np.arange(count) % 2]
    scores = np.linspace(1, 0, count).astype(np.float32)
    return Pool([100 + row for row in range(count)], hands or list(range(count)), scores, looks)


def arranged(
    works: Pool,
    *,
    limit: int = 20,
    seed: int = 0,
    diversity: float = 0.0,
    newcomers: tuple[tuple[int, int], ...] = (),
    fresh: tuple[int, ...] = (),
    **knobs: float,
) -> Arranged:
    settings = Serving(**{"fresh_share": 0.0, "explore_share": 0.0, "per_artist": 3} | knobs)
    rng = np.random.default_rng(seed)
    return arrange(
        works,
        settings,
        limit=limit,
        diversity=diversity,
        rng=rng,
        newcomers=newcomers,
        fresh=fresh,
    )


def ids(found: Arranged) -> list[int]:
    return [place.artwork_id for place in found.places]


def test_with_all_knobs_at_zero_the_order_of_the_model_stays() -> None:
    found = arranged(pool(50))

    assert ids(found) == list(range(100, 120))
    assert {place.propensity for place in found.places} == {1.0}


@pytest.mark.parametrize("count", [0, 1, 5, 19, 20, 21, 40])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_there_are_as_many_places_as_asked_for_or_as_there_are_works(
    count: int, share: float
) -> None:
    found = arranged(
        pool(count),
        explore_share=share,
        fresh_share=share,
        newcomers=tuple((row, row) for row in range(900, 930)),
    )

    assert len(set(ids(found))) == len(found.places) == min(20, count)


def test_works_beyond_the_cap_are_held_back_in_their_order() -> None:
    works = pool(30, hands=[row % 5 for row in range(30)])

    found = arranged(works, per_artist=2)

    assert ids(found) == list(range(100, 110))
    assert found.over == list(range(110, 130))


def test_diversity_mixes_looks() -> None:
    works = pool(50)
    works.looks[:10] = works.looks[0]

    plain, mixed = arranged(works, limit=6), arranged(works, limit=6, diversity=0.5)

    assert ids(plain) == [100, 101, 102, 103, 104, 105]
    assert ids(mixed)[0] == 100
    assert ids(mixed)[1] == 111  # the best that looks otherwise


def test_drawn_works_stand_in_fixed_places_and_come_evenly_from_the_next_best() -> None:
    drawn: Counter[int] = Counter()
    at_first_place: Counter[int] = Counter()
    turns = 3_000

    for seed in range(turns):
        found = arranged(pool(40), explore_share=0.1, seed=seed)
        explored = [place for place in found.places if place.drawn]
        assert [number for number, place in enumerate(found.places) if place.drawn] == [5, 15]
        assert [pk for pk in ids(found) if pk < 118] == list(range(100, 118))
        assert {place.propensity for place in explored} == {1 / 22}
        drawn.update(place.artwork_id for place in explored)
        at_first_place[explored[0].artwork_id] += 1

    # The true chance of a work at a place is what was written down as its propensity.
    expected, deviation = turns / 22, (turns / 22 * 21 / 22) ** 0.5
    assert set(at_first_place) == set(range(118, 140))
    assert all(abs(n - expected) < 5 * deviation for n in at_first_place.values())
    assert all(abs(n - 2 * expected) < 5 * 2**0.5 * deviation for n in drawn.values())


def test_the_same_seed_draws_the_same_and_another_one_others() -> None:
    lists = [ids(arranged(pool(80), explore_share=0.2, seed=seed)) for seed in (1, 1, 2)]

    assert lists[0] == lists[1] != lists[2]


def test_nothing_is_drawn_where_every_candidate_is_shown_anyway() -> None:
    found = arranged(pool(20), explore_share=0.5)

    assert ids(found) == list(range(100, 120))
    assert not any(place.drawn for place in found.places)


def test_drawn_and_new_works_keep_the_cap() -> None:
    works = pool(60, hands=[row % 12 for row in range(60)])
    newcomers = tuple((900 + row, row % 12) for row in range(60))
    hands = dict(zip(works.ids, works.hands, strict=True)) | dict(newcomers)

    for seed in range(50):
        found = arranged(
            works, per_artist=2, explore_share=0.2, fresh_share=0.1, newcomers=newcomers, seed=seed
        )
        assert len(found.places) == 20
        assert max(Counter(hands[pk] for pk in ids(found)).values()) <= 2


def test_new_works_get_their_share_of_places_unless_they_have_it_already() -> None:
    newcomers = tuple((900 + row, 900 + row) for row in range(9))

    none = arranged(pool(50), fresh_share=0.1, newcomers=newcomers)
    some = arranged(pool(50), fresh_share=0.1, newcomers=newcomers, fresh=(101,))
    enough = arranged(pool(50), fresh_share=0.1, newcomers=newcomers, fresh=(101, 102))

    assert [(n, place.artwork_id) for n, place in enumerate(none.places) if place.fresh] == [
        (5, 900),
        (15, 901),
    ]
    assert [place.artwork_id for place in some.places if place.fresh] == [900]
    assert ids(enough) == list(range(100, 120))


def test_kept_places_are_spread_evenly() -> None:
    assert spread(4, 72) == [9, 27, 45, 63]
    assert spread(3, 3) == [0, 1, 2]
    assert spread(0, 20) == []
