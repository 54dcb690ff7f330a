"""A round through all pages of visitors, taken from the routes so that no page is forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import BrowserContext

OTHERS: Final = (
    *("admin/", "desk/", "lab/", "studio/", "upload/"),
    *("api/v1/", "iiif/", "media/", "health/"),
)
"""Pages of staff, and what programs ask for."""
NO_PAGES: Final = {
    # They only act, lead on, or send a file.
    *("viewed", "mark", "pick", "follow", "set-language", "sign-out", "export"),
    *("collection-delete", "collection-restore", "collection-put-back", "api-token-revoke"),
    *("history-clear", "history-pause", "history-forget", "history-remember", "taste-use"),
    *("recommendations", "quiz-answer", "quiz-choice", "picture-forget", "zoom", "meaning"),
    # A part of a page, for scripts.
    "lenses",
    *("metrics", "robots", "sitemap", "sitemap-section", "icon"),
    # There for a moment, while a worker looks at a picture.
    "picture-wait",
}
ANYBODY: Final = {
    "sign-in": "/sign-in/",
    "sign-up": "/sign-up/",
}
"""Pages that lead away who is signed in."""


PASSWORD: Final = "a quiet evening ridge"


@dataclass(frozen=True)
class Found:
    """What a visitor has who looks at every page."""

    works: Sequence[str]
    artist: str
    collection: str
    exhibition: str


def addresses(found: Found) -> dict[str, str]:
    """Return where each page is, by the name of its route."""
    one, two = found.works[:2]
    return {
        "home": "/",
        "browse": "/browse/",
        "for-you": "/for-you/",
        "artwork": f"/works/{one}/",
        "why": f"/works/{one}/why/",
        "why-compare": f"/works/{one}/why/{two}/",
        "save": f"/works/{one}/save/",
        "picture-part": f"/works/{one}/part/",
        "picture-search": "/search/picture/",
        "artist": found.artist,
        "quiz": "/quiz/",
        "quiz-result": "/quiz/result/",
        "likes": "/likes/",
        "mine": "/yours/",
        "hidden": "/yours/hidden/",
        "collections": "/yours/collections/",
        "collection": found.collection,
        "collection-edit": f"{found.collection}edit/",
        "collection-arrange": f"{found.collection}arrange/",
        "exhibitions": "/exhibitions/",
        "exhibition": found.exhibition,
        "following": "/yours/following/",
        "history": "/yours/history/",
        "taste": "/yours/taste/",
        "account": "/account/",
        "password": "/account/password/",
        "e-mail": "/account/e-mail/",
        "erase": "/account/delete/",
        "api": "/api/",
        "api-tokens": "/api/tokens/",
    }


MORE: Final = {
    "search": "/browse/?q=ridge&colour=blue",
    "search by colours": "/browse/?palette=3468b4&palette=f6f4ee",
    "nothing found": "/browse/?q=zzzz&orientation=square",
    "not found": "/nothing-here/",
}
"""Pages of the same routes that look otherwise."""


def names() -> set[str]:
    """Return the names of all routes but those of staff and programs."""
    return {name for name, path in _routes(get_resolver().url_patterns) if not _is_other(path)}


def furnish(context: BrowserContext, name: str) -> Found:
    """Sign up, and like, hide, follow and keep a few works, as a visitor with a past has."""
    page = context.new_page()
    page.goto("/sign-up/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password1]", PASSWORD)
    page.fill("input[name=password2]", PASSWORD)
    page.locator("main form button").last.click()
    page.wait_for_url("**/for-you/")
    page.goto("/browse/?sort=popular")
    found = page.locator(".card").evaluate_all("cards => cards.map(card => card.dataset.work)")
    works = [str(pk) for pk in found]
    for pk in works[:4]:
        post(context, f"/works/{pk}/like/")
    post(context, f"/works/{works[5]}/hide/")
    post(context, f"/works/{works[4]}/viewed/")
    page.goto(f"/works/{works[0]}/")
    artist = page.locator(".label .artist a").get_attribute("href") or ""
    post(context, f"{artist}follow/")
    page.close()
    return Found(works, artist, collect(context, works[:3]), "")


def collect(context: BrowserContext, works: Sequence[str]) -> str:
    """Make a collection of these works; return where it is."""
    made = post(context, "/yours/collections/", {"title": "Evening walks"})
    page = context.new_page()
    for pk in works:
        page.goto(f"/works/{pk}/save/")
        page.get_by_label("Evening walks").last.check()
        page.locator("main form button").last.click()
        # Chromium that is told to close a page on its way to another may never answer.
        page.wait_for_url(f"**/works/{pk}/")
    page.close()
    return made


def leave(context: BrowserContext) -> None:
    """Delete all that is kept of a visitor, so that other tests find the gallery as it was."""
    page = context.new_page()
    page.goto("/account/delete/")
    for field in page.locator("main input[type=password]").all():
        field.fill(PASSWORD)
    page.check("input[name=sure]")
    page.locator("main form button").last.click()
    page.wait_for_url("**/browse/")
    page.close()


def exhibit(context: BrowserContext, person: tuple[str, str], works: Sequence[str]) -> str:
    """Sign in as a curator and make an exhibition; return where it is."""
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("input[name=username]", person[0])
    page.fill("input[name=password]", person[1])
    page.locator("main form button").last.click()
    page.wait_for_url("**/for-you/")
    page.close()
    page = context.new_page()
    page.goto("/studio/exhibitions/")
    page.get_by_label("Title of a new exhibition").fill("Evening walks")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/studio/exhibitions/*/")
    for pk in works:  # which need not be among the newest, which are offered first
        post(context, f"{page.url}add/", {"work": pk})
    page.reload()
    page.get_by_role("button", name="Open now").click()
    shown = page.get_by_role("link", name="Visit", exact=True).get_attribute("href") or ""
    page.close()
    return shown


def end(context: BrowserContext, exhibition: str) -> None:
    """Delete an exhibition, so that other tests find the gallery as it was."""
    page = context.new_page()
    page.goto(exhibition)
    studio = page.get_by_role("link", name="Work on it in the studio").get_attribute("href") or ""
    page.close()
    post(context, studio, {"do": "delete"})


def post(context: BrowserContext, path: str, form: Mapping[str, str] | None = None) -> str:
    """Post a form as the page would; return the path one is led to."""
    token = next(each["value"] for each in context.cookies() if each["name"] == "csrftoken")
    answer = context.request.post(path, form=dict(form or {}), headers={"X-CSRFToken": token})
    assert answer.ok or answer.status == 405, f"{path}: {answer.status}"
    return "/" + answer.url.split("/", 3)[3]


def _routes(
    patterns: Sequence[URLPattern | URLResolver], before: str = ""
) -> Iterator[tuple[str, str]]:
    for each in patterns:
        path = before + str(each.pattern).lstrip("^")
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, path)
        elif each.name:
            yield each.name, path


def _is_other(path: str) -> bool:
    return path.startswith(OTHERS)
