"""What the audit trail keeps, and when: fields that say something of a work or a person.

What workers write of their own work (claims, attempts, a work waiting for its vector) is no change
that anybody made, and leaves no trace.
"""

from __future__ import annotations

from typing import Final

import pghistory
import pgtrigger

WORK: Final = (
    *("title", "artist", "year", "medium", "style", "width_cm", "height_cm", "depth_cm"),
    *("price", "currency", "availability", "one_of_a_kind", "description", "rights"),
    *("credit_line", "accession_number", "source_url", "added", "state", "held"),
)
ARTIST: Final = ("name", "slug", "bio")
COLLECTION: Final = ("title", "visibility")
PERSON: Final = ("is_active", "is_staff", "is_superuser")
MEMBERSHIP: Final = ("user", "group")
SERVING: Final = ("diversity", "per_artist", "fresh_share", "explore_share")
PROMOTION: Final = ("version", "kind", "override", "state")

MOVED_BY_WORKERS: Final = ("checked", "visible", "draft", "failed")
"""States between which workers alone move a work; whether it is held back is another field."""


def _differs(*columns: str, unless: str = "") -> pgtrigger.Condition:
    pairs = [f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in columns]
    return pgtrigger.Condition(" OR ".join([*pairs, unless] if unless else pairs))


def _columns(fields: tuple[str, ...], *related: str) -> list[str]:
    return [f"{name}_id" if name in related else name for name in fields]


_own: Final = ", ".join(f"'{state}'" for state in MOVED_BY_WORKERS)
_taken_or_given: Final = (
    f"(OLD.state IS DISTINCT FROM NEW.state AND (OLD.state NOT IN ({_own})"
    f" OR NEW.state NOT IN ({_own})))"
)
_facts: Final = [name for name in _columns(WORK, "artist") if name != "state"]

OF_WORKS: Final = (
    pghistory.InsertEvent("made"),
    pghistory.UpdateEvent("changed", condition=_differs(*_facts, unless=_taken_or_given)),
    pghistory.DeleteEvent("deleted"),
)
OF_ARTISTS: Final = (
    pghistory.InsertEvent("made"),
    pghistory.UpdateEvent("changed", condition=_differs(*ARTIST)),
    pghistory.DeleteEvent("deleted"),
)
_public: Final = "OLD.visibility = 'public' OR NEW.visibility = 'public'"
OF_COLLECTIONS: Final = (
    # What visitors keep to themselves is nobody's business here either.
    pghistory.UpdateEvent(
        "changed",
        condition=pgtrigger.Condition(f"(({_public}) AND ({_differs(*COLLECTION).sql}))"),
    ),
)
OF_PEOPLE: Final = (pghistory.UpdateEvent("changed", condition=_differs(*PERSON)),)
OF_MEMBERSHIPS: Final = (pghistory.InsertEvent("given"), pghistory.DeleteEvent("taken"))
OF_SERVING: Final = (
    pghistory.InsertEvent("made"),
    pghistory.UpdateEvent("changed", condition=_differs(*SERVING)),
)
OF_PROMOTIONS: Final = (
    pghistory.InsertEvent("asked"),
    pghistory.UpdateEvent(
        "ended",
        condition=pgtrigger.Condition(
            "OLD.state IS DISTINCT FROM NEW.state AND NEW.state IN ('done', 'refused', 'failed')"
        ),
    ),
)
