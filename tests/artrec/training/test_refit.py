"""Training again on everything, once the number of epochs is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from artrec.models.curatornet import CuratorNet, CuratorNetConfig
from artrec.sampling import SamplingConfig
from artrec.training import Outcome, Progress, Runtime, TrainingConfig
from tests.contracts.worlds import checkerboard

CONFIG = CuratorNetConfig(
    item_layers=(6,),
    user_layers=(6,),
    training=TrainingConfig(lr=0.02, batch=100, epochs=5, refit=True),
    sampling=SamplingConfig(mode="random"),
)


def test_a_refit_is_a_training_on_everything_for_the_best_number_of_epochs() -> None:
    data = checkerboard().data
    outcomes: list[Outcome] = []

    model = CuratorNet.fit(data, CONFIG, runtime=Runtime("cpu", on_end=outcomes.append))

    first, second = outcomes
    training = replace(CONFIG.training, validation="none", epochs=first.best_epoch)
    expected = CuratorNet.fit(data, replace(CONFIG, training=training), runtime=Runtime("cpu"))
    assert second.epochs == first.best_epoch
    np.testing.assert_array_equal(model.parameters, expected.parameters)


def test_ctrl_c_in_a_refit_keeps_what_was_validated() -> None:
    data = checkerboard().data
    validated = replace(CONFIG, training=replace(CONFIG.training, refit=False))
    outcomes: list[Outcome] = []

    def stop_refit(progress: Progress) -> None:
        if outcomes:
            raise KeyboardInterrupt

    runtime = Runtime("cpu", on_progress=stop_refit, on_end=outcomes.append)
    model = CuratorNet.fit(data, CONFIG, runtime=runtime)

    expected = CuratorNet.fit(data, validated, runtime=Runtime("cpu"))
    assert [each.interrupted for each in outcomes] == [False, True]
    np.testing.assert_array_equal(model.parameters, expected.parameters)
