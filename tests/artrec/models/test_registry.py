"""Models by name, and files of models."""

from __future__ import annotations

from pathlib import Path

import pytest

from artrec.errors import BundleError, ConfigError
from artrec.models import files
from artrec.models.popularity import Popularity
from artrec.models.random_order import Random
from artrec.models.registry import MODELS, load_model, model_class
from tests.contracts.worlds import checkerboard


def test_every_name_leads_to_the_class_of_that_name() -> None:
    assert {name: model_class(name).name for name in MODELS} == {name: name for name in MODELS}


def test_unknown_names_are_refused_with_a_choice(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    files.write(path, "horoscope", {}, {})

    with pytest.raises(ConfigError, match="'horoscope'; choose one of random"):
        model_class("horoscope")
    with pytest.raises(BundleError, match="'horoscope'"):
        load_model(path)


def test_a_model_does_not_load_the_file_of_another(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    Random.fit(checkerboard().data).save(path)

    with pytest.raises(BundleError, match="'random' model, not 'popularity'"):
        Popularity.load(path)


def test_settings_of_a_file_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    model = Random.fit(checkerboard().data)
    for config in ({"dim": 0}, {"colour": 1}):
        files.write(path, "random", {"config": config}, {"vectors": model.vectors})

        with pytest.raises(BundleError, match=r"model\.npz"):
            Random.load(path)
