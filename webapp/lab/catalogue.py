"""Which models can be trained and with what settings, as data: no torch in the web process.

`catalogue.json` is written by `python -m workers.catalogue` from the settings classes themselves.
What only these classes can tell, such as settings that do not go together, a worker finds out in
the first second of a run and says it as the reason of its failure.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

Kind = Literal["int", "float", "bool", "choice", "text", "ints", "names"]
Config = dict[str, Any]
"""Settings that differ from a model's defaults, by dotted name: {"training.epochs": 20}."""

TASTE: Final = "taste"
"""The purpose of models that learn from choices; For you is ranked by one of them."""
VISITS: Final = "visits"
"""Of models of what is looked at together: "Visitors of this also looked at"."""
NEXT: Final = "next"
"""Of models of what comes next in a visit."""
PURPOSES: Final = (TASTE, VISITS, NEXT)

_FILE: Final = Path(__file__).with_name("catalogue.json")
_TRUE: Final = frozenset({"true", "on", "yes", "1"})
_FALSE: Final = frozenset({"false", "off", "no", "0", ""})
_NONE: Final = frozenset({"", "none", "null"})


class SettingsError(Exception):
    """Settings that cannot be: `errors` has a sentence for each name ("model" for the model)."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a model, as a form asks for it."""

    name: str
    """Dotted, e.g. "training.lr"."""
    kind: Kind
    optional: bool
    """Whether it may be left empty, which is then None."""
    default: Any
    help: str
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    above: float | None = None
    below: float | None = None

    @property
    def group(self) -> str:
        """What stands before its last dot: "" for the model's own, else e.g. "training"."""
        return self.name.rpartition(".")[0]

    @property
    def label(self) -> str:
        """Its own name in words."""
        return self.name.rpartition(".")[2].replace("_", " ")


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings to begin with."""

    name: str
    about: str
    config: Config = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be trained."""

    name: str
    title: str
    about: str
    features: bool
    """Whether it learns from the features of an extractor."""
    pixels: bool
    servable: bool
    purpose: str
    """One of `PURPOSES`: whose spaces it makes, and so what it learns from and is compared with."""
    trains: bool
    """Whether it has epochs to watch; the others are computed at once."""
    presets: tuple[Preset, ...]
    settings: tuple[Setting, ...]

    def preset(self, name: str) -> Preset:
        """One of its presets. Raises SettingsError for another name."""
        for preset in self.presets:
            if preset.name == name:
                return preset
        known = ", ".join(each.name for each in self.presets)
        raise SettingsError({"preset": f"There is no preset {name!r}; there are {known}."})


@cache
def models() -> dict[str, Model]:
    """Every model that is offered, by name, the most useful first."""
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return {name: _model(name, entry) for name, entry in found.items()}


def model(name: str) -> Model:
    """One model. Raises SettingsError for a name that is not offered."""
    if name not in models():
        known = ", ".join(models())
        raise SettingsError({"model": f"There is no model {name!r}; choose one of {known}."})
    return models()[name]


def purpose_of(name: str) -> str:
    """What a model serves; `TASTE` for one that is offered no longer."""
    found = models().get(name)
    return found.purpose if found else TASTE


def serving(purpose: str) -> list[str]:
    """Names of the models that serve a purpose."""
    return [name for name, each in models().items() if each.purpose == purpose]


def parse(name: str, values: Mapping[str, Any]) -> Config:
    """Check settings, given as values or as a form's text, and keep those that differ.

    Raises:
        SettingsError: Naming every setting that is unknown or has a value it cannot have.
    """
    known = {setting.name: setting for setting in model(name).settings}
    config: Config = {}
    errors: dict[str, str] = {}
    for path, given in values.items():
        if path not in known:
            errors[path] = f"{name} has no setting {path!r}."
            continue
        try:
            value = _value(known[path], given)
        except ValueError as error:
            errors[path] = f"{path} {error}; it is {given!r}."
            continue
        if value != known[path].default:
            config[path] = value
    if errors:
        raise SettingsError(errors)
    return config


def _model(name: str, entry: Mapping[str, Any]) -> Model:
    settings = [
        Setting(**{**each, "choices": tuple(each.get("choices", ()))}) for each in entry["settings"]
    ]
    presets = [Preset(**each) for each in entry["presets"]]
    return Model(name=name, **{**entry, "presets": tuple(presets), "settings": tuple(settings)})


def _value(setting: Setting, given: Any) -> Any:
    """The value itself. Raises ValueError with the end of a sentence."""
    text = given.strip().lower() if isinstance(given, str) else None
    if setting.optional and (given is None or text in _NONE):
        return None
    if setting.kind == "bool":
        if isinstance(given, bool):
            return given
        if text in _TRUE | _FALSE:
            return text in _TRUE
        raise ValueError("must be true or false")
    if setting.kind in ("ints", "names"):
        parts = given.split(",") if isinstance(given, str) else given
        if not isinstance(parts, list | tuple) or not parts:
            raise ValueError("must be a list, separated by commas")
        return [_entry(setting, part) for part in parts]
    if setting.kind in ("int", "float"):
        return _number(setting, given)
    return _word(setting, given)


def _entry(setting: Setting, part: Any) -> int | str:
    if setting.kind == "names":
        return _word(setting, part)
    number = _whole(part)
    if number < 1:
        raise ValueError("must be whole numbers above 0")
    return number


def _word(setting: Setting, given: Any) -> str:
    word = str(given).strip()
    if setting.choices and word not in setting.choices:
        raise ValueError(f"must be one of {', '.join(setting.choices)}")
    return word


def _number(setting: Setting, given: Any) -> float:
    value = _whole(given) if setting.kind == "int" else _real(given)
    if setting.least is not None and value < setting.least:
        raise ValueError(f"must be at least {setting.least}")
    if setting.above is not None and value <= setting.above:
        raise ValueError(f"must be above {setting.above}")
    if setting.most is not None and value > setting.most:
        raise ValueError(f"must be at most {setting.most}")
    if setting.below is not None and value >= setting.below:
        raise ValueError(f"must be below {setting.below}")
    return value


def _whole(given: Any) -> int:
    number = _real(given, "a whole number")
    if not number.is_integer():
        raise ValueError("must be a whole number")
    return int(number)


def _real(given: Any, what: str = "a number") -> float:
    try:
        if isinstance(given, bool):
            raise TypeError
        number = float(given)
    except (TypeError, ValueError):
        raise ValueError(f"must be {what}") from None
    if not math.isfinite(number):
        raise ValueError(f"must be {what}")
    return number
