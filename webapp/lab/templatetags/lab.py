"""Figures in words and to a fixed length, as tables and charts of the lab show them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from webapp.lab.catalogue import models

register = template.Library()

_CODE: Final = re.compile(r"`([^`]+)`")


@register.filter
def model_title(name: str) -> str:
    """What people call a model."""
    found = models().get(name)
    return found.title if found else name


@register.filter
def count(value: int | None) -> str:
    """A whole number, its thousands set apart."""
    return "" if value is None else f"{value:,}"


@register.filter
def figure(value: float | None) -> str:
    """A measure to three digits; a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"


@register.filter
def signed(value: float | None) -> str:
    """A difference with its sign, minus as typographers set it."""
    if value is None:
        return "–"
    return f"{value:+.3f}".replace("-", "\N{MINUS SIGN}") if abs(value) >= 0.0005 else "0.000"


@register.filter
def p_value(value: float) -> str:
    """As the field writes it."""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


@register.filter
def span(seconds: float | None) -> str:
    """A time in its two largest units: "3 min 20 s"."""
    if seconds is None:
        return ""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    minutes = round(whole / 60)
    return f"{minutes // 60} h {minutes % 60} min"


@register.simple_tag
def sort_link(key: str, title: str, by: str, purpose: str) -> SafeString:
    """A heading that sorts the versions of a purpose by its column, and the other way round if it
    does already."""
    arrow = {key: " \N{DOWNWARDS ARROW}", f"-{key}": " \N{UPWARDS ARROW}"}.get(by, "")
    state = SafeString(' aria-current="true"') if arrow else ""
    wanted = f"-{key}" if by == key else key
    link = '<a href="?for={}&amp;by={}"{}>{}{}</a>'
    return format_html(link, purpose, quote(wanted, safe=""), state, title, arrow)


@register.filter
def code(text: str) -> SafeString:
    """Set what stands between backticks as code."""
    marked = _CODE.sub(r"<code>\1</code>", str(escape(text)))
    return mark_safe(marked)  # noqa: S308 - escaped above
