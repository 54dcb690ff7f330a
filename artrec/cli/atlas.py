"""`python -m artrec atlas`: features as a map with neighbourhoods, as CSV."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from tqdm import tqdm

from artrec.atlas.alignment import align
from artrec.atlas.layers import layers
from artrec.atlas.matching import match
from artrec.atlas.naming import propose
from artrec.atlas.neighbours import Floats, Ints
from artrec.atlas.projection import project
from artrec.cli import atlas_files
from artrec.cli.atlas_files import FACETS, Former
from artrec.cli.tables import read_table

HELP: Final = "a map of features: where each item stands, and named neighbourhoods"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to a parser."""
    parser.add_argument(
        "--features",
        nargs="+",
        required=True,
        metavar="[NAME=]PATH",
        help="feature stores written by extract, .npy with ids, or Tradesy's .b",
    )
    parser.add_argument(
        "--facts",
        type=Path,
        metavar="CSV",
        help=f"table that neighbourhoods are named by: id and any of {', '.join(FACETS)}",
    )
    parser.add_argument(
        "--former",
        type=Path,
        metavar="CSV",
        help="points.csv of an earlier map, to which the new one keeps",
    )
    parser.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="same seed, same map (default 0)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="where points.csv and neighbourhoods.csv are written",
    )


def run(options: argparse.Namespace) -> None:
    """Write the map, and print how large it is and how far it keeps to the former one.

    Raises:
        ArtrecError: If a file cannot be used, or there are too few items.
    """
    facts = None if options.facts is None else atlas_files.read_facts(options.facts)
    before = None if options.former is None else read_table(options.former, "x", "y")
    known = {name for table in (facts, before) if table is not None for name in table.rows}
    ids, vectors = atlas_files.read_vectors(options.features, known)
    said = None if facts is None else atlas_files.facets(facts, ids)
    former = None if before is None else atlas_files.former_of(before, ids)

    points, drift = _lay_out(vectors, former, options.seed)
    dwelt = former.layers if former is not None and former.layers else None
    labels = layers(vectors, points, seed=options.seed, former=dwelt)
    if said is None:
        names = [[""] * (int(layer.max()) + 1) for layer in labels]
    else:
        names = [[name.text for name in layer] for layer in propose(labels, said)]
    sizes = ", ".join(str(len(layer)) for layer in names)
    lines = [f"{len(ids)} items in layers of {sizes} neighbourhoods, in {options.out}"]
    earlier = None
    if former is not None:
        lines.append(
            f"{len(drift)} of them were on the former map. Drift, in its units: median "
            f"{np.median(drift):.3f}, 95 % below {np.quantile(drift, 0.95):.3f}"
        )
        earlier, kept = _compare(former, labels)
        lines += [
            f"Layer {layer}: {share:.0%} of these kept their neighbourhood"
            for layer, share in enumerate(kept)
        ]
    atlas_files.write_points(options.out / "points.csv", ids, points, labels)
    atlas_files.write_neighbourhoods(options.out / "neighbourhoods.csv", labels, names, earlier)
    sys.stdout.write("\n".join(lines) + "\n")


def _lay_out(vectors: Floats, former: Former | None, seed: int) -> tuple[Floats, Floats]:
    """Where items stand (N, 2), laid over the former map, and the drift of those it shows."""
    start = None if former is None else former.points
    with tqdm(total=100, desc="Laying out", unit="%", disable=None) as bar:

        def tell(share: float) -> None:
            bar.update(int(100 * share) - bar.n)

        drawn = project(vectors, seed=seed, start=start, on_progress=tell)
    if former is None:
        return drawn.points, np.zeros(0, dtype=np.float32)
    return align(drawn.points, former.points, np.stack([former.shared, former.shared], axis=1))


def _compare(former: Former, labels: Sequence[Ints]) -> tuple[list[dict[int, int]], list[float]]:
    """By new layer, the former neighbourhood that each one goes on from; and, for the layers that
    both maps have, the share of the shared items that kept theirs."""
    shared = former.shared.tolist()
    earlier: list[dict[int, int]] = [{} for _ in labels]
    kept: list[float] = []
    for layer, (old, new) in enumerate(zip(former.layers, labels, strict=False)):
        found = match({row: int(old[row]) for row in shared}, dict(enumerate(new.tolist())))
        earlier[layer] = {after: was for was, after in found.pairs.items()}
        kept.append(found.stability)
    return earlier, kept


def _seed(text: str) -> int:
    """Parse a whole number that all generators take."""
    if not (text.isascii() and text.isdigit() and int(text) < 2**32):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 4294967295")
    return int(text)
