"""What can be asked of a list of works, checked; the rest is the same as on the pages."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest
from ninja import Path, Query
from ninja.errors import ValidationError
from pydantic import BaseModel, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from webapp.api import cursors
from webapp.api.schemas import BIGGEST
from webapp.catalog import conditions, palette
from webapp.catalog.colours import FAMILIES
from webapp.feed import browsing
from webapp.feed.wish import LONGEST, Wish

NO_NUL: Final = r"^[^\x00]*$"
Text = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
WorkId = Annotated[int, Path(ge=1, le=BIGGEST)]
Slug = Annotated[str, Path(pattern="^[-a-zA-Z0-9_]+$", max_length=220)]
Cursor = Annotated[
    str,
    Query(max_length=cursors.LONGEST, description="From 'next' of the piece before."),
]
PIECE: Final = 50
"""So much of a list comes at once, unless another number is asked for."""
MOST: Final = 100
_LIMIT: Final = f"How many at once, {MOST} at most. It may change from one piece to the next."
Limit = Annotated[int, Query(ge=1, le=MOST, description=_LIMIT)]
Lens = Literal["agree", "look", "colour", "style", "artist", "taste"]
_most: Any = Field(default=[], max_length=conditions.MOST_VALUES)


class Filters(BaseModel):
    """What leaves works out."""

    q: str = Field(
        "",
        max_length=LONGEST,
        pattern=NO_NUL,
        description="Words; all must occur. Or an inventory number, or the beginning of one.",
    )
    literal: Literal["0", "1"] = Field(
        "0", description="Set to 1, the words are looked for as they are."
    )
    style: list[Text] = _most
    medium: list[Text] = _most
    artist: list[Text] = Field([], max_length=conditions.MOST_VALUES, description="Slugs.")
    period: list[str] = Field(
        [],
        max_length=conditions.MOST_VALUES,
        description="First and last year.",
        examples=[["1880-1889"]],
    )
    price: list[str] = Field(
        [],
        max_length=conditions.MOST_VALUES,
        description="Currency, least and most; each may be missing.",
        examples=[["EUR100-499.99"]],
    )
    size: list[Literal["small", "medium", "large", "huge"]] = _most
    orientation: list[Literal["portrait", "landscape", "square"]] = _most
    colour: list[Literal[FAMILIES]] = _most  # type: ignore[valid-type]
    availability: list[Literal["available", "sold", "not_for_sale"]] = _most
    palette: list[str] = Field(
        [],
        max_length=palette.MOST,
        description="Colours that the picture has, the nearest first.",
        examples=[["8a7f70"]],
    )

    like: str = Field(
        "",
        pattern=r"^([0-9A-Za-z][0-9A-Za-z.,:_~-]{0,99})?$",
        description="The id of a work: those most like it first. With words and filters it leaves"
        " nothing more out, but puts in order.",
        examples=["12"],
    )
    lens: Literal[Lens, ""] = Field("", description="How they are compared.")

    @field_validator("period", "price")
    @classmethod
    def _readable(cls, values: list[str], info: ValidationInfo) -> list[str]:
        name = info.field_name or ""
        for value in values:
            if conditions.readable(name, [value]) != (value,):
                raise PydanticCustomError(
                    "unreadable",
                    "'{value}' cannot be read. Write it as {example}",
                    {"value": value, "example": _EXAMPLES[name]},
                )
        return values

    @field_validator("palette")
    @classmethod
    def _coloured(cls, values: list[str]) -> list[str]:
        for value in values:
            if not palette.colours_of([value]):
                raise PydanticCustomError(
                    "unreadable",
                    "'{value}' is no colour. Write six hexadecimal digits, as in 8a7f70",
                    {"value": value},
                )
        return values


class Sorted(Filters):
    """What leaves works out, their order, and how many at once."""

    sort: Literal["", "newest", "popular", "for-you"] = Field(
        "",
        description="Without it the best match comes first, or else the newest.",
    )
    limit: int = Field(browsing.PAGE, ge=1, le=MOST, description=_LIMIT)


def wish_of(request: HttpRequest, filters: Filters) -> Wish:
    """Return what somebody wants to see, from parameters that were checked.

    Raises:
        ValidationError: If there are parameters that mean nothing here: a slip of the hand must
            not find everything.
    """
    known = {*type(filters).model_fields, "cursor"}
    if unknown := sorted(set(request.GET) - known):
        expected = ", ".join(sorted(known))
        raise ValidationError(
            [
                {"loc": ("query", name), "msg": f"There is no such parameter, only {expected}"}
                for name in unknown
            ]
        )
    return Wish.from_query(request.GET)


_EXAMPLES: Final = {"period": "1880-1889", "price": "EUR100-499.99, 100- or -500"}
