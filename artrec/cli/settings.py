"""Settings of a model from a JSON file and from NAME=VALUE arguments, checked by their types."""

from __future__ import annotations

import argparse
import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from artrec.errors import ConfigError

C = TypeVar("C")
_WORDS: Final = {"none": None, "true": True, "false": False}


def add_settings_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where settings come from: later ones overrule those before."""
    parser.add_argument("--config", type=Path, metavar="JSON", help="file with settings by name")
    parser.add_argument(
        "--set",
        nargs="+",
        action="extend",
        default=[],
        dest="assignments",
        metavar="NAME=VALUE",
        help="one setting; a dot leads into a group, as in training.epochs=5",
    )


def from_options(default: C, options: argparse.Namespace) -> C:
    """`default` with what --config and then --set say in place of its own values."""
    settings = default
    if options.config is not None:
        values = read_json(options.config)
        if not isinstance(values, dict):
            raise ConfigError(f"{options.config} must hold one object with settings by name.")
        settings = with_values(settings, values)
    return with_values(settings, parse_assignments(options.assignments))


def read_json(path: Path) -> Any:
    """The content of a JSON file. Raises ConfigError if it is missing or malformed."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"Cannot read the settings {path}: {error}.") from error


def parse_assignments(given: Sequence[str]) -> dict[str, Any]:
    """`a.b=1` arguments as nested dictionaries of JSON values; what is no JSON is text."""
    tree: dict[str, Any] = {}
    for entry in given:
        path, equals, text = entry.partition("=")
        if not equals or not path:
            raise ConfigError(f"{entry!r} must be written as NAME=VALUE.")
        *groups, name = path.split(".")
        place = tree
        for group in groups:
            place = place.setdefault(group, {})
            if not isinstance(place, dict):
                raise ConfigError(f"{entry!r}: {group!r} is given a value and used as a group.")
        place[name] = _value(text)
    return tree


def with_values(settings: C, values: Mapping[str, Any], place: str = "") -> C:
    """A dataclass with some fields replaced, each converted to the type of its field.

    Raises ConfigError for a name it does not have, listing those it has, and for a value that
    is not of the type.
    """
    if not values:
        return settings
    hints = get_type_hints(type(settings))
    known = [each.name for each in fields(settings)]  # type: ignore[arg-type]
    changes: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            raise ConfigError(
                f"There is no setting {place + name!r}; "
                f"{'there are ' + ', '.join(place + each for each in known) if known else 'none'}."
            )
        old = getattr(settings, name)
        if is_dataclass(old) and isinstance(value, Mapping):
            changes[name] = with_values(old, value, f"{place}{name}.")
        else:
            changes[name] = _converted(value, hints[name], place + name)
    return replace(settings, **changes)  # type: ignore[type-var]


def _value(text: str) -> Any:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return float(text) if text[:1] in "+-." else text  # .5 is no JSON
    except ValueError:
        return text


def _converted(value: Any, hint: Any, name: str) -> Any:
    if hint is Any:  # the settings of another model, which checks them itself
        return value
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _one_of(value, inner, name)
    if origin is Literal:
        if value in inner:
            return value
        raise ConfigError(f"{name} must be one of {', '.join(map(str, inner))}; it is {value!r}.")
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(value, Mapping):
        return {
            _key(key, inner[0], name): _converted(each, inner[1], f"{name}.{key}")
            for key, each in value.items()
        }
    if origin is tuple and isinstance(value, list | tuple):
        kinds = [inner[0]] * len(value) if inner[1:] == (...,) else inner
        if len(kinds) == len(value):
            parts = zip(value, kinds, strict=True)
            return tuple(_converted(each, kind, name) for each, kind in parts)
    if isinstance(hint, type):
        if is_dataclass(hint) and isinstance(value, Mapping):
            return with_values(hint(), value, f"{name}.")
        if _fits(value, hint):
            return hint(value)
    raise ConfigError(f"{name} must be {_described(hint)}; it is {value!r}.")


def _fits(value: Any, hint: type[Any]) -> bool:
    if hint is bool:
        return isinstance(value, bool)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        whole = isinstance(value, float) and value.is_integer()
        return (isinstance(value, int) or whole) and not isinstance(value, bool)
    if hint is str:
        return isinstance(value, str | int | float) and not isinstance(value, bool)
    return False


def _one_of(value: Any, kinds: tuple[Any, ...], name: str) -> Any:
    if value is None and type(None) in kinds:
        return None
    others = [kind for kind in kinds if kind is not type(None)]
    for kind in others[:-1]:
        try:
            return _converted(value, kind, name)
        except ConfigError:
            continue
    return _converted(value, others[-1], name)


def _key(key: str, kind: Any, name: str) -> Any:
    if not (isinstance(kind, type) and issubclass(kind, Enum)):
        return key
    for member in kind:
        if key.lower() in (str(member.value), member.name.lower()):
            return member
    known = ", ".join(member.name.lower() for member in kind)
    raise ConfigError(f"{name} has no entry {key!r}; choose of {known}.")


def _described(hint: Any) -> str:
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}
    return words.get(hint, f"of type {hint}")
