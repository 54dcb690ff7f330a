"""Museums on this machine, and a way to ask them that does not really wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.webapp.ingest.sources.museum import Museum, offered


@pytest.fixture
def museum(settings: Settings) -> Iterator[Museum]:
    """Offer all museums at once; the settings let us ask them here."""
    with offered(settings) as made:
        yield made
