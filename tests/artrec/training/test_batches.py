"""However a batch is packed, every example can be read back from it unharmed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artrec.models.contract import Profiles
from artrec.sampling import Mode, SamplingConfig, Triplets, TripletSampler, profiles
from artrec.training.batches import Batch, from_profiles, from_triplets
from tests.artrec.sampling.worlds import random_world

N_ITEMS = 12

modes = st.sampled_from(["paper", "reference", "icdm", "random"])


def drawn(seed: int, mode: Mode, hide: float, count: int) -> Triplets:
    world, histories = random_world(seed, N_ITEMS)
    sampler = TripletSampler(world, histories, SamplingConfig(mode=mode, hide_positive=hide))
    return sampler.draw(count, np.random.default_rng(seed))


def profile_of(batch: Batch, row: int) -> list[int]:
    """Item rows of one profile, through the columns."""
    columns = batch.profile[batch.offsets[row] : batch.offsets[row + 1]]
    found: list[int] = batch.items[columns].tolist()
    return found


@given(
    seed=st.integers(0, 500),
    mode=modes,
    hide=st.sampled_from([0.0, 0.5, 1.0]),
    count=st.integers(1, 80),
)
def test_every_triplet_arrives_intact(seed: int, mode: Mode, hide: float, count: int) -> None:
    triplets = drawn(seed, mode, hide, count)

    batch = from_triplets(triplets, N_ITEMS)

    indptr, items = profiles(triplets)
    for example in range(len(triplets)):
        row = int(batch.rows[example])
        assert profile_of(batch, row) == items[indptr[example] : indptr[example + 1]].tolist()
        assert batch.users[row] == triplets.user[example]
        assert batch.items[batch.positive[example]] == triplets.positive[example]
        assert batch.items[batch.negative[example]].tolist() == [triplets.negative[example]]


@given(seed=st.integers(0, 500), mode=modes)
def test_a_profile_and_an_item_stand_in_a_batch_once(seed: int, mode: Mode) -> None:
    triplets = drawn(seed, mode, 0.5, 60)

    batch = from_triplets(triplets, N_ITEMS)

    slices = set(
        zip(triplets.start.tolist(), triplets.stop.tolist(), triplets.hole.tolist(), strict=True)
    )
    _, items = profiles(triplets)
    touched = {*items.tolist(), *triplets.positive.tolist(), *triplets.negative.tolist()}
    assert batch.n_profiles == len(slices)
    assert batch.items.tolist() == sorted(touched)


@given(seed=st.integers(0, 200), mode=modes)
def test_without_profiles_there_is_a_row_per_user_and_no_item_in_vain(
    seed: int, mode: Mode
) -> None:
    triplets = drawn(seed, mode, 0.0, 60)

    batch = from_triplets(triplets, N_ITEMS, profiles=False)

    assert len(batch.profile) == 0
    assert sorted(batch.users.tolist()) == sorted(set(triplets.user.tolist()))
    np.testing.assert_array_equal(batch.users[batch.rows], triplets.user)
    np.testing.assert_array_equal(batch.items[batch.positive], triplets.positive)
    assert set(batch.items.tolist()) == {*triplets.positive, *triplets.negative}


@given(seed=st.integers(0, 200))
def test_further_negatives_keep_their_example_and_order(seed: int) -> None:
    triplets = drawn(seed, "random", 0.0, 30)
    more = np.random.default_rng(seed).integers(N_ITEMS, size=(len(triplets), 3))

    batch = from_triplets(triplets, N_ITEMS, more)

    expected = np.concatenate((triplets.negative[:, None], more), axis=1)
    np.testing.assert_array_equal(batch.items.numpy()[batch.negative.numpy()], expected)


@given(seed=st.integers(0, 200), mode=modes)
def test_owners_and_ages_say_where_in_which_profile_an_entry_stands(seed: int, mode: Mode) -> None:
    batch = from_triplets(drawn(seed, mode, 0.5, 40), N_ITEMS)

    owners = [row for row in range(batch.n_profiles) for _ in range(int(batch.lengths[row]))]
    ages = [
        age for row in range(batch.n_profiles) for age in reversed(range(int(batch.lengths[row])))
    ]
    assert batch.owners.tolist() == owners
    assert batch.ages.tolist() == ages
    assert len(batch.profile) == len(owners)


@pytest.mark.parametrize("lists", [[[3, 1], [], [7]], [[], []]])
def test_profiles_alone_are_laid_over_the_whole_catalogue(lists: list[list[int]]) -> None:
    indptr = np.concatenate(([0], np.cumsum([len(each) for each in lists])))
    flat = np.array([item for each in lists for item in each], dtype=np.int64)

    batch = from_profiles(Profiles(indptr, flat), np.full(len(lists), -1), N_ITEMS)

    assert batch.items.tolist() == list(range(N_ITEMS))
    assert [profile_of(batch, row) for row in range(len(lists))] == lists
    assert len(batch.rows) == len(batch.positive) == 0
