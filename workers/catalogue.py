"""Write down which models can be trained, with every setting: `webapp/lab/catalogue.json`.

The pages offer and check settings without loading torch, so what the settings classes say is kept
as data. `python -m workers.catalogue` writes the file anew after a change of those classes.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from artrec.cli.fitting import default_config
from artrec.cli.settings import with_values
from artrec.errors import ConfigError
from artrec.models.blend_config import PARTS
from artrec.models.picture_towers import PLAIN
from artrec.models.registry import model_class
from workers.offered import OFFERED, PART_SETTINGS, PRESETS, Offer

PATH: Final = Path(__file__).parent.parent / "webapp" / "lab" / "catalogue.json"
HIDDEN: Final = frozenset(
    {
        "seed",  # one for the whole run
        "refit",  # the run does it, for every model
        "weights",  # a path on the server
        "pretrained",
        "frozen_epochs",
        "trained_stages",
        "keep_network",  # new works could not be shown without it
        "shares",
        "settings",  # of the parts of a blend, offered one by one
        "validation_metric",
    }
)
CHOICES: Final = {("blend", "parts"): tuple(PARTS), ("dvbpr", "network"): tuple(PLAIN)}
"""What is text for the settings class and a choice for people."""
NO_MATTER: Final = ("blend", "validation.")
"""The blend trains nothing by its `validation`; only what holds out counts there."""
REFIT: Final = {
    "name": "refit",
    "kind": "bool",
    "optional": False,
    "default": True,
    "help": "Train once more on everything, held-out choices included, before it serves.",
}

Entry = dict[str, Any]


def catalogue() -> Entry:
    """Every model that is offered, by name."""
    return {offer.name: _model(offer) for offer in OFFERED}


def text() -> str:
    """The file, in full: one line per setting, so that a change is a line."""
    parts = []
    for name, entry in catalogue().items():
        lists = {
            key: ",\n".join(f"   {json.dumps(each, ensure_ascii=False)}" for each in entry.pop(key))
            for key in ("presets", "settings")
        }
        head = json.dumps(entry, ensure_ascii=False).removesuffix("}")
        body = "".join(f',\n  "{key}": [\n{lines}\n  ]' for key, lines in lists.items())
        parts.append(f' "{name}": {head}{body}}}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _model(offer: Offer) -> Entry:
    default = default_config(offer.name)
    settings = [*_settings(offer.name, default, default), REFIT]
    known = {setting["name"]: setting["default"] for setting in settings}
    return {
        "title": offer.title,
        "about": offer.about,
        "features": offer.features,
        "pixels": offer.pixels,
        "servable": offer.servable,
        "purpose": offer.purpose,
        "trains": bool(getattr(model_class(offer.name), "trains", False)),
        "presets": list(_presets(offer, known)),
        "settings": settings,
    }


def _presets(offer: Offer, known: dict[str, Any]) -> Iterator[Entry]:
    yield {"name": "default", "about": "As the library has it.", "config": {}}
    for name, about, config in PRESETS.get(offer.name, ()):
        _apply(default_config(offer.name), config)  # refuses what does not exist
        yield {"name": name, "about": about, "config": config}
    for name, about in offer.published.items():
        published = dict(_flat(default_config(offer.name, name)))
        changed = {
            path: published[path]
            for path, value in known.items()
            if path in published and published[path] != value
        }
        yield {"name": name, "about": about, "config": changed}


def _settings(model: str, default: Any, whole: Any, place: str = "") -> Iterator[Entry]:
    hints, docs = get_type_hints(type(default)), _docs(type(default))
    for each in fields(default):
        name, value = place + each.name, getattr(default, each.name)
        unused = (model, place) == NO_MATTER and "validation" not in each.name
        if each.name in HIDDEN or unused:
            continue
        if is_dataclass(value):
            yield from _settings(model, value, whole, f"{name}.")
            continue
        found = _kind(hints[each.name], CHOICES.get((model, each.name), ()))
        if found is not None:
            entry = {"name": name, **found, "default": _json(value), "help": docs.get(each.name)}
            yield {**entry, "help": entry["help"] or "", **_bounds(whole, name, found["kind"])}
    if model == "blend" and not place:
        for part, names in PART_SETTINGS.items():
            settings = {entry["name"]: entry for entry in _settings(part, *[whole.part(part)] * 2)}
            for name in names:
                yield {**settings[name], "name": f"settings.{part}.{name}"}


def _kind(hint: Any, choices: tuple[str, ...]) -> Entry | None:
    """How a value is asked for; None for what no form can ask."""
    optional = False
    if get_origin(hint) in (Union, types.UnionType):
        inner = [each for each in get_args(hint) if each is not types.NoneType]
        if len(inner) != 1:
            return None
        hint, optional = inner[0], True
    kinds = {bool: "bool", int: "int", float: "float", str: "text"}
    entry: Entry = {"kind": kinds.get(hint), "optional": optional}
    if get_origin(hint) is Literal:
        entry |= {"kind": "choice", "choices": list(get_args(hint))}
    elif get_origin(hint) is tuple and get_args(hint)[1:] == (...,):
        entry["kind"] = {int: "ints", str: "names"}.get(get_args(hint)[0])
    if choices:
        entry |= {"kind": {"text": "choice"}.get(entry["kind"], entry["kind"])}
        entry["choices"] = list(choices)
    return entry if entry["kind"] else None


def _bounds(whole: Any, name: str, kind: str) -> Entry:
    """Where the settings class ends a number, found by asking it."""
    if kind not in ("int", "float"):
        return {}
    if kind == "int":
        lowest = next((value for value in (-1, 0, 1, 2) if _accepts(whole, name, value)), None)
        return {} if lowest in (None, -1) else {"least": lowest}
    bounds: Entry = {}
    if not _accepts(whole, name, -1.0):
        bounds["least" if _accepts(whole, name, 0.0) else "above"] = 0
    if not _accepts(whole, name, 1e6):
        bounds["most" if _accepts(whole, name, 1.0) else "below"] = 1
    return bounds


def _accepts(whole: Any, name: str, value: float) -> bool:
    try:
        _apply(whole, {name: value})
    except ConfigError:
        return False
    return True


def _apply(config: Any, values: Entry) -> Any:
    return with_values(config, nested(values))


def nested(flat: Entry) -> Entry:
    """{"a.b": 1} as {"a": {"b": 1}}; names of parts hold no dots."""
    tree: Entry = {}
    for path, value in flat.items():
        *groups, name = path.split(".")
        place = tree
        for group in groups:
            place = place.setdefault(group, {})
        place[name] = value
    return tree


def _flat(config: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    for each in fields(config):
        value = getattr(config, each.name)
        if is_dataclass(value):
            yield from _flat(value, f"{place}{each.name}.")
        else:
            yield place + each.name, _json(value)


def _json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _docs(kind: type[Any]) -> dict[str, str]:
    """What stands under each field of a dataclass and of those it is made of."""
    found: dict[str, str] = {}
    for owner in reversed(kind.__mro__):
        if not is_dataclass(owner):
            continue
        source: Any = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
        for field, after in pairwise([*source.body, ast.Pass()]):
            said = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and said:
                found[field.target.id] = inspect.cleandoc(str(after.value.value))
    return {name: " ".join(line.strip() for line in said.split()) for name, said in found.items()}


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
