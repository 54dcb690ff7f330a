from __future__ import annotations

from typing import Any

import pytest

from webapp.lab import catalogue
from webapp.lab.catalogue import SettingsError
from workers import catalogue as written


def test_the_file_says_what_the_settings_classes_say() -> None:
    assert written.PATH.read_text(encoding="utf-8") == written.text(), (
        "a settings class has changed: run python -m workers.catalogue"
    )


@pytest.mark.parametrize("name", catalogue.models())
def test_every_preset_of_every_model_is_allowed(name: str) -> None:
    for preset in catalogue.model(name).presets:
        assert catalogue.parse(name, preset.config) == preset.config


def test_no_setting_leads_to_a_file_of_the_server() -> None:
    names = {setting.label for model in catalogue.models().values() for setting in model.settings}

    assert not names & {"weights", "folder", "path", "file"}


def test_values_and_a_forms_text_mean_the_same() -> None:
    values = {"training.epochs": 7, "training.lr": 0.5, "user_layers": [300, 200], "refit": False}
    text = {name: str(value).strip("[]").lower() for name, value in values.items()}

    assert catalogue.parse("curatornet", text) == catalogue.parse("curatornet", values) == values


def test_defaults_are_not_kept() -> None:
    same = {each.name: each.default for each in catalogue.model("vbpr").settings}

    assert catalogue.parse("vbpr", same) == {}


def test_an_empty_field_is_none_where_that_is_allowed() -> None:
    assert catalogue.parse("dvbpr", {"size": "64"}) == {"size": 64}
    assert catalogue.parse("dvbpr", {"size": ""}) == {}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("training.epochs", "2.5", "training.epochs must be a whole number; it is '2.5'."),
        ("training.epochs", 0, "training.epochs must be at least 1; it is 0."),
        ("training.epochs", "", "training.epochs must be a whole number; it is ''."),
        ("training.lr", "0", "training.lr must be above 0; it is '0'."),
        ("training.lr", "nan", "training.lr must be a number; it is 'nan'."),
        ("training.lr", True, "training.lr must be a number; it is True."),
        ("training.validation_share", 1, "training.validation_share must be below 1; it is 1."),
        ("training.in_batch", "maybe", "training.in_batch must be true or false; it is 'maybe'."),
        ("init", "zeros", "init must be one of xavier, lecun; it is 'zeros'."),
        ("item_layers", "200, 0", "item_layers must be whole numbers above 0; it is '200, 0'."),
        ("training.seed", 1, "curatornet has no setting 'training.seed'."),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_setting(
    name: str, value: Any, sentence: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        catalogue.parse("curatornet", {name: value, "training.batch": 16})

    assert caught.value.errors == {name: sentence}


def test_an_unknown_model_is_told_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match="There is no model 'oracle'; choose one of curatornet"):
        catalogue.model("oracle")
