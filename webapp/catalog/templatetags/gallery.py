"""How a work is hung and labelled: its picture, its proportions, its facts in words."""

from __future__ import annotations

from typing import Any, Final

from django import template
from django.core.files.storage import default_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from webapp.catalog.files import variant_name
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.catalog.words import length, money

register = template.Library()

SLIMMEST: Final = 0.34
WIDEST: Final = 8.0
"""Beyond these a cell of a wall keeps its shape and the picture stands free within it."""
GROUND_CHROMA: Final = 2.5
"""Most colour, in CIELAB units, that the wall behind a work may have."""
SIZES: Final = {
    # A wall's rows are stretched by about a tenth; a picture is as wide as its ratio says.
    "wall": "(max-width: 40rem) min(92vw, {phone}px),"
    " min(95vw, {desk} * clamp(12rem, 17.5vw, 18rem))",
    # Those of a strip are not.
    "strip": "(max-width: 40rem) min(78vw, {low}px),"
    " min(78vw, 34rem, {ratio} * clamp(11rem, 16vw, 15.5rem))",
    "work": "(max-width: 60rem) 92vw, min({beside}, {work}vh)",
    # On the wall of the home page all works have about the same area.
    "room": "(max-width: 60rem) min({room} * 36vh, {room} * 62vw),"
    " min({room} * 44vh, {room} * 30vw, {room} * 26rem)",
    # Four beside each other, on phones two and two.
    "choice": "(max-width: 40rem) calc({root} * 36vw), min({root} * 22vw, {root} * 27rem)",
    "thumb": "72px",
    "scale": "min(60vw, 25rem)",
}
FIXED: Final = frozenset({"thumb"})
"""Uses whose width is told by `SIZES`, or by the picture itself."""
SOURCE: Final = '<source type="image/{}" srcset="{}" sizes="{}">'


@register.simple_tag
def picture(artwork: Artwork, use: str = "wall", eager: bool = False) -> SafeString:
    """Return the <picture> of a work: best format first, its own blur until it has loaded."""
    image = artwork.image
    ratio = image.width / image.height
    root = ratio**0.5
    sizes = SIZES[use].format(
        ratio=f"{ratio:.2f}",
        root=f"{root:.2f}",
        phone=round(190 * ratio),
        desk=f"{1.1 * ratio:.2f}",
        low=round(168 * ratio),
        work=round(82 * ratio),
        beside="92vw" if is_wide(image) else "100vw - 29rem",
        room=f"{min(root, 1.28 * ratio, 1.4):.2f}",
    )
    if not eager and use not in FIXED:
        sizes = f"auto, {sizes}"  # the laid out width, in browsers that wait for it
    *better, fallback = image.formats
    sources = [format_html(SOURCE, kind, _srcset(image, kind), sizes) for kind in better]
    return format_html(
        "<picture>{}"
        '<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}" decoding="async" {}'
        ' style="background-image:url({})"></picture>',
        SafeString("".join(sources)),
        _middle(image, fallback),
        _srcset(image, fallback),
        sizes,
        image.width,
        image.height,
        alt(artwork),
        SafeString('fetchpriority="high"' if eager else 'loading="lazy"'),
        image.placeholder,
    )


@register.filter
def alt(artwork: Artwork) -> str:
    """Return a work in words: "Title by Artist, medium"."""
    words = _("%(title)s by %(artist)s") % {"title": artwork.title, "artist": artwork.artist.name}
    return f"{words}, {artwork.medium}" if artwork.medium else words


@register.filter
def ratio(image: ArtworkImage) -> str:
    """Return width over height."""
    return f"{image.width / image.height:.4f}"


@register.filter
def cell(image: ArtworkImage) -> str:
    """Return width over height of the cell a picture gets on a wall."""
    return f"{min(max(image.width / image.height, SLIMMEST), WIDEST):.4f}"


@register.filter
def stance(image: ArtworkImage) -> str:
    """Return CSS classes for a picture too slim or too wide to fill its cell."""
    ratio = image.width / image.height
    if ratio < SLIMMEST:
        return " stands-free tall"
    return " stands-free" if ratio > WIDEST else ""


@register.filter
def is_wide(image: ArtworkImage) -> bool:
    """Tell whether a picture leaves no room for a label beside it."""
    return image.width > 1.8 * image.height


@register.filter
def ground(image: ArtworkImage) -> str:
    """Return the hue of the wall behind a work as CSS variables, hardly coloured at all."""
    shares = [max(swatch["share"], 0.0) for swatch in image.palette] or [1.0]
    labs = [swatch["lab"] for swatch in image.palette] or [(0.0, 0.0, 0.0)]
    a, b = (
        sum(share * lab[axis] for share, lab in zip(shares, labs, strict=True)) / sum(shares)
        for axis in (1, 2)
    )
    chroma = (a * a + b * b) ** 0.5
    scale = min(chroma * 0.15, GROUND_CHROMA) / chroma if chroma else 0.0
    return f"--a:{a * scale:.2f};--b:{b * scale:.2f}"


@register.filter
def dimensions(artwork: Artwork) -> str:
    """Return the size as museums write it, height first: "60 × 80 × 4 cm"."""
    if artwork.height_cm is None or artwork.width_cm is None:
        return ""
    sides = [artwork.height_cm, artwork.width_cm]
    if artwork.depth_cm:
        sides.append(artwork.depth_cm)
    return " × ".join(length(side) for side in sides) + " cm"


@register.filter
def price(artwork: Artwork) -> str:
    """Return the price of an available work, or nothing."""
    if artwork.price is None or artwork.availability != Artwork.Availability.AVAILABLE:
        return ""
    return money(artwork.price, artwork.currency)


@register.simple_tag(takes_context=True)
def url_with(context: dict[str, Any], name: str, value: str) -> str:
    """Return this page's address with one filter changed, from the start of the wall."""
    query = context["request"].GET.copy()
    query.pop("after", None)
    query.pop(name, None)
    if value:
        query[name] = value
    return f"{context['request'].path}?{query.urlencode()}" if query else context["request"].path


def _url(image: ArtworkImage, width: int, kind: str) -> str:
    return default_storage.url(variant_name(image.key, width, kind))


def _srcset(image: ArtworkImage, kind: str) -> str:
    return ", ".join(f"{_url(image, width, kind)} {width}w" for width in image.widths)


def _middle(image: ArtworkImage, kind: str) -> str:
    """The variant for browsers that choose none: the first that is wide enough for a wall."""
    fitting = [width for width in image.widths if width >= 640]
    return _url(image, fitting[0] if fitting else image.widths[-1], kind)
