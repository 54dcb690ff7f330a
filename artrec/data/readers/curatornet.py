"""The hashed UGallery files published with CuratorNet.

`purchases.csv`: `user_id_hash,purchase_timestamp,purchased_artwork_ids_hash`, one basket a row, the
last column a Python list. `inventory.csv`: `artwork_id_hash,artist_id_hash,upload_timestamp`.
`clusters.json`: artwork to visual cluster; optional. Timestamps are ordinals, not seconds.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

from artrec.data.assemble import NOT_LISTED, Event, Fact, assemble
from artrec.data.dataset import Dataset
from artrec.data.items import chosen_once, with_sales
from artrec.data.report import Collector
from artrec.data.tables import BadCellError, Cells, read_table
from artrec.errors import DataError


def read_curatornet(folder: Path, *, strict: bool = False) -> Dataset:
    """Baskets, inventory and clusters of the hashed files in `folder`.

    An artwork is one of a kind if it was bought exactly once in the whole log (the published
    rule), and then sold at that time. A bought artwork that the inventory does not list was never
    on offer: `added` is NEVER. A basket that lists one artwork twice counts as damaged.
    """
    problems = Collector(strict=strict)
    purchases = folder / "purchases.csv"
    baskets = read_table(
        purchases,
        ("user_id_hash", "purchase_timestamp", "purchased_artwork_ids_hash"),
        _basket,
        problems,
    )
    listed = _inventory(folder / "inventory.csv", problems)
    clusters = _clusters(folder / "clusters.json", problems)
    report = problems.finish(purchases)
    facts = {name: fact._replace(cluster=clusters.get(name, -1)) for name, fact in listed.items()}
    for name in clusters.keys() - listed.keys():
        facts[name] = NOT_LISTED._replace(cluster=clusters[name])
    events = [event for basket in baskets for event in basket]
    if not events:
        raise DataError(f"{purchases}: no usable basket. {report}")
    dataset = assemble(events, report, facts=facts, unlisted=NOT_LISTED)
    items = replace(dataset.items, one_of_a_kind=chosen_once(dataset.interactions))
    return replace(dataset, items=with_sales(items, dataset.interactions))


def _basket(cells: Cells) -> list[Event]:
    user, time = cells.text("user_id_hash"), cells.time("purchase_timestamp")
    names = cells.names("purchased_artwork_ids_hash")
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise BadCellError("purchased_artwork_ids_hash", f"artwork {name} stands there twice.")
    return [Event(user, name, time) for name in names]


def _inventory(path: Path, problems: Collector) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}

    def parse(cells: Cells) -> None:
        name = cells.text("artwork_id_hash")
        if name in facts:
            raise BadCellError("artwork_id_hash", f"artwork {name} was listed before.")
        artist = cells.optional("artist_id_hash")
        facts[name] = Fact(artist=artist, added=cells.time("upload_timestamp"))

    read_table(path, ("artwork_id_hash", "artist_id_hash", "upload_timestamp"), parse, problems)
    return facts


def _clusters(path: Path, problems: Collector) -> dict[str, int]:
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a JSON file ({error}).") from error
    if not isinstance(content, dict):
        raise DataError(f"{path}: expected one object that maps each artwork to its cluster.")
    clusters: dict[str, int] = {}
    for name, cluster in content.items():
        problems.rows_read += 1
        if isinstance(cluster, int) and not isinstance(cluster, bool) and cluster >= 0:
            clusters[name] = cluster
        else:
            problems.damaged(path, 0, name, f"{cluster!r} is not a cluster number.")
    return clusters
