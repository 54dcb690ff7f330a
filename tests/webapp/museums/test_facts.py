"""Facts that differ, as the walls of a sync call them."""

from __future__ import annotations

import pytest

from tests.webapp.makers import make_artwork
from tests.webapp.museums.makers import admin, find, make_sync

pytestmark = pytest.mark.django_db


def test_an_inventory_number_that_was_missing_is_called_by_its_name() -> None:
    sync = make_sync(counts={"changed": 1})
    differences = [["accession_number", "", "SK-A-1505"]]
    find(sync, 2, "changed", differences=differences, artwork=make_artwork())

    page = admin().get(sync.get_absolute_url()).content.decode()

    assert "Inventory number" in page
    assert "<ins>SK-A-1505</ins>" in page
