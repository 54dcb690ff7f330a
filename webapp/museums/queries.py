"""Read side of the museums. Nothing in this module writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet

from webapp.catalog.models import Artwork
from webapp.ingest.sources.comparing import Verdict
from webapp.ingest.sources.rights import open_licence
from webapp.museums.models import TO_DO, Finding, Question, Sync

GLANCE: Final = 24
"""Works of each wall where all walls are shown together."""
PAGE: Final = 60
REASONS: Final = 20
RECENT: Final = 20
WALLS: Final[dict[str, tuple[Verdict, ...]]] = {
    "new": (Verdict.NEW,),
    "changed": (Verdict.CHANGED, Verdict.PICTURE),
    "gone": (Verdict.GONE,),
    "passed": (Verdict.SKIP,),
}

FACTS: Final = {
    "title": "Title",
    "artist": "Artist",
    "artist_bio": "About the artist",
    "year": "Year",
    "medium": "Medium",
    "style": "Style",
    "description": "Description",
    "rights": "Rights",
    "width_cm": "Width, cm",
    "height_cm": "Height, cm",
    "depth_cm": "Depth, cm",
    "credit_line": "Credit line",
    "accession_number": "Inventory number",
    "source_url": "Address",
}


@dataclass(frozen=True, slots=True)
class Hung:
    """A finding as it hangs on a wall."""

    finding: Finding
    artwork: Artwork | None
    """The work, if it is in the gallery."""
    ratio: str
    """Width over height of its cell; empty while no picture of it is known."""
    licence: str
    differences: Sequence[tuple[str, Any, Any]]
    """What differs, what the gallery says, what the museum says."""


@dataclass(frozen=True, slots=True)
class Wall:
    """Findings of a kind, or a page of them."""

    name: str
    count: int
    ticked: int
    page: Page[Finding]
    hung: Sequence[Hung]


def sync(pk: int) -> Sync | None:
    """Return a sync with all that its page says of it."""
    rows = Sync.objects.select_related("question", "asked_by", "brought_by", "batch")
    return rows.filter(pk=pk).first()


def waiting() -> QuerySet[Sync]:
    """Return the syncs about which somebody has to decide."""
    return Sync.objects.filter(state=Sync.State.READY).select_related("question", "asked_by")


def recent(source: str = "") -> QuerySet[Sync]:
    """Return the newest syncs of a source; or of all, but for those that are told as waiting."""
    rows = Sync.objects.select_related("question", "asked_by", "brought_by", "batch")
    mine = rows.filter(question__source=source) if source else rows.exclude(state=Sync.State.READY)
    return mine[:RECENT]


def weekly(source: str) -> QuerySet[Question]:
    """Return what is asked of a source every week."""
    return Question.objects.filter(source=source, weekly=True).order_by("pk")


def given_files() -> set[str]:
    """Return the names of stored files that belong to questions, which may be asked again."""
    given = Question.objects.exclude(files={}).values_list("files", flat=True)
    return {name for files in given for name in files.values()}


def walls(sync: Sync, name: str = "", number: str = "1") -> list[Wall]:
    """Return the walls of what somebody decides about, or one wall by pages; none is empty."""
    ticked = _ticked(sync)
    names = [name] if name else [each for each in WALLS if each != "passed"]
    found: list[tuple[str, Page[Finding]]] = []
    for each in names:
        rows = sync.findings.filter(verdict__in=WALLS[each]).defer("preview")
        page = Paginator(rows, PAGE if name else GLANCE).get_page(number)
        if len(page):
            found.append((each, page))
    works = _works([finding.key for _, page in found for finding in page])
    return [
        Wall(
            name=each,
            count=page.paginator.count,
            ticked=sum(ticked.get(verdict, 0) for verdict in WALLS[each]),
            page=page,
            hung=[_hung(finding, works) for finding in page],
        )
        for each, page in found
    ]


def passed_over(sync: Sync) -> list[tuple[str, int]]:
    """Return why works were passed over, and how many, the most frequent first."""
    rows = sync.findings.filter(verdict=Verdict.SKIP).values_list("reason")
    return list(rows.annotate(count=Count("pk")).order_by("-count", "reason")[:REASONS])


def ticked(sync: Sync) -> int:
    """Return how many findings are to be carried out."""
    return sum(_ticked(sync).values())


def looked_at(sync: Sync) -> list[tuple[int, int | None, int | None]]:
    """Return the findings that have a small picture: id, width, height."""
    rows = sync.findings.filter(preview__isnull=False)
    return list(rows.values_list("pk", "width", "height"))


def _ticked(sync: Sync) -> dict[str, int]:
    rows = sync.findings.filter(chosen=True, brought=False, verdict__in=TO_DO)
    return dict(rows.values_list("verdict").annotate(Count("pk")).order_by())


def _works(keys: Sequence[str]) -> dict[str, Artwork]:
    rows = Artwork.objects.filter(source_key__in=keys, image__isnull=False)
    return {str(work.source_key): work for work in rows.select_related("artist", "image")}


def _hung(finding: Finding, works: dict[str, Artwork]) -> Hung:
    licence = open_licence((finding.record or {}).get("rights", ""))
    said = {name: (old, new) for name, old, new in finding.differences}
    told = [(words, *said[name]) for name, words in FACTS.items() if name in said]
    work = works.get(finding.key)
    image = work.image if work else finding
    ratio = f"{image.width / image.height:.4f}" if image.width and image.height else ""
    return Hung(finding, work, ratio, licence.label if licence else "", told)
