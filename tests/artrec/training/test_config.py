"""Settings that cannot be meant are refused with their name and value."""

from __future__ import annotations

from typing import Any

import pytest

from artrec.errors import ConfigError
from artrec.training import TrainingConfig


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"loss": "hinge"}, r"loss 'hinge' is unknown; choose of bpr, margin, warp"),
        ({"reduction": "max"}, r"reduction 'max' .* mean, sum"),
        ({"optimizer": "lion"}, r"optimizer 'lion' .* adam, adamw, sgd"),
        ({"validation": "triples"}, r"validation 'triples' .* last-item, cold-items, none"),
        ({"targets": "first"}, r"targets 'first' .* random, latest"),
        ({"negatives": 0}, r"negatives must be at least 1; it is 0"),
        ({"sampled": 0}, r"sampled must be at least 1"),
        ({"batch": -5}, r"batch must be at least 1; it is -5"),
        ({"epochs": 0}, r"epochs must be at least 1"),
        ({"validation_users": 0}, r"validation_users must be at least 1"),
        ({"l2": -1.0}, r"l2 must be 0 or more; it is -1"),
        ({"weight_decay": -0.1}, r"weight_decay must be 0 or more"),
        ({"margin": -1.0}, r"margin must be 0 or more"),
        ({"seed": -1}, r"seed must be 0 or more"),
        ({"patience": -1}, r"patience must be 0 or more"),
        ({"lr_factor": 1.0}, r"lr_factor must be above 0 and below 1; it is 1"),
        ({"validation_share": 0.0}, r"validation_share must be above 0 and below 1"),
        ({"target_share": 0.0}, r"target_share must be above 0, at most 1; it is 0"),
        ({"target_share": 1.1}, r"target_share must be above 0, at most 1"),
        ({"lr": 0.0}, r"lr must be above 0; it is 0"),
        ({"lr": float("nan")}, r"lr must be above 0; it is nan"),
        ({"l2": float("nan")}, r"l2 must be 0 or more; it is nan"),
        ({"clip": 0.0}, r"clip must be above 0"),
        ({"profile_cap": 0}, r"profile_cap must be above 0"),
        ({"epoch_examples": 0}, r"epoch_examples must be above 0"),
    ],
)
def test_a_setting_out_of_its_range_is_refused_by_name(setting: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        TrainingConfig(**setting)


def test_the_extremes_are_allowed() -> None:
    config = TrainingConfig(target_share=1.0, l2=0.0, negatives=1, clip=1e-9, lr_patience=0)

    assert config.uses_triplets
    assert not TrainingConfig(loss="softmax").uses_triplets
