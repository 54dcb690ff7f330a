"""Museums on this machine, and a way to ask them that does not really wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.webapp.ingest.sources import museum as servers
from tests.webapp.ingest.sources.museum import Museum


@pytest.fixture
def museum(settings: Settings) -> Iterator[Museum]:
    """Offer all museums at once; the settings let us ask them here."""
    made = Museum()
    server = servers.start(made)
    settings.SOURCES_STAND_IN = made.address
    settings.SOURCES_CONTACT = "curator@gallery.example"
    yield made
    server.shutdown()
    server.server_close()
