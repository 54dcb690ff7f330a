"""Values of the catalogue in words: colours, orientations, years and prices.

What curators wrote (titles, styles, media) stays as they wrote it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

COLOURS: Final = {
    "red": gettext_noop("red"),
    "orange": gettext_noop("orange"),
    "yellow": gettext_noop("yellow"),
    "green": gettext_noop("green"),
    "teal": gettext_noop("teal"),
    "blue": gettext_noop("blue"),
    "purple": gettext_noop("purple"),
    "pink": gettext_noop("pink"),
    "brown": gettext_noop("brown"),
    "black": gettext_noop("black"),
    "grey": gettext_noop("grey"),
    "white": gettext_noop("white"),
}
ORIENTATIONS: Final = {
    "portrait": gettext_noop("portrait"),
    "landscape": gettext_noop("landscape"),
    "square": gettext_noop("square"),
}
SYMBOLS: Final = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CHF": "CHF "}


def years(first: int, last: int) -> str:
    """Return a period in words: "1880s", "1800 to 1899", "1888"."""
    if last - first == 9 and first % 10 == 0:
        return _("%(year)ss") % {"year": first}
    if first == last:
        return str(first)
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def prices(currency: str, least: Decimal | None, most: Decimal | None) -> str:
    """Return a range of prices in words; a bound of 0 is none."""
    low, high = (money(round(amount), currency) if amount else "" for amount in (least, most))
    if low and high:
        return _("%(first)s to %(last)s") % {"first": low, "last": high}
    if low:
        return pgettext("price", "From %(price)s") % {"price": low}
    return pgettext("price", "Up to %(price)s") % {"price": high}


def money(amount: Decimal | int, currency: str) -> str:
    """Return a price as the language writes it: "€1,200", "1 200,50 €"; cents if there are any."""
    symbol = SYMBOLS.get(currency, f"{currency} " if currency else "")
    places = 0 if amount == int(amount) else 2
    number = number_format(amount, decimal_pos=places, force_grouping=True)
    pattern = pgettext("price", "%(symbol)s%(number)s")  # the symbol where the language has it
    return (pattern % {"symbol": symbol, "number": number}).strip()


def length(centimetres: Decimal) -> str:
    """Return a length without zeros at its end: "60", "60.5"."""
    return number_format(Decimal(f"{centimetres.normalize():f}"))
