"""Search by what words mean, where the live look space is of a network that reads words.

The words become a row that a worker fills, shared by whoever asks the same; the web process knows
no network. See `artrec.serving.wording` for how a text is compared with pictures.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from datetime import timedelta
from typing import Final

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from artrec.serving.wording import words_query
from webapp import clients
from webapp.accounts import counting
from webapp.catalog.conditions import Condition
from webapp.feed.likeness import Ranked, Reference
from webapp.feed.models import Visitor
from webapp.feed.picture_finding import transform_of
from webapp.jobs import Job, enqueue
from webapp.vectors import queries as vectors
from webapp.vectors.filters import Filters
from webapp.vectors.models import Space, WordsQuery

READS_WORDS: Final = frozenset({"clip"})
"""First parts of the names of extractors that read words: `artrec.features.TEXT_IMAGE`."""
PREFIX: Final = "words."
"""`like=words.<text in base64>` in the address of a page."""
LONGEST: Final = 200
"""Bytes of a text that are read: a sentence or two, as much as fits an address and a network."""
KEEP: Final = timedelta(days=30)
QUEUE: Final = 200
"""Texts that may wait in all."""
PER_ASKER: Final = 45
PER_ADDRESS: Final = 180
"""New texts within a while, of one visitor and of one address, where many may sit."""


class RefusedError(Exception):
    """Words cannot be searched by meaning now; the message says why, for the visitor."""


def space_that_reads() -> Space | None:
    """Return the live look space if its extractor reads words. One query."""
    space = vectors.live_space()
    return space if space and space.extractor.partition("/")[0] in READS_WORDS else None


def ask(text: str, *, address: str, visitor: Visitor | None = None) -> WordsQuery:
    """Ask a worker what a text means; what is known or waits already costs nothing.

    Args:
        text: What is looked for.
        address: Where it comes from.
        visitor: Who asks, if known.

    Raises:
        RefusedError: If nothing here reads words, there are none, or too many were asked for.
    """
    text = normal(text)
    space = space_that_reads()
    if space is None:
        raise RefusedError(_("The gallery cannot search by meaning."))
    if not text:
        raise RefusedError(_("Write what you are looking for first."))
    known = WordsQuery.objects.filter(extractor=space.extractor, text=text).first()
    if known and known.state != WordsQuery.State.FAILED and known.expires > timezone.now():
        return known
    waiting = WordsQuery.objects.filter(state=WordsQuery.State.QUEUED)
    if waiting.count() >= QUEUE or _asks_too_much(address, visitor):
        raise RefusedError(_("Many searches are being made just now. Try again in a minute."))
    row, _created = WordsQuery.objects.update_or_create(
        extractor=space.extractor,
        text=text,
        defaults={
            "state": WordsQuery.State.QUEUED,
            "features": None,
            "expires": timezone.now() + KEEP,
            "claimed_until": None,
            "attempts": 0,
        },
    )
    enqueue(Job.READ_QUERIES)
    return row


def _asks_too_much(address: str, visitor: Visitor | None) -> bool:
    network = clients.network(address)
    return counting.is_too_much("words from", network, most=PER_ADDRESS) or (
        visitor is not None and counting.is_too_much("words of", str(visitor.pk), most=PER_ASKER)
    )


def find(text: str) -> WordsQuery | None:
    """Return what is known of a text, by the space that serves. Two queries."""
    space = space_that_reads()
    known = WordsQuery.objects.filter(text=normal(text), expires__gt=timezone.now())
    return known.filter(extractor=space.extractor).first() if space else None


def normal(text: str) -> str:
    """Return a text as it is looked up: without capitals and extra blanks, cut to `LONGEST`."""
    plain = " ".join(text.replace("\0", "").casefold().split())
    return plain.encode()[:LONGEST].decode(errors="ignore").strip()


def key_of(text: str) -> str:
    """Return what `like` says in the address of its results."""
    return PREFIX + urlsafe_b64encode(normal(text).encode()).decode().rstrip("=")


def text_of(key: str) -> str:
    """Return the text in a `like` of this kind, else nothing."""
    if not key.startswith(PREFIX):
        return ""
    code = key.removeprefix(PREFIX)
    try:
        return urlsafe_b64decode(code + "=" * (-len(code) % 4)).decode()
    except (Base64Error, ValueError):
        return ""


def reference(like: str, _lens: str) -> Reference | None:
    """Return what `like=words.<text>` compares with; None until a worker has read it. Three
    queries, and one more where the space is new to this process."""
    text = text_of(like)
    row = find(text) if text else None
    space = space_that_reads() if row else None
    if row is None or space is None or row.features is None:
        return None
    features = np.asarray(row.features, dtype=np.float32)
    query = words_query(transform_of(space.pk), features)

    def rank(condition: Condition, limit: int) -> Ranked:
        found = vectors.nearest(space, query, limit=limit, filters=Filters(also=condition))
        # How near words and pictures usually are says little: there is always a nearest.
        return Ranked(tuple(hit.artwork_id for hit in found), len(found))

    label = _("“%(text)s” by meaning") % {"text": row.text}
    return Reference(key=like, lens="", label=label, rank=rank, text=row.text)


def tidy() -> int:
    """Delete what has expired. Returns how many rows."""
    return WordsQuery.objects.filter(expires__lte=timezone.now()).delete()[0]
