"""The blend against its formula, and as a recommender."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from artrec.data import Interactions
from artrec.errors import DataError, ShapeError
from artrec.models import blend
from artrec.models.base import ProfileModel
from artrec.models.blend import Blend
from artrec.models.blend_config import PARTS, BlendConfig
from artrec.models.contract import Content, TrainingData
from artrec.models.curatornet_plus import CuratorNetPlus
from artrec.models.inputs import fit_inputs
from artrec.models.mixing import fit_weights
from artrec.models.vbpr import VBPR
from artrec.training import Outcome, Progress, Runtime, TrainingConfig
from artrec.training.validation import hold_out
from tests.contracts.recommender import EVEN, RecommenderContract
from tests.contracts.worlds import ITEMS, NEW, checkerboard

SHORT = {"batch": 16, "epochs": 3, "lr": 0.01}
SMALL = BlendConfig(
    settings={
        "factor-regression": {"factors": 4},
        "curatornet-plus": {"training": SHORT},
        "vbpr": {"latent_dim": 3, "visual_dim": 2, "training": SHORT},
    }
)
CLOSED = replace(SMALL, parts=("popularity", "visrank", "factor-regression", "visual-popularity"))
"""Without a training."""
PROFILES = ([4], EVEN, [7, 3, 0, 39, 20])


class TestBlend(RecommenderContract):
    model = Blend
    config = SMALL
    learns = "taste"


class TestBlendOfColdItems(RecommenderContract):
    model = Blend
    config = replace(
        SMALL,
        parts=("visrank", "curatornet-plus"),
        validation=TrainingConfig(validation="cold-items", validation_share=0.2),
    )
    learns = "taste"


@pytest.fixture(scope="module")
def fitted() -> Blend:
    return Blend.fit(checkerboard().data, SMALL)


@pytest.fixture(scope="module")
def closed() -> Blend:
    return Blend.fit(checkerboard().data, CLOSED)


def by_hand(parts: tuple[ProfileModel, ...], weights: Any, profile: list[int]) -> NDArray[Any]:
    """The weighted sum of standardised scores, item by item."""
    total = np.zeros(parts[0].n_items)
    for part, weight in zip(parts, weights, strict=True):
        scores = part.score(profile).astype(float)[:ITEMS]
        mean = sum(scores) / len(scores)
        deviation = (sum((score - mean) ** 2 for score in scores) / len(scores)) ** 0.5
        for item, score in enumerate(part.score(profile).astype(float)):
            total[item] += weight * (score - mean) / deviation
    return total


@pytest.mark.parametrize("profile", PROFILES, ids=len)
def test_scores_are_weighted_sums_of_standardised_scores(fitted: Blend, profile: list[int]) -> None:
    assert [part.name for part in fitted.parts] == list(PARTS)

    scores = fitted.score(profile)

    expected = by_hand(fitted.parts, fitted.weights, profile)
    np.testing.assert_allclose(scores, expected, rtol=1e-3, atol=2e-3)
    assert np.abs(fitted.weights).min() > 1e-3  # so that every part would be missed


def test_new_items_are_standardised_by_the_catalogue_that_was_fitted(fitted: Blend) -> None:
    longer = fitted.with_items(checkerboard().new)

    scores = longer.score(EVEN)

    expected = by_hand(longer.parts, longer.weights, EVEN)
    np.testing.assert_allclose(scores, expected, rtol=1e-3, atol=2e-3)


def test_new_items_are_to_popularity_what_nobody_chose(fitted: Blend) -> None:
    longer = fitted.with_items(checkerboard().new)

    (popularity,) = [part for part in longer.parts if part.name == "popularity"]
    column = longer.edges[[part.name for part in longer.parts].index("popularity")]
    assert popularity.vectors[ITEMS:].tolist() == [[0.0]] * NEW
    nobodys = longer.vectors[ITEMS - 1, column]
    assert longer.vectors[ITEMS:, column].tolist() == [nobodys] * NEW


def test_visrank_sees_principal_components_and_the_others_all_features() -> None:
    world = checkerboard()

    model = Blend.fit(world.data, replace(CLOSED, input_dim=3))

    looks = fit_inputs(world.data.content, "pca", dim=3).apply(world.data.content)
    sizes = dict(zip(CLOSED.parts, np.diff(model.edges).tolist(), strict=True))
    assert sizes == {"popularity": 1, "visrank": 3, "factor-regression": 4, "visual-popularity": 1}
    visrank, regression = model.parts[1], model.parts[2]
    lengths = np.linalg.norm(looks, axis=1, keepdims=True)
    np.testing.assert_allclose(visrank.vectors, looks / lengths, rtol=1e-5, atol=1e-6)
    assert regression.weights.shape[0] == 8 + 1


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_a_part_in_other_units_blends_alike(closed: Blend, factor: float) -> None:
    popularity, *others = closed.parts
    scaled = replace(popularity, vectors=popularity.vectors * np.float32(factor))
    edge = closed.edges[1]
    units = np.ones(closed.vectors.shape[1], np.float32)
    units[:edge] = factor

    other = replace(
        closed,
        parts=(scaled, *others),
        vectors=closed.vectors * units,
        centre=closed.centre * units,
        spread=closed.spread * np.outer(units, units),
    )

    np.testing.assert_allclose(other.score(EVEN), closed.score(EVEN), rtol=1e-4, atol=1e-5)


def test_a_part_that_scores_all_items_alike_says_nothing() -> None:
    world = checkerboard()
    users, items = np.divmod(np.arange(6 * ITEMS), ITEMS)
    everybody = Interactions.build(  # chose everything but one item each, in another order
        users[items != users],
        items[items != users],
        user_ids=[f"u{row}" for row in range(6)],
        item_ids=world.split.train.item_ids,
    )
    some = replace(CLOSED, parts=("popularity", "visrank"))
    model = Blend.fit(TrainingData(everybody, world.data.content), some)
    popularity = replace(model.parts[0], vectors=np.full((ITEMS, 1), 0.1, np.float32))
    spread = model.spread.copy()
    spread[0, 0] = 0

    alike = replace(model, parts=(popularity, model.parts[1]), spread=spread)

    without = by_hand(alike.parts[1:], alike.weights[1:], EVEN)
    np.testing.assert_allclose(alike.score(EVEN), without, rtol=1e-3, atol=1e-4)


def test_parts_are_fitted_on_everything_once_weights_are_learned(closed: Blend) -> None:
    data = checkerboard().data

    popularity = closed.parts[0]

    counts = data.interactions.deduplicated().item_counts
    np.testing.assert_allclose(popularity.vectors[:, 0], np.log1p(counts), rtol=1e-6)


def test_what_says_more_counts_more() -> None:
    world = checkerboard()
    rng = np.random.default_rng(0)
    noise = Content({"deep": rng.normal(size=(ITEMS, 8)).astype(np.float32)})
    parts = replace(CLOSED, parts=("visrank", "factor-regression"), l2=1e-3)

    telling, blind = (
        Blend.fit(TrainingData(world.split.train, content), parts).weights
        for content in (world.data.content, noise)
    )

    assert telling[0] > 0.3
    assert blind[1] > 0.3 > blind[0]


def test_everybody_who_is_asked_counts_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, Any]] = []

    def remember(chosen: Any, others: Any, owners: Any, **rest: Any) -> NDArray[Any]:
        given.append({"others": others, "owners": owners, **rest})
        return fit_weights(chosen, others, owners, **rest)

    monkeypatch.setattr(blend, "fit_weights", remember)
    validation = TrainingConfig(validation="cold-items", validation_share=0.4)
    held = hold_out(checkerboard().data.interactions, validation)

    Blend.fit(checkerboard().data, replace(CLOSED, validation=validation))

    (case,) = given
    assert held.task is not None
    wanted = held.task.relevant.lengths
    np.testing.assert_array_equal(np.bincount(case["owners"]), wanted)
    assert wanted.max() > wanted.min()
    np.testing.assert_allclose(np.bincount(case["owners"], case["importance"]), 1)
    # What each could have chosen instead: the other held-out items.
    np.testing.assert_array_equal(case["counts"], held.task.on_offer.sum() - wanted)
    assert case["others"].shape == (len(wanted), ITEMS, len(CLOSED.parts))


def test_other_seeds_blend_otherwise(closed: Blend) -> None:
    validation = replace(CLOSED.validation, seed=1, validation_users=20)

    other = Blend.fit(checkerboard().data, replace(CLOSED, validation=validation))

    assert np.abs(other.weights - closed.weights).max() > 1e-3


def test_ctrl_c_ends_one_training_and_the_rest_goes_on(fitted: Blend) -> None:
    data = checkerboard().data
    seen: list[Progress] = []
    outcomes: list[Outcome] = []

    def stop_first(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == 1:
            raise KeyboardInterrupt

    runtime = Runtime("cpu", on_progress=stop_first, on_end=outcomes.append)
    model = Blend.fit(data, SMALL, runtime=runtime)

    (outcome,) = outcomes
    assert outcome.interrupted
    # CuratorNet plus for the weights after one epoch, then VBPR, and both on everything.
    assert [each.epoch for each in seen] == [1, 1, 2, 3, 1, 2, 3, 1, 2, 3]
    assert outcome.epochs == len(seen)
    for part, whole in zip(model.parts, fitted.parts, strict=True):
        np.testing.assert_array_equal(part.vectors, whole.vectors)
    assert np.abs(model.weights - fitted.weights).max() > 1e-6


def test_the_end_is_told_once_also_where_nothing_is_trained() -> None:
    outcomes: list[Outcome] = []

    Blend.fit(checkerboard().data, CLOSED, runtime=Runtime(on_end=outcomes.append))

    (outcome,) = outcomes
    assert (outcome.epochs, outcome.interrupted) == (0, False)


def test_checkpoints_of_parts_do_not_get_in_each_others_way(tmp_path: Path, fitted: Blend) -> None:
    runtime = Runtime("cpu", folder=tmp_path, resume=True)

    model = Blend.fit(checkerboard().data, SMALL, runtime=runtime)

    np.testing.assert_array_equal(model.vectors, fitted.vectors)


def test_users_known_by_id_are_saved_with_their_part(tmp_path: Path) -> None:
    settings = {"vbpr": {**SMALL.settings["vbpr"], "known_users": "trained"}}
    parts = BlendConfig(parts=("vbpr",), settings=settings)
    model = Blend.fit(checkerboard().data, parts)
    path = tmp_path / "blend.npz"

    model.save(path)

    (part,) = Blend.load(path).parts
    assert part.user_ids.tolist() == model.parts[0].user_ids.tolist()
    assert len(part.user_ids) > 0


def test_parts_validate_on_what_the_blend_validates_on() -> None:
    cold = TrainingConfig(validation="cold-items")

    config = BlendConfig(settings=SMALL.settings, validation=cold)

    assert config.part("vbpr").training.validation == "cold-items"
    assert config.part("vbpr").training.epochs == SHORT["epochs"]
    assert config.part("vbpr").training.l2 == VBPR.Config().training.l2
    assert config.part("curatornet-plus").training.loss == "softmax"
    assert BlendConfig().part("curatornet-plus") == CuratorNetPlus.Config()


def test_too_few_choices_to_hold_any_out_are_refused() -> None:
    world = checkerboard()
    one_each = Interactions.build(
        [0, 1], [0, 1], user_ids=["a", "b"], item_ids=world.split.train.item_ids
    )
    three_each = Interactions.build(
        [0, 0, 0, 1, 1, 1],
        [0, 2, 4, 1, 3, 5],
        user_ids=["a", "b"],
        item_ids=world.split.train.item_ids,
    )

    with pytest.raises(DataError, match="too few"):
        Blend.fit(TrainingData(one_each, world.data.content), CLOSED)
    with pytest.raises(DataError, match="too few"):  # enough for the weights, none left for a part
        Blend.fit(TrainingData(three_each, world.data.content), SMALL)


def test_those_who_chose_everything_teach_nothing() -> None:
    content = Content({"deep": np.eye(3, 4, dtype=np.float32)})
    everything = Interactions.build(
        [0, 0, 0, 1, 1, 1], [0, 1, 2, 2, 1, 0], user_ids=["a", "b"], item_ids=["x", "y", "z"]
    )

    with pytest.raises(DataError, match="chose everything"):
        Blend.fit(TrainingData(everything, content), replace(CLOSED, parts=("visrank",)))


def test_a_blend_needs_features() -> None:
    with pytest.raises(ShapeError, match="features"):
        Blend.fit(TrainingData(checkerboard().split.train), SMALL)
