"""The form by which a run is started: what it asks, what was answered, and what is wrong with it.

Settings come from the catalogue and are checked by it; nothing about them is written here twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from webapp.lab import catalogue
from webapp.lab.catalogue import Config, Model, Setting, SettingsError
from webapp.lab.models import Run

PREFIX: Final = "setting-"
"""Before a setting's name in the form, so that none can be taken for another field."""
_GROUPS: Final = {
    "": "The model",
    "training": "Training",
    "sampling": "Triplets it learns from",
    "validation": "How much to believe each part",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One question."""

    setting: Setting
    value: str
    default: str
    error: str = ""

    @property
    def name(self) -> str:
        """In the form."""
        return f"{PREFIX}{self.setting.name}"

    @property
    def options(self) -> tuple[str, ...]:
        """What can be chosen; empty where anything can be written."""
        if self.setting.kind == "bool":
            return ("yes", "no")
        return self.setting.choices if self.setting.kind == "choice" else ()

    @property
    def changed(self) -> bool:
        """Whether it says something else than the model's default."""
        return self.value.strip() != self.default


@dataclass(frozen=True, slots=True)
class Group:
    """Questions about one thing."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a form holds, as text; what `start_run` takes once `read` has made sense of it."""

    model: Model
    values: Mapping[str, str]
    """By the name of the setting; those that are missing have their default."""
    window_days: str = ""
    seed: str = "0"
    extractor: str = ""
    errors: Mapping[str, str] | None = None

    @property
    def groups(self) -> list[Group]:
        """All settings of the model, by what they are about."""
        found: dict[str, list[Field]] = {}
        for setting in self.model.settings:
            default = as_text(setting, setting.default)
            value = self.values.get(setting.name, default)
            error = (self.errors or {}).get(setting.name, "")
            found.setdefault(setting.group, []).append(Field(setting, value, default, error))
        return [Group(_title(group), tuple(fields)) for group, fields in found.items()]

    @property
    def changed(self) -> list[Field]:
        """Questions answered otherwise than by default."""
        return [each for group in self.groups for each in group.fields if each.changed]

    @property
    def open(self) -> bool:
        """Whether all settings are to be seen at once: one of them is wrong."""
        return any(each.error for group in self.groups for each in group.fields)


def blank(model: Model, preset: str = "default") -> Answers:
    """A form to begin with. Raises SettingsError for a preset that the model has not."""
    return Answers(model, _texts(model, model.preset(preset).config))


def of_run(run: Run) -> Answers:
    """A form with the settings of a run, to be changed. Raises SettingsError if its model is no
    longer offered."""
    model = catalogue.model(run.model)
    window = "" if run.window_days is None else str(run.window_days)
    return Answers(model, _texts(model, run.config), window, str(run.seed), run.extractor)


def posted(data: Mapping[str, str]) -> Answers:
    """What somebody sent. Raises SettingsError for a model that is not offered."""
    values = {
        name.removeprefix(PREFIX): str(value)
        for name, value in data.items()
        if name.startswith(PREFIX)
    }
    return Answers(
        catalogue.model(data.get("model", "")),
        values,
        data.get("window_days", ""),
        data.get("seed", ""),
        data.get("extractor", ""),
    )


def read(answers: Answers) -> dict[str, Any]:
    """Arguments of `start_run`.

    Raises:
        SettingsError: For what is no number. Everything else is checked by `start_run`.
    """
    try:
        numbers = whole({"window_days": answers.window_days, "seed": answers.seed or "0"})
    except SettingsError as unread:
        errors = dict(unread.errors)
        try:
            catalogue.parse(answers.model.name, answers.values)
        except SettingsError as error:
            errors |= error.errors
        raise SettingsError(errors) from unread
    return {
        "model": answers.model.name,
        "config": answers.values,
        "window_days": numbers["window_days"],
        "seed": numbers["seed"],
        "extractor": answers.extractor,
    }


def whole(texts: Mapping[str, str]) -> dict[str, int | None]:
    """Whole numbers by name; None for what is empty. Raises SettingsError naming what is none."""
    numbers: dict[str, int | None] = {}
    errors: dict[str, str] = {}
    for name, text in texts.items():
        try:
            numbers[name] = int(text) if text.strip() else None
        except ValueError:
            errors[name] = f"This must be a whole number; it is {text[:40]!r}."
    if errors:
        raise SettingsError(errors)
    return numbers


def as_text(setting: Setting, value: Any) -> str:
    """A value as a form shows it."""
    if value is None:
        return ""
    if setting.kind == "bool":
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    return str(value)


def _texts(model: Model, config: Config) -> dict[str, str]:
    known = {setting.name: setting for setting in model.settings}
    return {name: as_text(known[name], value) for name, value in config.items() if name in known}


def _title(group: str) -> str:
    """ "settings.vbpr.training" is the training of a part."""
    if group in _GROUPS:
        return _GROUPS[group]
    words = group.removeprefix("settings.").split(".")
    part = catalogue.models().get(words[0])
    return f"{part.title if part else words[0]}, a part of it"
