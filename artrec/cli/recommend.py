"""`python -m artrec recommend MODEL`: the best items for a profile, a user or another item."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Final

from artrec.cli import dataset, model_files
from artrec.cli.model_files import Saved
from artrec.cli.options import positive
from artrec.errors import DataError
from artrec.models.contract import Ranked

HELP: Final = "the best items for a profile, a user or another item"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to a parser."""
    parser.add_argument("model", type=Path, metavar="NPZ", help="file written by train")
    wish = parser.add_mutually_exclusive_group(required=True)
    wish.add_argument("--profile", metavar="ID,ID", help="items somebody chose, the oldest first")
    wish.add_argument("--user", metavar="ID", help="a user of --data")
    wish.add_argument("--similar", metavar="ID", help="items like this one")
    parser.add_argument("-k", type=positive, default=20, help="length of the list (default 20)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    dataset.add_data_arguments(parser, required=False, features=False)


def run(options: argparse.Namespace) -> None:
    """Print ids and scores, the best first. What the profile holds is left out.

    Raises:
        DataError: If an id is unknown.
        BundleError: If the model cannot be read.
        UnsupportedError: If the model does not allow what is asked of it.
    """
    saved = model_files.load(options.model)
    if options.similar is not None:
        ranked = saved.model.similar_items(_rows([options.similar], saved)[0], options.k)
    else:
        ids = _history(options, saved) if options.profile is None else _split(options.profile)
        ranked = saved.model.recommend(_rows(ids, saved), options.k)
    sys.stdout.write(_as_json(ranked, saved) if options.json else _as_table(ranked, saved))


def _rows(ids: list[str], saved: Saved) -> list[int]:
    return model_files.rows_of(ids, saved)


def _split(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _history(options: argparse.Namespace, saved: Saved) -> list[str]:
    """What a user of the data chose, without items that the model does not know."""
    if options.data is None:
        raise DataError("--user needs --data, where the choices of the user stand.")
    log = dataset.load(options).dataset.interactions
    if options.user not in log.user_rows:
        raise DataError(f"{options.data} has no user {options.user!r}.")
    chosen = [log.item_ids[row] for row in log.history(log.user_rows[options.user])]
    known = frozenset(saved.item_ids)
    usable = [name for name in chosen if name in known]
    if len(usable) < len(chosen):
        dataset.say(
            f"{len(chosen) - len(usable)} of {len(chosen)} choices are of items that the model "
            f"does not know; they are passed over."
        )
    return usable


def _as_table(ranked: Ranked, saved: Saved) -> str:
    lines = ["| place | item | score |", "|---:|---|---:|"]
    pairs = zip(ranked.items.tolist(), ranked.scores.tolist(), strict=True)
    lines += [
        f"| {place} | {saved.item_ids[row]} | {score:.4f} |"
        for place, (row, score) in enumerate(pairs, start=1)
    ]
    return "\n".join(lines) + "\n"


def _as_json(ranked: Ranked, saved: Saved) -> str:
    pairs = zip(ranked.items.tolist(), ranked.scores.tolist(), strict=True)
    found = [{"item": saved.item_ids[row], "score": score} for row, score in pairs]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
