"""Who may open and do what: every route of the site by role. A route missing here fails.

The admin, model by model, is in `test_admin`; what its permissions are, in `test_roles`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pytest
from django.test import Client

from tests.webapp.desk.people import person, signed_in
from tests.webapp.desk.routes import addresses, comes_in
from webapp.accounts.roles import GROUPS

pytestmark = pytest.mark.django_db

ROLES: Final = ("stranger", "visitor", "cataloguer", "curator", "admin")
EVERYBODY: Final = frozenset(ROLES)
SIGNED_IN: Final = EVERYBODY - {"stranger"}
STAFF: Final = frozenset({"cataloguer", "curator", "admin"})
CATALOGUE: Final = frozenset({"cataloguer", "admin"})
LAB: Final = frozenset({"curator", "admin"})
ADMIN: Final = frozenset({"admin"})
NOBODY: Final[frozenset[str]] = frozenset()

# Who may open (GET), who may act (POST), and where. NOBODY: there is nothing behind that verb.
TABLE: Final[Sequence[tuple[frozenset[str], frozenset[str], Sequence[str]]]] = (
    (
        EVERYBODY,
        NOBODY,
        (
            "browse/",
            "for-you/",
            "works/<int:pk>/",
            "works/<int:pk>/why/",
            "works/<int:pk>/lenses/",
            "works/<int:pk>/part/",
            "search/picture/<slug:token>/",
            "artists/<slug:slug>/",
            "health/",
            "health/live",
            "health/ready",
            "metrics",
            "robots.txt",
            "",
            "quiz/",
            "quiz/result/",
            "yours/",
            "likes/",
            "yours/hidden/",
            "collections/<slug:token>/",
            "exhibitions/",
            "exhibitions/<slug:token>/",
            "yours/following/",
            "yours/history/",
            "yours/taste/",
            "account/",
            "account/export/",
            "api/",
            "api/v1/works",
            "api/v1/facets",
            "api/v1/works/<int:work_id>",
            "api/v1/artists",
            "api/v1/artists/<slug:slug>",
            "api/v1/works/<int:work_id>/similar",
            "api/v1/recommendations",
            "api/v1/collections/<token>",
            "api/v1/exhibitions",
            "api/v1/exhibitions/<token>",
            "iiif/exhibitions/<slug:token>/manifest.json",
            "iiif/works/<int:pk>/manifest.json",
            "iiif/collections/<slug:token>/manifest.json",
            "iiif/(?P<key>[0-9A-Za-z_-]{1,32})$",
            r"iiif/(?P<key>[0-9A-Za-z_-]{1,32})/info\.json$",
            r"iiif/(?P<key>[0-9A-Za-z_-]{1,32})/(?P<region>full|[0-9]{1,6}(?:,[0-9]{1,6}){3})/(?P<size>max|[0-9]{1,6},[0-9]{1,6})/0/default\.jpg$",
        ),
    ),
    (
        EVERYBODY,
        EVERYBODY,
        (
            "works/<int:pk>/why/<int:other>/",
            "works/<int:pk>/zoom/",
            "search/picture/",
            "search/meaning/",
            "sign-up/",
            "sign-in/",
            "language/",
            "sitemap.xml",
            "sitemap-<slug:section>.xml",
            "favicon.ico",
            "quiz/choices/(?P<pk>[0-9]{1,18})/(?P<verb>take-back|restore)/$",
            "works/<int:pk>/save/",
            "yours/collections/",
            "collections/<slug:token>/edit/",
            "collections/<slug:token>/arrange/",
            "yours/history/clear/",
            "api/v1/openapi.json",
            "api/v1/",
            r"media/works/(?P<key>[0-9A-Za-z_-]{1,32})/(?P<name>[0-9]{1,5}\.[a-z]{3,4})$",
        ),
    ),
    (
        NOBODY,
        EVERYBODY,
        (
            "works/<int:pk>/viewed/",
            "works/(?P<pk>[0-9]{1,18})/(?P<verb>like|unlike|hide|unhide|mute|unmute)/$",
            "search/picture/<slug:token>/forget/",
            "sign-out/",
            "quiz/answer/",
            "collections/<slug:token>/delete/",
            "collections/<slug:token>/restore/",
            "collections/<slug:token>/put-back/<int:pk>/",
            "artists/(?P<slug>[-a-zA-Z0-9_]+)/(?P<verb>follow|unfollow)/$",
            "yours/history/(?P<verb>pause|resume)/$",
            "yours/history/<int:pk>/forget/",
            "yours/history/<int:pk>/remember/",
            "yours/taste/(?P<verb>use|set-aside)/$",
            "yours/recommendations/(?P<verb>on|off)/$",
        ),
    ),
    (
        NOBODY,
        LAB,
        (
            "works/(?P<pk>[0-9]{1,18})/(?P<verb>pick|unpick)/$",
            "lab/rollback/",
            "lab/versions/<int:pk>/promote/",
            "lab/versions/<int:pk>/prepare/",
            "lab/runs/<int:pk>/cancel/",
            "lab/runs/<int:pk>/retry/",
            "lab/serving/measure/",
            "lab/experiments/replay/",
            "lab/experiments/<int:pk>/start/",
            "lab/experiments/<int:pk>/stop/",
            "lab/experiments/<int:pk>/decide/",
            "lab/experiments/<int:pk>/discard/",
        ),
    ),
    (
        SIGNED_IN,
        SIGNED_IN,
        (
            "account/password/",
            "account/e-mail/",
            "api/tokens/",
            "api/v1/collections",
        ),
    ),
    (
        NOBODY,
        NOBODY,
        (
            "api/v1/collections/<token>/order",
            "api/v1/collections/<token>/works/<int:work_id>",
            "admin/login/",
        ),
    ),
    (
        CATALOGUE,
        NOBODY,
        (
            "upload/<int:pk>/",
            "upload/<int:pk>/status/",
            "upload/<int:pk>/report.csv",
            "upload/notices/",
            "upload/sendings/<int:pk>/progress/",
            "desk/duplicates/",
            "desk/duplicates/<int:pk>/",
            "upload/museums/",
            "upload/museums/syncs/<int:pk>/",
            "upload/museums/syncs/<int:pk>/status/",
            "upload/museums/previews/<int:pk>.webp",
            "desk/edits/<int:pk>/",
        ),
    ),
    (
        NOBODY,
        CATALOGUE,
        (
            "upload/<int:pk>/retry/",
            "upload/<int:pk>/act/",
            "upload/<int:pk>/sheets/",
            "upload/changes/<int:pk>/undo/",
            "upload/begin/",
            "upload/sendings/<int:pk>/arrived/",
            "upload/sendings/<int:pk>/more/",
            "upload/sendings/<int:pk>/close/",
            "desk/duplicates/<int:pk>/decide/",
            "desk/duplicates/decisions/<int:pk>/undo/",
            "upload/museums/syncs/<int:pk>/choose/",
            "upload/museums/syncs/<int:pk>/bring/",
            "upload/museums/syncs/<int:pk>/cancel/",
            "upload/museums/syncs/<int:pk>/resume/",
            "upload/museums/questions/<int:pk>/ask/",
            "upload/museums/questions/<int:pk>/weekly/",
            "desk/works/<int:pk>/revert/",
            "desk/edits/<int:pk>/make/",
            "desk/edits/<int:pk>/undo/",
            "desk/edits/<int:pk>/again/",
            "desk/artists/apart/",
            "desk/artists/merges/<int:pk>/undo/",
            "desk/artists/<int:pk>/rename/",
        ),
    ),
    (
        CATALOGUE,
        CATALOGUE,
        (
            "upload/<int:pk>/grid/",
            "upload/sheets/<int:pk>/",
            "upload/",
            "upload/files/",
            "upload/files/<uuid:pk>/",
            "upload/museums/<slug:name>/",
            "desk/works/",
            "desk/artists/merge/",
        ),
    ),
    (
        NOBODY,
        SIGNED_IN,
        (
            "api/tokens/<int:pk>/revoke/",
            "api/v1/events",
        ),
    ),
    (
        SIGNED_IN,
        NOBODY,
        (
            "api/v1/me",
            "api/v1/me/likes",
            "api/v1/me/hides",
            "api/v1/me/taste",
        ),
    ),
    (
        LAB,
        NOBODY,
        (
            "lab/",
            "lab/compare/",
            "lab/versions/<int:pk>/",
            "lab/versions/<int:pk>/status/",
            "lab/runs/",
            "lab/runs/<int:pk>/",
            "lab/runs/<int:pk>/status/",
            "lab/experiments/<int:pk>/",
        ),
    ),
    (
        LAB,
        LAB,
        (
            "lab/runs/new/",
            "lab/runs/schedule/",
            "lab/serving/",
            "lab/experiments/",
        ),
    ),
    (
        STAFF,
        NOBODY,
        (
            "desk/",
            "desk/changes/",
            "desk/works/<int:pk>/",
            "desk/artists/",
            "desk/artists/<int:pk>/",
        ),
    ),
    (
        ADMIN,
        ADMIN,
        ("desk/exports/",),
    ),
    (
        ADMIN,
        NOBODY,
        (
            "desk/exports/status/",
            "desk/exports/<int:pk>/download/",
        ),
    ),
    (
        NOBODY,
        ADMIN,
        (
            "desk/exports/<int:pk>/cancel/",
            "desk/exports/<int:pk>/delete/",
        ),
    ),
    (
        LAB,
        NOBODY,
        (
            "studio/",
            "studio/maps/",
            "studio/maps/<int:pk>/status/",
            "studio/maps/<int:pk>/manifest.json",
            "studio/maps/<int:pk>/columns.bin",
            "studio/maps/<int:pk>/sheets/<slug:name>.webp",
            "studio/maps/<int:pk>/works/",
            "studio/maps/<int:pk>/find/",
            "studio/maps/<int:pk>/changes/",
            "studio/maps/compare/",
            "studio/neighbourhoods/",
            "studio/neighbourhoods/<int:pk>/",
            "studio/selections/",
            "studio/selections/compare/",
            "studio/selections/<int:pk>/",
            "studio/selections/<int:pk>/twins/",
            "studio/quality/",
            "studio/quality/<int:pk>/",
            "studio/quality/<int:pk>/status/",
            "studio/quality/extractors/status/",
            "studio/insight/",
            "studio/insight/model/",
            "studio/insight/two/",
            "studio/insight/work/",
            "studio/insight/triplets/",
            "studio/insight/surveys/<int:pk>/status/",
            "studio/insight/draws/<int:pk>/status/",
            "studio/insight/maps/<int:pk>/scores.bin",
        ),
    ),
    (
        LAB,
        LAB,
        (
            "studio/selections/new/",
            "studio/selections/combine/",
            "studio/selections/tags/<int:pk>/",
            "studio/selections/<int:pk>/add/",
            "studio/selections/<int:pk>/arrange/",
            "studio/exhibitions/",
            "studio/exhibitions/<int:pk>/",
            "studio/exhibitions/<int:pk>/add/",
            "studio/exhibitions/<int:pk>/history/",
            "studio/path/",
            "studio/quality/extractors/",
        ),
    ),
    (
        NOBODY,
        LAB,
        (
            "studio/maps/new/",
            "studio/maps/<int:pk>/cancel/",
            "studio/neighbourhoods/<int:pk>/name/",
            "studio/quality/measure/",
            "studio/quality/<int:pk>/cancel/",
            "studio/quality/extractors/cancel/",
            "studio/quality/extractors/forget/",
            "studio/insight/measure/",
            "studio/insight/draw/",
            "studio/selections/<int:pk>/words/",
            "studio/selections/<int:pk>/works/",
            "studio/selections/<int:pk>/send/",
            "studio/selections/(?P<pk>[0-9]{1,18})/(?P<verb>duplicate|delete|restore|undo)/$",
        ),
    ),
    # Deleting one's account asks strangers too: a session has something to delete.
    (EVERYBODY, EVERYBODY, ("account/delete/",)),
)


def caller(role: str) -> Callable[[], Client]:
    if role == "stranger":
        return Client  # anew each time: a session that did something is no stranger any more
    client = signed_in(person(role, *([GROUPS[role]] if role in GROUPS else [])))
    return lambda: client


@pytest.mark.parametrize("role", ROLES)
def test_each_role_comes_in_where_it_may_and_nowhere_else(role: str) -> None:
    paths, called = addresses(), caller(role)
    wrong = []
    for readers, actors, patterns in TABLE:
        if role != "stranger" and readers | actors == EVERYBODY:
            continue  # where strangers may, so may all
        for pattern in patterns:
            for method, allowed in (("GET", readers), ("POST", actors)):
                if comes_in(called(), method, paths[pattern]) != (role in allowed):
                    wrong.append(f"{method} {paths[pattern]}")

    assert wrong == []


def test_the_table_knows_every_route_and_no_other() -> None:
    listed = [pattern for _, _, patterns in TABLE for pattern in patterns]

    assert sorted(listed) == sorted(addresses())
