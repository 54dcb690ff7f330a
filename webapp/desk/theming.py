"""The admin in the look of the gallery: its sidebar by task, its theme, what its scripts need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse

TASKS: Final = {
    "Collection": ("catalog", "exhibitions", "selections", "mine", "duplicates", "desk"),
    "Bringing in": ("ingest", "intake", "museums", "transfer"),
    "Taste": ("feed", "quiz", "vectors"),
    "Models": ("lab", "studio", "insight", "quality"),
    "People": ("accounts", "auth", "api"),
    "Operations": ("operations", "admin"),
}
"""Heading of the sidebar: the apps that belong there."""
RELAXED: Final = {
    # Alpine, which the theme is built on, makes functions of attributes; htmx adds a style.
    "script-src": [UNSAFE_EVAL],
    "style-src": [UNSAFE_INLINE],
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what somebody may open, by task; an app of no task stands under Operations."""
    apps = {each["app_label"]: each["models"] for each in admin.site.get_app_list(request)}
    known = {label for labels in TASKS.values() for label in labels}
    groups: list[dict[str, Any]] = [
        {
            "items": [
                {"title": "Desk", "icon": "desk", "link": reverse("desk")},
                {"title": "Gallery", "icon": "image", "link": reverse("home"), "active": False},
            ]
        }
    ]
    for task, labels in TASKS.items():
        others = apps.keys() - known if task == "Operations" else set()
        items = [
            {"title": model["name"], "icon": "chevron_right", "link": model["admin_url"]}
            for label in (*labels, *sorted(others))
            for model in apps.get(label, [])
            if model["admin_url"]
        ]
        if items:
            closed = task not in ("Collection", "Bringing in")
            groups.append({"title": task, "items": items, "collapsible": closed, "separator": True})
    return groups


def style(_request: HttpRequest) -> str:
    """Return where the gallery's own type and pictures for the admin are."""
    return static("admin-theme.css")


def theme(request: HttpRequest) -> str | None:
    """Return the theme that was chosen in the gallery; None leaves it to the browser."""
    chosen = request.COOKIES.get("theme")
    return chosen if chosen in ("light", "dark") else None


def relaxed(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Allow under /admin/ alone what the theme's scripts cannot do without. Comes within
    django-csp's middleware, which writes the policy."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith("/admin/"):
            vars(response)["_csp_update"] = RELAXED
        return response

    return middleware
