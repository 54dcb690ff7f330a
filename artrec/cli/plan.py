"""What a comparison fits: the models asked for, those no table may lack, and their controls."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final

from artrec.cli.dataset import Prepared
from artrec.cli.fitting import default_config
from artrec.cli.settings import read_json, with_values
from artrec.errors import ConfigError

ALWAYS: Final = ("random", "popularity", "ease")
"""Without these nobody should believe a table (Ferrari Dacrema et al. 2019); VisRank joins them
where there are features."""
BLIND: Final = frozenset({"random", "popularity", "item-knn", "ease", "als", "bpr-mf"})
"""Models that do not look at features. Any other one gets a control, so that a new visual model
cannot be forgotten."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the table."""

    name: str
    model: str
    config: Any
    control_of: str = ""
    """Name of the entry whose features are shuffled for this one, "" for a model as it is."""


def make_plan(options: argparse.Namespace, prepared: Prepared) -> list[Entry]:
    """Every entry, controls behind their models.

    Raises ConfigError for unknown models or settings, and for a name given twice: better now than
    after hours of training.
    """
    asked = [Entry(name, name, default_config(name)) for name in options.models]
    if options.plan is not None:
        asked += _from_file(options.plan)
    wanted = (*ALWAYS, "visrank") if prepared.has_features else ALWAYS
    missing = [name for name in wanted if name not in {each.model for each in asked}]
    entries = [Entry(name, name, default_config(name)) for name in missing] + asked
    if prepared.has_looks and not options.no_controls:
        entries = [each for entry in entries for each in _with_control(entry)]
    _check_names(each.name for each in entries)
    return entries


def seeded(config: Any, offset: int) -> Any:
    """The settings with every `seed` in them moved on by `offset`."""
    changes: dict[str, Any] = {}
    for each in fields(config):
        value = getattr(config, each.name)
        if is_dataclass(value):
            changes[each.name] = seeded(value, offset)
        elif each.name == "seed" and isinstance(value, int):
            changes[each.name] = value + offset
    return replace(config, **changes)


def _from_file(path: Path) -> list[Entry]:
    content = read_json(path)
    if not isinstance(content, list) or not all(isinstance(each, dict) for each in content):
        raise ConfigError(
            f"{path} must hold a list of objects with model, name, preset and config."
        )
    entries = []
    for each in content:
        strange = set(each) - {"name", "model", "preset", "config"}
        if strange or "model" not in each or not isinstance(each.get("config", {}), dict):
            raise ConfigError(
                f"{path}: an entry has model and, if wanted, name, preset and config; not {each}."
            )
        model = str(each["model"])
        config = with_values(default_config(model, each.get("preset")), each.get("config", {}))
        entries.append(Entry(str(each.get("name", model)), model, config))
    return entries


def _with_control(entry: Entry) -> list[Entry]:
    if entry.model in BLIND:
        return [entry]
    name = f"{entry.name} (shuffled features)"
    return [entry, replace(entry, name=name, control_of=entry.name)]


def _check_names(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ConfigError(f"Two models are called {name!r}; give each a name in the plan.")
        seen.add(name)
