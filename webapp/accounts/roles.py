"""Roles as Django groups; each gives only what its work needs.

A migration makes the groups, and every `migrate` grants them what is written here, app by app (see
`webapp.accounts.granting`). The admin site opens only to accounts with "staff status" as well:
`give` sets it.
"""

from __future__ import annotations

from typing import Final

ADMINS: Final = "admins"
"""Run the gallery: everything but what makes a superuser, and visitors' own traces."""
CURATORS: Final = "curators"
"""See the collection as a whole and decide what serves: exhibitions, picks, everything in the lab;
read the catalogue."""
CATALOGUERS: Final = "cataloguers"
"""Bring works in, edit facts and see to duplicates; delete nothing, promote nothing, manage
nobody."""
GROUPS: Final = {"cataloguer": CATALOGUERS, "curator": CURATORS, "admin": ADMINS}
"""Role, in the singular: its group. A visitor has none."""

_ALL: Final = ("view", "add", "change", "delete")
_READ: Final = ("view",)
_WRITE: Final = ("view", "add", "change")
GRANTS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    CATALOGUERS: {
        "catalog.artist": _WRITE,
        "catalog.artwork": _WRITE,
        "catalog.artworkimage": _READ,
        "ingest": _WRITE,
        "intake": _WRITE,
        "museums": _WRITE,
        "duplicates": _WRITE,
        "desk": _READ,
    },
    CURATORS: {
        "catalog": _READ,
        "ingest": _READ,
        "intake": _READ,
        "museums": _READ,
        "duplicates": _READ,
        "desk": _READ,
        "vectors.space": _READ,
        "lab": _ALL,
        "studio": _ALL,
        "selections": _ALL,
        "insight": _ALL,
        "quality": _ALL,
        "exhibitions": _ALL,
        "feed.pick": _ALL,
        "feed.serving": _ALL,
        "feed.experiment": _ALL,
        "mine.collection": _READ,
    },
    ADMINS: {
        "catalog": _ALL,
        "ingest": _ALL,
        "intake": _ALL,
        "museums": _ALL,
        "duplicates": _ALL,
        "transfer": _ALL,
        "desk": _ALL,
        "vectors.space": _READ,
        "lab": _ALL,
        "studio": _ALL,
        "selections": _ALL,
        "insight": _ALL,
        "quality": _ALL,
        "exhibitions": _ALL,
        "feed.pick": _ALL,
        "feed.serving": _ALL,
        "feed.experiment": _ALL,
        "mine.collection": ("view", "change", "delete"),
        "operations": _READ,
        "accounts.user": _ALL,
        "auth.group": _READ,
    },
}
"""Group: app or model, and the verbs it may do there."""


def grants(group: str, app: str, model: str, codename: str) -> bool:
    """Tell whether a group has a permission, as "change_artwork" of catalog's artwork."""
    given = GRANTS[group]
    verbs = given.get(f"{app}.{model}", given.get(app, ()))
    verb = codename.removesuffix(f"_{model}")
    # A permission of an app's own (no verb of Django's) belongs to who may do everything there.
    return verb in verbs or (verb == codename and set(_ALL) <= set(verbs))
