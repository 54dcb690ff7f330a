"""The raw UGallery files: `valid_artworks.csv` and `valid_sales.csv`.

Artworks: `id,artist_id,upload_date,original,medium_id`. Sales: `id,customer_id,artwork_id,
order_date`, one work a row; the rows of one customer and one date are a basket.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from artrec.data.assemble import NOT_LISTED, Event, Fact, assemble
from artrec.data.dataset import Dataset
from artrec.data.items import with_sales
from artrec.data.report import Collector
from artrec.data.tables import BadCellError, Cells, read_table


def read_ugallery(folder: Path, *, strict: bool = False) -> Dataset:
    """Sales and artworks in `folder`. `original` t or f says what is one of a kind.

    A sold artwork that `valid_artworks.csv` does not list stays in the log, with `added` NEVER.
    """
    problems = Collector(strict=strict)
    facts: dict[str, Fact] = {}

    def parse_artwork(cells: Cells) -> None:
        name = cells.text("id")
        if name in facts:
            raise BadCellError("id", f"artwork {name} was listed before.")
        facts[name] = Fact(
            artist=cells.optional("artist_id"),
            added=cells.time("upload_date"),
            one_of_a_kind=cells.flag("original"),
        )

    def parse_sale(cells: Cells) -> Event:
        return Event(cells.text("customer_id"), cells.text("artwork_id"), cells.time("order_date"))

    sales = folder / "valid_sales.csv"
    artworks = ("id", "artist_id", "upload_date", "original")
    read_table(folder / "valid_artworks.csv", artworks, parse_artwork, problems)
    events = read_table(sales, ("customer_id", "artwork_id", "order_date"), parse_sale, problems)
    dataset = assemble(events, problems.finish(sales), facts=facts, unlisted=NOT_LISTED)
    return replace(dataset, items=with_sales(dataset.items, dataset.interactions))
