"""All sources by name, and how each is asked."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings

from webapp.ingest.fetching import Web, user_agent
from webapp.ingest.sources import artic, iiif, met, nga, rijks, wikidata
from webapp.ingest.sources.contract import Source

SOURCES: Final[dict[str, Source]] = {
    source.name: source
    for source in (
        iiif.SOURCE,
        artic.SOURCE,
        met.SOURCE,
        nga.SOURCE,
        wikidata.SOURCE,
        rijks.SOURCE,
    )
}


def web_for(source: Source, **options: Any) -> Web:
    """Return the way to ask the hosts of a source, and no others.

    Raises:
        FetchError: If nobody has said whom museums may write to.
    """
    agent = user_agent()
    hosts = source.hosts | (set(settings.SOURCES_HOSTS) if source.open_hosts else set())
    headers = {source.agent_header: agent} if source.agent_header else {}
    return Web(hosts=frozenset(hosts), pauses=source.pauses, headers=headers, **options)
