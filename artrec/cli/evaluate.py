"""`python -m artrec evaluate MODEL`: every metric of one trained model on a protocol."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from artrec.cli import dataset, fingerprint, model_files, protocols
from artrec.cli.dataset import Prepared
from artrec.cli.model_files import Saved
from artrec.cli.options import write_text
from artrec.cli.protocols import Protocol
from artrec.errors import DataError
from artrec.evaluation.evaluate import evaluate
from artrec.evaluation.report import Report, compare, to_json

HELP: Final = "every metric of one trained model on a protocol"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to a parser."""
    parser.add_argument("model", type=Path, metavar="NPZ", help="file written by train")
    dataset.add_data_arguments(parser)
    protocols.add_protocol_arguments(parser, default="leave-last")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures as JSON")


def run(options: argparse.Namespace) -> None:
    """Evaluate and print Markdown.

    Raises:
        DataError: If data and model do not fit, or the model has seen what it is asked for.
        BundleError: If the model cannot be read.
    """
    saved = model_files.load(options.model)
    given = dataset.load(options)
    protocol = protocols.chosen(options) or Protocol("leave-last")
    _check_unseen(saved, given, protocol)
    data = model_files.aligned(given, saved)
    split, task = protocols.make(protocol, data.dataset)
    result = evaluate(
        saved.model.name,
        saved.model.scorer(split.history),
        task,
        background=protocols.background(data, split),
    )
    report = compare([result], title=options.model.name, baseline=result.model)
    sys.stdout.write(_markdown(report))
    if options.json is not None:
        write_text(options.json, to_json(report))


def _check_unseen(saved: Saved, given: Prepared, protocol: Protocol) -> None:
    """Figures of a model that has seen the answers are worth nothing."""
    if saved.choices != given.choices:
        dataset.say(
            "The model was fitted on other choices than these; the figures hold only if it has "
            "seen none of those it is asked for."
        )
        return
    seen = "everything" if saved.protocol is None else f"all but what {saved.protocol} hides"
    if saved.protocol != protocol:
        raise DataError(
            f"The model was fitted on {seen}, so it has seen what {protocol} asks for; train it "
            f"with the arguments of that protocol."
        )
    if saved.data != fingerprint.of_everything(given.dataset, given.content):
        raise DataError(
            f"The model was fitted on {seen}, but with other features, artists or items, so "
            f"{protocol} may hide other choices here; give the data arguments it was trained with."
        )


def _markdown(report: Report) -> str:
    row = report.rows[0]
    queries = f"{report.n_queries} queries, {report.n_skipped} skipped"
    lines = [
        f"{row.model} on `{report.task}`: {queries}, {report.n_queries / row.seconds:,.0f} users/s",
        "",
        "| metric | mean | 95 % interval |",
        "|---|---:|---:|",
    ]
    lines += [
        f"| {name} | {each.mean:.4f} | {each.low:.4f} to {each.high:.4f} |"
        for name, each in row.intervals.items()
    ]
    lines += [f"| {name} | {value:.4f} | |" for name, value in row.figures.items()]
    return "\n".join(lines) + "\n"
