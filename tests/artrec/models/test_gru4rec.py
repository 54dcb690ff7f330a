"""GRU4Rec: the contract, a world that only the order explains, losses, checkpoints, refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch
from torch import Tensor

from artrec.data.sessions import Visits, as_histories, visits_of
from artrec.errors import ConfigError, DataError, ShapeError
from artrec.evaluation.next_item import next_items, ranks_of_next, recall
from artrec.models.base import ProfileModel
from artrec.models.contract import TrainingData
from artrec.models.gru4rec import GRU4Rec
from artrec.models.gru4rec_config import Activation, GRU4RecConfig
from artrec.models.gru4rec_network import GRU4RecNetwork, Trainer
from artrec.models.item_knn import ItemKNN
from artrec.models.popularity import Popularity
from artrec.training.runtime import Outcome, Progress, Runtime
from artrec.training.visit_batches import session_parallel
from artrec.training.visit_losses import VisitLoss
from tests.artrec.models.visit_worlds import log_of, markov
from tests.contracts.recommender import RecommenderContract

ITEMS = 60
SMALL = GRU4RecConfig(hidden=16, lr=0.1)
BRIEF = replace(SMALL, epochs=3, validation_share=0.0)
ORDER = GRU4RecConfig(hidden=32, lr=0.2, epochs=25, dropout_hidden=0.0, validation_share=0.0)
ACTIVATIONS: dict[VisitLoss, Activation] = {"top1": "tanh", "top1-max": "tanh", "bpr-max": "elu"}


class TestGRU4Rec(RecommenderContract):
    model = GRU4Rec
    config = SMALL
    learns = "taste"


class TestGRU4RecWithInputs(RecommenderContract):
    model = GRU4Rec
    config = replace(SMALL, embedding=12, samples=8)
    learns = "taste"


@pytest.fixture(scope="module")
def train() -> TrainingData:
    return TrainingData(log_of(markov(250, seed=1), ITEMS))


@pytest.fixture(scope="module")
def visits(train: TrainingData) -> Visits:
    return visits_of(train.interactions)


def hits(model: ProfileModel, longest: int = 50) -> float:
    """Recall@2 of what comes next in visits of the same kind, those seen hidden."""
    asked = next_items(visits_of(log_of(markov(150, seed=2), ITEMS)), hide_seen=True)
    ranks = ranks_of_next(model.scorer(asked.profiles(longest=longest)), asked)
    return float(recall(ranks, 2).mean())


@pytest.fixture(scope="module")
def baseline(visits: Visits) -> float:
    """The best of those that do not know in which order a visit went."""
    together = TrainingData(as_histories(visits))
    knn = ItemKNN.fit(together)
    return max(hits(Popularity.fit(together)), hits(knn), hits(knn, longest=1))


@pytest.mark.parametrize("loss", get_args(VisitLoss))
def test_every_loss_learns_the_order_where_no_baseline_can(
    train: TrainingData, baseline: float, loss: VisitLoss
) -> None:
    config = replace(ORDER, loss=loss, activation=ACTIVATIONS.get(loss, "linear"))

    found = hits(GRU4Rec.fit(train, config))

    assert found > baseline + 0.05


@pytest.mark.parametrize("preset", [GRU4RecConfig.iclr_2016(), GRU4RecConfig.cikm_2018()])
def test_the_presets_of_the_papers_learn_it_too(train: TrainingData, preset: GRU4RecConfig) -> None:
    # More epochs, since these are few visits; 2 of 58 would be chance.
    assert hits(GRU4Rec.fit(train, replace(preset, epochs=30, validation_share=0.0))) > 0.35


def test_the_exported_model_is_the_network(train: TrainingData, visits: Visits) -> None:
    for embedding in (0, 12):
        config = replace(BRIEF, embedding=embedding)
        model = GRU4Rec.fit(train, config)
        network = GRU4RecNetwork(ITEMS, config).eval()
        with torch.no_grad():
            network.items.weight.copy_(torch.from_numpy(model.vectors[:, :-1]))
            network.inputs.weight.copy_(torch.from_numpy(model.inputs))
            for parameter, values in zip(network.cell.parameters(), model.gates, strict=True):
                parameter.copy_(torch.from_numpy(values.T))
        profile = list(dict.fromkeys(visits[3].tolist()))
        hidden = torch.zeros(1, config.hidden)

        for item in profile:
            hidden = network.step(torch.tensor([item]), hidden)

        expected = hidden.detach().numpy()[0]
        np.testing.assert_allclose(model.user_vector(profile)[:-1], expected, rtol=0, atol=1e-5)


def test_only_the_last_items_of_a_long_visit_count(train: TrainingData) -> None:
    model = GRU4Rec.fit(train, replace(BRIEF, longest=3))

    np.testing.assert_array_equal(model.score([9, 8, 1, 2, 3]), model.score([1, 2, 3]))


def test_items_nobody_looked_at_score_lowest_of_all_biases() -> None:
    log = log_of(markov(60, seed=1), ITEMS + 1)

    model = GRU4Rec.fit(TrainingData(log), replace(BRIEF, embedding=4))

    assert not model.vectors[-1, :-1].any()
    assert not model.inputs[-1].any()
    assert model.vectors[-1, -1] == model.vectors[:-1, -1].min()


def test_sparse_and_dense_tables_learn_the_same(
    train: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(BRIEF, samples=8, embedding=6)
    dense = GRU4Rec.fit(train, config)
    monkeypatch.setattr("artrec.models.gru4rec_network.SPARSE_FROM", 1)

    sparse = GRU4Rec.fit(train, config)

    np.testing.assert_allclose(sparse.vectors, dense.vectors, rtol=0, atol=1e-4)
    np.testing.assert_allclose(sparse.hidden_weights, dense.hidden_weights, rtol=0, atol=1e-4)


def test_with_what_is_expected_of_negatives_taken_off_scores_are_log_odds() -> None:
    """After any first item, 10 follows four times as often as 11 and is drawn so as a negative."""
    rng = np.random.default_rng(0)
    pairs = [[int(rng.integers(10)), 10 if rng.random() < 0.8 else 11] for _ in range(600)]
    data = TrainingData(log_of(pairs, 12))
    config = replace(BRIEF, hidden=4, epochs=10, samples=8, sample_alpha=1.0, dropout_hidden=0.0)
    odds = {}
    for logq in (False, True):
        scores = GRU4Rec.fit(data, replace(config, logq=logq)).score([3])
        odds[logq] = scores[10] - scores[11]

    assert odds[True] == pytest.approx(np.log(4), abs=0.5)
    assert abs(odds[False] - np.log(4)) > 0.5


def test_where_all_are_negatives_no_share_is_taken_off(train: TrainingData) -> None:
    models = [GRU4Rec.fit(train, replace(BRIEF, logq=logq)) for logq in (False, True)]

    np.testing.assert_array_equal(models[0].vectors, models[1].vectors)


def test_the_next_visit_of_a_lane_begins_with_an_empty_state(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = GRU4RecNetwork(ITEMS, BRIEF)
    trainer = Trainer(network, visits, BRIEF, torch.device("cpu"))
    empty: list[bool] = []
    step = network.step

    def watched(items: Tensor, hidden: Tensor) -> Tensor:
        empty.extend((hidden == 0).all(dim=1).tolist())
        return step(items, hidden)

    monkeypatch.setattr(network, "step", watched)

    trainer.epoch(np.random.default_rng(5))

    lanes = session_parallel(visits, BRIEF.batch, np.random.default_rng(5))
    assert empty == lanes.begins[lanes.items >= 0].tolist()


def test_the_best_epoch_is_kept_and_then_fitted_again_on_everything(train: TrainingData) -> None:
    reports: list[Progress] = []
    outcomes: list[Outcome] = []
    config = replace(SMALL, lr=0.5, epochs=12, patience=2)
    runtime = Runtime(on_progress=reports.append, on_end=outcomes.append)

    model = GRU4Rec.fit(train, config, runtime=runtime)

    metrics = [each.metric for each in reports if each.metric is not None]
    best = int(np.argmax(metrics)) + 1
    assert outcomes[0].best_epoch == best
    assert len(metrics) == min(best + 2, 12)
    assert outcomes[1].epochs == best
    again = replace(config, validation_share=0.0, epochs=best)
    np.testing.assert_array_equal(model.vectors, GRU4Rec.fit(train, again).vectors)


def test_settings_out_of_range_are_refused() -> None:
    for wrong in (
        {"loss": "hinge"},
        {"activation": "relu"},
        {"hidden": 0},
        {"patience": 0},
        {"validation_share": 1.0},
        {"dropout_hidden": -0.1},
        {"sample_alpha": 3.0},
        {"lr": 0.0},
        {"samples": 0, "batch": 1},
    ):
        with pytest.raises(ConfigError, match=next(iter(wrong))):
            GRU4RecConfig(**wrong)


def test_too_little_to_learn_or_to_hold_out_is_refused_with_the_way_out() -> None:
    alone = TrainingData(log_of([[1], [2]], 3))
    apart = TrainingData(log_of([[0, 1], [0, 1], [2, 3]], 4))

    with pytest.raises(DataError, match="two items"):
        GRU4Rec.fit(alone)
    with pytest.raises(DataError, match="Set validation_share to 0"):
        GRU4Rec.fit(apart, SMALL)
    GRU4Rec.fit(apart, BRIEF)


def test_weights_that_do_not_fit_together_are_refused(train: TrainingData) -> None:
    model = GRU4Rec.fit(train, BRIEF)

    with pytest.raises(ShapeError, match="weights of the GRU"):
        replace(model, input_bias=model.input_bias[:-1])
    with pytest.raises(ShapeError, match="inputs has 3 rows"):
        replace(model, inputs=np.zeros((3, 0), dtype=np.float32))
