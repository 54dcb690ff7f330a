"""`python -m artrec compare`: several models, with their controls, in one table."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Final

from artrec.cli import dataset, fingerprint, fitting, protocols, results
from artrec.cli.comparison import Outcome, write_comparison
from artrec.cli.dataset import Prepared, say
from artrec.cli.measure import Job, measure
from artrec.cli.options import positive
from artrec.cli.plan import Entry, make_plan, seeded
from artrec.cli.protocols import Protocol
from artrec.errors import ConfigError
from artrec.evaluation.evaluate import Result, evaluate
from artrec.evaluation.published import TABLES
from artrec.models.oracle import oracle

HELP: Final = "several models, with their controls, in one table"
ORACLE: Final = "oracle"
"""Row of the upper bound, which has seen the answers."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to a parser."""
    parser.add_argument("--models", nargs="+", default=[], metavar="NAME", help="as they are")
    parser.add_argument(
        "--plan",
        type=Path,
        metavar="JSON",
        help="list of objects with model, name, preset and config",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    dataset.add_data_arguments(parser)
    protocols.add_protocol_arguments(parser, default="leave-last")
    fitting.add_runtime_arguments(parser)
    parser.add_argument(
        "--baseline", metavar="NAME", help="what all are tested against (default: visrank)"
    )
    parser.add_argument(
        "--seeds", type=positive, default=1, metavar="N", help="fits of each model with a seed"
    )
    parser.add_argument("--title", help="of the report (default: the name of the data)")
    parser.add_argument(
        "--published", choices=tuple(TABLES), help="print the table of this data set beside ours"
    )
    parser.add_argument(
        "--no-controls",
        action="store_true",
        help="leave out shuffled features, for variants of a model whose control was seen",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="measure again what was measured before"
    )


def run(options: argparse.Namespace) -> None:
    """Measure what was not measured yet, then write report.md, report.json and report.svg.

    Raises:
        ArtrecError: If data, plan or folder cannot be used. A model that fails is one line.
    """
    prepared = dataset.load(options)
    protocol = protocols.chosen(options) or Protocol("leave-last")
    # Refuses now what would fail for every model.
    split, task = protocols.make(protocol, prepared.dataset)
    plan = make_plan(options, prepared)
    baseline = options.baseline or ("visrank" if prepared.has_features else "popularity")
    if options.baseline and baseline not in {entry.name for entry in plan}:
        known = ", ".join(entry.name for entry in plan)
        raise ConfigError(f"The baseline {baseline!r} is not in the plan: {known}.")
    data = fingerprint.of_everything(prepared.dataset, prepared.content)
    outcome = Outcome(
        title=options.title or options.data.stem,
        protocol=protocol,
        plan=plan,
        baseline=baseline,
        published=TABLES.get(options.published or ""),
    )
    for place, entry in enumerate(plan, start=1):
        say(f"[{place}/{len(plan)}] {entry.name}")
        found = _measure_seeds(entry, options, prepared, protocol, data)
        if isinstance(found, str):
            say(f"  failed: {found}")
            outcome.failed[entry.name] = found
        else:
            outcome.results.append(found)
    if outcome.results:
        background = protocols.background(prepared, split)
        outcome.results.append(evaluate(ORACLE, oracle(split.test), task, background=background))
    sys.stdout.write(write_comparison(outcome, options.out))


def _measure_seeds(
    entry: Entry, options: argparse.Namespace, prepared: Prepared, protocol: Protocol, data: str
) -> Result | str:
    """The result of an entry over its seeds, or why there is none."""
    found = []
    configs = [seeded(entry.config, offset) for offset in range(options.seeds)]
    for config in [each for place, each in enumerate(configs) if each not in configs[:place]]:
        control = bool(entry.control_of)
        key = results.key_of(data, protocol, entry.model, config, shuffled=control)
        stem = f"{_slug(entry.name)}-{key[:12]}"
        out = options.out / "models" / f"{stem}.json"
        kept = None if options.fresh else results.read(out, key, entry.name)
        if kept is not None:
            say("  kept from an earlier run")
            found.append(kept)
            continue
        failure = measure(
            Job(
                name=entry.name,
                model=entry.model,
                config=config,
                shuffled=control,
                prepared=prepared,
                protocol=protocol,
                device=options.device,
                key=key,
                out=out,
                checkpoints=options.out / "checkpoints" / stem,
                resume=not options.fresh,
            )
        )
        result = results.read(out, key, entry.name) if failure is None else None
        if result is None:
            return failure or f"its result in {out} cannot be read back."
        found.append(result)
    return results.pooled(found, "auc")


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
