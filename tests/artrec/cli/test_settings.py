from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pytest

from artrec.cli.settings import parse_assignments, with_values
from artrec.errors import ConfigError
from artrec.models.blend_config import BlendConfig
from artrec.sampling import SamplingConfig, Strategy


@dataclass(frozen=True)
class Inner:
    epochs: int = 3
    loss: Literal["bpr", "softmax"] = "bpr"
    clip: float | None = None


@dataclass(frozen=True)
class Outer:
    dims: tuple[int, ...] = (4, 2)
    bias: bool = True
    label: str = "x"
    weights: Mapping[str, float] = field(default_factory=dict)
    training: Inner = field(default_factory=Inner)


def read(*given: str) -> Outer:
    return with_values(Outer(), parse_assignments(given))


def test_values_are_read_by_the_type_of_their_field() -> None:
    found = read("dims=[8, 4]", "bias=false", "label=7", "training.clip=5", "training.epochs=1e2")

    assert found == Outer((8, 4), False, "7", {}, Inner(100, "bpr", 5.0))
    assert isinstance(found.training.clip, float)
    assert isinstance(found.training.epochs, int)


def test_a_dot_leads_into_groups_and_tables_alike() -> None:
    found = read("training.loss=softmax", "weights.deep=2", "weights.artist=.5")

    assert found.training == Inner(loss="softmax")
    assert found.weights == {"deep": 2.0, "artist": 0.5}


def test_settings_of_the_parts_of_a_blend_are_left_to_it() -> None:
    given = parse_assignments(["settings.vbpr.latent_dim=3", "settings.vbpr.training.epochs=2"])

    found = with_values(BlendConfig(), given)

    assert found.settings == {"vbpr": {"latent_dim": 3, "training": {"epochs": 2}}}
    with pytest.raises(ConfigError, match="speed"):
        with_values(BlendConfig(), parse_assignments(["settings.vbpr.speed=3"]))


def test_none_takes_a_limit_away() -> None:
    limited = with_values(Outer(), {"training": {"clip": 1}})

    assert with_values(limited, parse_assignments(["training.clip=none"])).training.clip is None


def test_strategies_are_named_by_number_or_name() -> None:
    found = with_values(SamplingConfig(), {"shares": {"4": 0.5, "one_item": 0.5}})

    assert found.shares == {Strategy.PROFILE_ITEMS: 0.5, Strategy.ONE_ITEM: 0.5}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("epochs=3", "no setting 'epochs'; there are dims, bias, label, weights, training"),
        ("training.epoch=3", "there are training.epochs, training.loss, training.clip"),
        ("training.epochs=2.5", "training.epochs must be a whole number; it is 2.5"),
        ("training.epochs=true", "training.epochs must be a whole number"),
        ("training.loss=hinge", "training.loss must be one of bpr, softmax; it is 'hinge'"),
        ("bias=1", "bias must be true or false"),
        ("weights.deep=much", "weights.deep must be a number"),
        ("training=3", "training must be"),
        ("bias", "must be written as NAME=VALUE"),
    ],
)
def test_a_wrong_setting_is_named(given: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(given)

    assert message in str(refused.value)
