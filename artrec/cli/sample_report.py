"""`python -m artrec sample-report`: how far data can satisfy the sampling guidelines."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import numpy as np

from artrec.cli import dataset, protocols, settings
from artrec.cli.dataset import Prepared
from artrec.cli.options import positive, write_text
from artrec.data import Interactions
from artrec.errors import ArtrecError
from artrec.sampling import (
    Histories,
    Mode,
    SamplingConfig,
    Triplets,
    TripletSampler,
    World,
    format_report,
    profiles,
)

HELP: Final = "how far sampling guidelines can be satisfied"
_BLOCK: Final = 65_536


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to a parser."""
    dataset.add_data_arguments(parser)
    protocols.add_protocol_arguments(parser, default=None)
    parser.add_argument("--mode", choices=get_args(Mode), default="paper")
    parser.add_argument("--triplets", type=positive, default=100_000, metavar="N")
    settings.add_settings_arguments(parser)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="CSV",
        help="write the triplets as the tutorials do: profile,pi,ni,ui by row number; the item id "
        "of each row goes into NAME.items.txt",
    )


def run(options: argparse.Namespace) -> None:
    """Draw, and print the report and the rate.

    Raises:
        ArtrecError: If the data or the settings refuse.
    """
    config = settings.from_options(SamplingConfig(mode=options.mode), options)
    prepared = dataset.load(options)
    events = prepared.dataset.interactions
    protocol = protocols.chosen(options)
    if protocol is not None:
        events = protocols.make(protocol, prepared.dataset)[0].train
    started = time.process_time()
    world = make_world(prepared, config, seed=options.seed)
    clustering = time.process_time() - started
    histories = Histories(events.indptr, events.items.astype(np.int32), events.baskets)
    sampler = TripletSampler(world, histories, config)
    blocks, seconds = _draw(sampler, options.triplets, options.seed)
    n_drawn = sum(map(len, blocks))
    sys.stdout.write(
        f"{n_drawn} of {options.triplets} triplets in mode {config.mode}, "
        f"{n_drawn / max(seconds, 1e-9):,.0f} per CPU-second; clusters took {clustering:.1f} "
        f"CPU-seconds.\n\n{format_report(sampler.report())}\n"
    )
    if options.out is not None:
        write_text(options.out, "".join(_lines(blocks)))
        ids = options.out.with_name(f"{options.out.name.removesuffix('.csv')}.items.txt")
        write_text(ids, _ids(events))


def make_world(prepared: Prepared, config: SamplingConfig, *, seed: int) -> World:
    """The items as the sampler sees them: clusters of the data set, else of the features."""
    items = prepared.dataset.items
    artists = items.artists.astype(np.int32) if items.n_artists else None
    labels = items.clusters
    if labels is not None and np.any(labels < 0):
        labels = None  # some have none, so all are made anew
    vectors = None
    clusters = None if labels is None else labels.astype(np.int32)
    if prepared.has_features and config.mode != "random":
        # scikit-learn is loaded only where clusters are made.
        from artrec.sampling.clusters import principal_components, visual_clusters

        features = prepared.content.matrix()
        if clusters is None:
            looks = visual_clusters(features, config, seed=seed)
            clusters, vectors = looks.labels, looks.vectors
        else:
            vectors = principal_components(features, config.pca_dim, seed=seed)
    return World(len(items.ids), artists, clusters, vectors)


def _draw(sampler: TripletSampler, count: int, seed: int) -> tuple[list[Triplets], float]:
    rng = np.random.default_rng(seed)
    started = time.process_time()
    sizes = [_BLOCK] * (count // _BLOCK) + [count % _BLOCK] * (count % _BLOCK > 0)
    blocks = [sampler.draw(size, rng) for size in sizes]
    return blocks, time.process_time() - started


def _lines(blocks: list[Triplets]) -> Iterator[str]:
    yield "profile,pi,ni,ui\n"
    for block in blocks:
        indptr, items = profiles(block)
        columns = zip(
            indptr[:-1].tolist(),
            indptr[1:].tolist(),
            block.positive.tolist(),
            block.negative.tolist(),
            block.user.tolist(),
            strict=True,
        )
        for start, stop, positive_item, negative, user in columns:
            profile = " ".join(map(str, items[start:stop].tolist()))
            yield f"{profile},{positive_item},{negative},{user}\n"


def _ids(events: Interactions) -> str:
    if any("\n" in name for name in events.item_ids):
        raise ArtrecError("An item id holds a line break, so the ids cannot be written as lines.")
    return "".join(f"{name}\n" for name in events.item_ids)
