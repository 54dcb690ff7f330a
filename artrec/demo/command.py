"""`python -m artrec demo DIR`: draw the collection and write its labels and history."""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tqdm import tqdm

from artrec.demo.canvas import to_image
from artrec.demo.collectors import Event, simulate
from artrec.demo.plan import Work, draw_work, plan_works
from artrec.errors import DataError

MARK = "collection.json"
"""Written last; a folder that holds it is complete."""

ARTWORK_COLUMNS = (
    "file", "title", "artist", "artist_bio", "year", "medium", "style", "width_cm", "height_cm",
    "depth_cm", "price", "currency", "description", "rights", "credit_line", "accession_number",
    "source_url", "availability", "one_of_a_kind", "added",
)  # fmt: skip
EVENT_COLUMNS = ("collector", "kind", "file", "time", "basket")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to a parser."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to make the collection")
    parser.add_argument("--works", type=int, default=720, help="number of works (default: 720)")
    parser.add_argument(
        "--seed", type=int, default=7, help="same seed, same collection (default: 7)"
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        help="processes (default: all cores)",
    )
    parser.add_argument(
        "--size", type=int, default=1200, help="long side in pixels, about (default: 1200)"
    )


def run(args: argparse.Namespace) -> None:
    """Run the command on parsed arguments."""
    made = make_collection(args.folder, args.works, args.seed, args.jobs, args.size)
    done = "The demo collection is in" if made else "Nothing to do, it is all there:"
    sys.stdout.write(f"{done} {args.folder}\n")


def make_collection(folder: Path, works: int, seed: int, jobs: int, size: int = 1200) -> bool:
    """Make the collection in `folder`, or do nothing when it is already there.

    Everything is written beside it, in `<folder>.partial`, and moved at the end, so `folder` is
    never half full. Returns whether anything was made.

    Raises:
        DataError: the arguments make no sense, or `folder` holds something else.
    """
    for name, value, least in (
        ("works", works, 1),
        ("seed", seed, 0),
        ("jobs", jobs, 1),
        ("size", size, 64),
    ):
        if value < least:
            raise DataError(f"--{name} is {value}; give at least {least}.")
    settings = {"works": works, "seed": seed, "size": size}
    if _complete(folder, settings):
        return False
    partial_folder = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial_folder, ignore_errors=True)
    try:
        (partial_folder / "images").mkdir(parents=True)
        plan = plan_works(works, seed, size)
        _draw_all(plan, partial_folder / "images", seed, jobs)
        events = list(simulate(plan, seed))
        _write_events(partial_folder / "events.csv", events)
        _write_artworks(partial_folder / "artworks.csv", plan, events)
        (partial_folder / MARK).write_text(json.dumps(settings) + "\n", encoding="utf-8")
        if folder.exists():
            folder.rmdir()
        partial_folder.rename(folder)
    except BaseException:
        shutil.rmtree(partial_folder, ignore_errors=True)
        raise
    return True


def _complete(folder: Path, settings: dict[str, int]) -> bool:
    """Whether the collection asked for is there; an empty or missing folder is not."""
    if not folder.exists():
        return False
    if not folder.is_dir():
        raise DataError(f"{folder} is a file; name a folder for the demo collection.")
    mark = folder / MARK
    if mark.is_file():
        found = json.loads(mark.read_text(encoding="utf-8"))
        if found == settings:
            return True
        raise DataError(
            f"{folder} holds a demo collection made with other settings ({found}). "
            "Remove it or name another folder."
        )
    if any(folder.iterdir()):
        raise DataError(f"{folder} is not empty. Name another folder for the demo collection.")
    return False


def _draw_all(plan: list[Work], images: Path, seed: int, jobs: int) -> None:
    """Draw every work, in this process when `jobs` is 1, with a progress bar."""
    paint = partial(_draw_one, images=images, seed=seed)
    with tqdm(total=len(plan), desc="Drawing the demo collection", unit="picture") as bar:
        for _ in _mapped(paint, plan, jobs):
            bar.update()


def _mapped(paint: partial[None], plan: list[Work], jobs: int) -> Iterator[None]:
    if jobs == 1:
        yield from map(paint, plan)
        return
    # Spawned, not forked: the caller may hold threads (torch, a database) that a fork would break.
    context = multiprocessing.get_context("spawn")
    with context.Pool(min(jobs, len(plan)), initializer=_ignore_interrupt) as pool:
        yield from pool.imap_unordered(paint, plan, chunksize=4)


def _ignore_interrupt() -> None:
    """Leave Ctrl-C to the parent, which then stops the pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _draw_one(work: Work, images: Path, seed: int) -> None:
    image = to_image(draw_work(work, seed))
    path = images / work.file
    if path.suffix == ".png":
        image.save(path, compress_level=4)
    elif path.suffix == ".webp":
        image.save(path, quality=90, method=2)
    else:
        image.save(path, quality=90)


def _write_events(path: Path, events: list[Event]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(EVENT_COLUMNS)
        for e in events:
            writer.writerow(
                (e.collector, e.kind, e.file, e.time.strftime("%Y-%m-%dT%H:%M:%SZ"), e.basket)
            )


def _write_artworks(path: Path, plan: list[Work], events: list[Event]) -> None:
    bought = {e.file for e in events if e.kind == "purchase"}
    numbers = _inventory_numbers(plan)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(ARTWORK_COLUMNS)
        for w in plan:
            sold = w.one_of_a_kind and w.file in bought
            availability = "not_for_sale" if w.price is None else "sold" if sold else "available"
            writer.writerow((
                w.file, w.title, w.studio.name, w.studio.bio, w.year, w.medium, w.style, w.width_cm,
                w.height_cm, w.depth_cm or "", "" if w.price is None else f"{w.price:.2f}",
                "" if w.price is None else "EUR", w.description, "CC0",
                "Artrec demo collection, drawn by the program", numbers[w.file], "", availability,
                "true" if w.one_of_a_kind else "false", w.added.isoformat(),
            ))  # fmt: skip


def _inventory_numbers(plan: list[Work]) -> dict[str, str]:
    """Return by file what most museums would write: the year of acquisition, and a count in it."""
    acquired = Counter[int]()
    numbers = {}
    for w in sorted(plan, key=lambda w: (w.added, w.index)):
        acquired[w.added.year] += 1
        numbers[w.file] = f"{w.added.year}.{acquired[w.added.year]}"
    return numbers
