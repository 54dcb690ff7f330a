"""The columns of a map: what each element means, and when they are made anew."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.webapp.studio.makers import make_map, make_works
from webapp.catalog.models import Artwork
from webapp.feed.models import Event, Visitor
from webapp.studio import columns
from webapp.studio.columns import MOST, Column
from webapp.studio.models import Map

pytestmark = pytest.mark.django_db


def by_name(found: Map) -> dict[str, Column]:
    return {column.name: column for column in columns.columns(found)}


def read(column: Column) -> NDArray[np.float64]:
    """The values of a column, as the browser reads them."""
    assert column.low is not None
    assert column.high is not None
    elements = np.asarray(column.elements, np.float64)
    shares = elements / MOST[column.elements.dtype.name]
    if column.scale == "log":
        values = column.low * (column.high / column.low) ** shares
    else:
        values = column.low + (column.high - column.low) * shares
    return np.where(elements == column.missing, np.nan, values)


def test_each_work_stands_at_its_number() -> None:
    works = make_works()
    found = by_name(make_map(works))

    assert found["id"].elements.tolist() == [work.pk for work in works]
    assert found["cluster"].elements.tolist() == [0, 0, 1, 2, 2, 3]
    assert np.allclose(read(found["x"]), np.linspace(-0.5, 0.5, 6), atol=1e-4)


def test_labels_are_told_the_most_frequent_first_and_what_is_not_known_is_missing() -> None:
    works = make_works()
    Artwork.objects.filter(pk=works[0].pk).update(style="Still life")
    Artwork.objects.filter(pk=works[1].pk).update(style="")

    style = by_name(make_map(works))["style"]

    assert style.labels == ["Ridges", "Still life"]
    assert style.elements.tolist() == [1, style.missing, 0, 0, 0, 0]


def test_a_work_that_was_withdrawn_keeps_its_number_and_has_no_id() -> None:
    works = make_works()
    found = make_map(works)

    Artwork.objects.filter(pk=works[2].pk).update(state=Artwork.State.WITHDRAWN)

    ids = by_name(found)["id"].elements
    assert ids.tolist() == [work.pk if row != 2 else 0 for row, work in enumerate(works)]


def test_numbers_come_back_from_their_shares() -> None:
    works = make_works()
    for number, work in enumerate(works):
        Artwork.objects.filter(pk=work.pk).update(year=1900 + 10 * number, price=100 * 2**number)
    Artwork.objects.filter(pk=works[5].pk).update(year=None)

    found = by_name(make_map(works))

    assert np.allclose(read(found["year"])[:5], [1900, 1910, 1920, 1930, 1940], atol=0.01)
    assert np.isnan(read(found["year"])[5])
    assert np.allclose(read(found["price"]), [100 * 2**number for number in range(6)], rtol=0.01)


def test_likes_are_counted_and_those_taken_back_are_not() -> None:
    works = make_works()
    for number in range(3):
        visitor = Visitor.objects.create(label=f"collector-{number}")
        Event.objects.create(visitor=visitor, artwork=works[0], kind="like", time="2026-01-01T00Z")
        Event.objects.create(
            visitor=visitor,
            artwork=works[1],
            kind="like",
            time="2026-01-01T00Z",
            undone="2026-01-02T00Z",
        )

    likes = by_name(make_map(works))["likes"]

    assert np.rint(read(likes)).tolist() == [3, 0, 0, 0, 0, 0]


def test_columns_lie_one_after_another_from_multiples_of_four() -> None:
    found = make_map(make_works())

    packed = columns.pack(columns.columns(found))

    content = gzip.decompress(packed.packed)
    assert len(content) == packed.size
    assert packed.count == 6
    for column, told in zip(columns.columns(found), packed.columns, strict=True):
        elements = np.frombuffer(content, told["dtype"], told["length"], told["offset"])
        assert told["offset"] % 4 == 0
        assert elements.tolist() == column.elements.tolist()


def test_prices_are_told_where_most_works_have_none() -> None:
    works = make_works()
    Artwork.objects.filter(pk=works[1].pk).update(price=100, currency="EUR")
    Artwork.objects.filter(pk=works[2].pk).update(price=200, currency="EUR")
    Artwork.objects.filter(pk=works[3].pk).update(price=300, currency="SEK")

    prices = read(by_name(make_map(works))["price"])

    assert np.allclose(prices[1:3], [100, 200], rtol=0.01)
    assert np.isnan(np.delete(prices, [1, 2])).all()


def test_a_change_of_the_catalogue_makes_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "FRESH_SECONDS", 10**12)  # no hour ends meanwhile
    works = make_works()
    found = make_map(works)
    before = columns.version(found)

    Artwork.objects.filter(pk=works[0].pk).update(style="Still life")

    after = columns.version(found)
    assert after != before
    assert columns.packed(found, before) is None
    assert columns.packed(found, after) is not None


def test_a_map_whose_works_are_all_gone_has_columns_of_nothing() -> None:
    found = make_map(make_works())

    Artwork.objects.update(state=Artwork.State.WITHDRAWN)

    packed = columns.pack(columns.columns(found))
    assert packed.count == 0
