"""The library on the command line: `python -m artrec COMMAND --help`."""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence
from typing import Final

from artrec.errors import ArtrecError

COMMANDS: Final = {
    "extract": ("artrec.cli.extract", "features of a folder of pictures"),
    "evaluate-features": ("artrec.cli.evaluate_features", "how far features agree with labels"),
    "train": ("artrec.cli.train", "fit one model and keep it in a file"),
    "evaluate": ("artrec.cli.evaluate", "every metric of one trained model on a protocol"),
    "compare": ("artrec.cli.compare", "several models, with their controls, in one table"),
    "recommend": ("artrec.cli.recommend", "the best items for a profile, a user or another item"),
    "sample-report": ("artrec.cli.sample_report", "how far sampling guidelines can be satisfied"),
    "atlas": (
        "artrec.cli.atlas",
        "a map of features: where each item stands, and named neighbourhoods",
    ),
    "demo": ("artrec.demo.command", "draw the demo collection"),
}
"""Module and one line of help. Only the module of the chosen command is imported: drawing must not
load torch, least of all in each of its processes."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it worked, 1 if its input was refused, 2 if it was misspelt."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="python -m artrec", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, line) in COMMANDS.items():
        command = commands.add_parser(name, help=line)
        if name in given[:1]:
            chosen = importlib.import_module(module)
            command.description = chosen.__doc__
            chosen.add_arguments(command)
            command.set_defaults(run=chosen.run)
    options = parser.parse_args(given)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("artrec").setLevel(logging.INFO)
    try:
        options.run(options)
    except ArtrecError as error:
        sys.stderr.write(f"artrec: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("artrec: stopped.\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
