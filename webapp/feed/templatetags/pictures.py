"""What stands beside the results of a search by a picture, and the switch to search by meaning."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from webapp.feed import meaning, picture_finding, visitors
from webapp.feed.likeness import Reference
from webapp.feed.picture_asking import SESSION_KEY
from webapp.feed.wish import Wish

register = template.Library()


@register.inclusion_tag("feed/picture_note.html", takes_context=True)
def picture_note(context: dict[str, Any], reference: Reference | None) -> dict[str, Any]:
    """Return what can be done with the picture that works are compared with, if it is one. Two
    queries, none without one."""
    query = picture_finding.find(picture_finding.token_of(reference.key)) if reference else None
    if query is None:
        return {}
    request = context["request"]
    colours = urlencode([("palette", colour) for colour in query.palette])
    tokens = request.session.get(SESSION_KEY, [])
    return {
        "query": query,
        "picture": picture_finding.picture_of(query),
        "colours": query.palette,
        "colours_address": f"{reverse('browse')}?{colours}",
        "theirs": picture_finding.is_theirs(query, visitors.current(request), tokens),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("feed/meaning_switch.html", takes_context=True)
def meaning_switch(context: dict[str, Any], wish: Wish) -> dict[str, Any]:
    """Return the two ways to search by words, where the gallery can do both. One query, none
    without words."""
    text = meaning.text_of(wish.like) or wish.text
    if not text or meaning.space_that_reads() is None:
        return {}
    return {
        "text": text,
        "by_meaning": bool(meaning.text_of(wish.like)),
        "by_words": f"{reverse('browse')}?{urlencode({'q': text})}",
        "csrf_token": context.get("csrf_token"),
    }
