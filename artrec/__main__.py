"""The library on the command line: `python -m artrec COMMAND --help`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from artrec.cli import evaluate_features, extract
from artrec.demo import command as demo
from artrec.errors import ArtrecError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it worked, 1 if its input was refused, 2 if it was misspelt."""
    parser = argparse.ArgumentParser(prog="python -m artrec", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    extract.add_parser(commands)
    evaluate_features.add_parser(commands)
    drawing = commands.add_parser("demo", help=demo.__doc__, description=demo.__doc__)
    demo.add_arguments(drawing)
    drawing.set_defaults(run=demo.main)
    options = parser.parse_args(arguments)
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
