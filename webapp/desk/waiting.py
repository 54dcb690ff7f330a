"""What waits for somebody of the gallery. Later apps add what they know of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from webapp.desk import queries
from webapp.duplicates.queries import open_pairs


@dataclass(frozen=True, slots=True)
class Waiting:
    """A heap of work, and where to see to it."""

    number: int
    what: str
    """In the singular and the plural: "file failed|files failed"."""
    url: str

    @property
    def words(self) -> str:
        """What it is, in the right number."""
        one, _, many = self.what.partition("|")
        return one if self.number == 1 else many


@dataclass(frozen=True, slots=True)
class _Source:
    permission: str
    count: Callable[[], Waiting]


_sources: list[_Source] = []


def add(permission: str, count: Callable[[], Waiting]) -> None:
    """Let `count` tell, to those with `permission`, what waits."""
    _sources.append(_Source(permission, count))


def for_user(user: Any) -> list[Waiting]:
    """Return what waits for somebody who may see to it. One query for each kind."""
    found = [each.count() for each in _sources if user.has_perm(each.permission)]
    return [each for each in found if each.number]


def _failed_files() -> Waiting:
    return Waiting(queries.failed_items(), "file failed|files failed", reverse("upload"))


def _works(kind: str, what: str, state: str) -> Callable[[], Waiting]:
    address = f"?state={state}"
    return lambda: Waiting(
        queries.works_in(state), f"{kind} {what}|{kind}s {what}", reverse("desk-works") + address
    )


def _duplicates() -> Waiting:
    what = "pair that may be one work|pairs that may be one work"
    return Waiting(open_pairs().count(), what, reverse("duplicates"))


def _versions() -> Waiting:
    return Waiting(
        queries.versions_to_judge(),
        "trained model to judge|trained models to judge",
        reverse("lab"),
    )


add("ingest.change_item", _failed_files)
add("catalog.change_artwork", _works("draft", "to publish", "draft"))
add("catalog.change_artwork", _works("work", "without a vector", "failed"))
add("duplicates.change_pair", _duplicates)
add("lab.add_promotion", _versions)
