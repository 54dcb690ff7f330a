"""Trainings by epochs: resumed bit by bit, ended by Ctrl-C, refused when they diverge."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artrec.errors import BundleError, TrainingError
from artrec.models.contract import TrainingData
from artrec.models.gru4rec import GRU4Rec
from artrec.models.gru4rec_config import GRU4RecConfig
from artrec.models.item2vec import Item2Vec, Item2VecConfig
from artrec.training.runtime import Outcome, Progress, Runtime
from tests.artrec.models.visit_worlds import log_of, markov

CASES: list[tuple[Any, Any]] = [
    (GRU4Rec, GRU4RecConfig(hidden=8, epochs=6, patience=9, samples=16)),
    (Item2Vec, Item2VecConfig(dim=8, epochs=6, batch=64)),
]
both = pytest.mark.parametrize(("model", "config"), CASES, ids=["gru4rec", "item2vec"])


@pytest.fixture(scope="module")
def data() -> TrainingData:
    return TrainingData(log_of(markov(60, seed=1), 60))


def stop_after(epochs: int) -> Any:
    def stop(progress: Progress) -> None:
        if progress.epoch == epochs:
            raise KeyboardInterrupt

    return stop


@both
def test_a_training_cut_off_and_resumed_ends_as_if_never_cut(
    data: TrainingData, model: Any, config: Any, tmp_path: Path
) -> None:
    unbroken = model.fit(data, config)
    model.fit(data, config, runtime=Runtime(folder=tmp_path, on_progress=stop_after(2)))
    epochs: list[int] = []

    resumed = model.fit(
        data,
        config,
        runtime=Runtime(
            folder=tmp_path, resume=True, on_progress=lambda each: epochs.append(each.epoch)
        ),
    )

    assert epochs[:4] == [3, 4, 5, 6]
    np.testing.assert_array_equal(resumed.vectors, unbroken.vectors)


@both
def test_ctrl_c_keeps_what_was_learned_so_far(data: TrainingData, model: Any, config: Any) -> None:
    outcomes: list[Outcome] = []
    runtime = Runtime(on_progress=stop_after(2), on_end=outcomes.append)

    stopped = model.fit(data, config, runtime=runtime)

    assert [each.interrupted for each in outcomes] == [True]
    assert outcomes[0].epochs == 2
    assert outcomes[0].examples > 0
    assert np.isfinite(stopped.vectors).all()


@both
def test_a_checkpoint_of_other_settings_or_data_is_not_gone_on_from(
    data: TrainingData, model: Any, config: Any, tmp_path: Path
) -> None:
    model.fit(data, config, runtime=Runtime(folder=tmp_path, on_progress=stop_after(1)))
    other = TrainingData(log_of(markov(60, seed=2), 60))
    resume = Runtime(folder=tmp_path, resume=True)

    with pytest.raises(BundleError, match="other settings, data or code"):
        model.fit(data, replace(config, seed=1), runtime=resume)
    with pytest.raises(BundleError, match="other settings, data or code"):
        model.fit(other, config, runtime=resume)
    model.fit(data, replace(config, epochs=7), runtime=resume)  # more of the same


def test_progress_says_where_the_training_stands(data: TrainingData) -> None:
    seen: list[Progress] = []

    GRU4Rec.fit(data, replace(CASES[0][1], refit=False), runtime=Runtime(on_progress=seen.append))

    assert [each.epoch for each in seen] == [1, 2, 3, 4, 5, 6]
    assert seen[-1].loss < seen[0].loss
    assert seen[-1].best == max(each.metric for each in seen if each.metric is not None)
    assert seen[-1].seconds_left == 0
    assert all(each.examples_per_second > 0 for each in seen)


def test_a_training_that_diverges_is_refused_with_its_rate(data: TrainingData) -> None:
    config = GRU4RecConfig(hidden=8, lr=1e30, loss="bpr-max", validation_share=0.0)

    with pytest.raises(TrainingError, match=r"diverged.*Lower lr \(now 1e\+30\)"):
        GRU4Rec.fit(data, config)
