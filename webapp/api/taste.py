"""What the gallery thinks the caller likes: the page Your taste, for programs."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from webapp.api import callers, schemas
from webapp.api.schemas import Out, Swatch, WorkCard
from webapp.feed import hooks
from webapp.mine import taste
from webapp.mine.telling import Word

router = Router(tags=["Me"], auth=callers.KNOWN)


class Weighed(Out):
    work: WorkCard
    verb: str = Field(description="What the caller did with it.")
    share: float = Field(description="Of what all of them together say.")


class Group(Out):
    words: list[str]
    share: float
    works: list[Weighed] = Field(description="Works that look alike, the strongest first.")


class Taste(Out):
    used: bool = Field(description="False for a caller who wants no personal recommendations.")
    works: int = Field(description="How many works it goes by.")
    words: list[str] = Field(description="What they have more often than the whole gallery.")
    colours: list[Swatch]
    groups: list[Group]


@router.get("/me/taste", response=Taste, summary="What is known of the caller's taste")
def my_taste(request: HttpRequest) -> Taste:
    """The caller's taste in words, colours and groups of works, and how much each work says."""
    visitor = callers.visitor(request)
    found = taste.taste_of(visitor)
    return Taste(
        used=not hooks.wanted(visitor).impersonal,
        works=found.works,
        words=_said(found.words),
        colours=[Swatch(hex=each.hex, share=each.share) for each in found.swatches],
        groups=[
            Group(
                words=_said(group.words),
                share=group.share,
                works=[
                    Weighed(
                        work=schemas.card(request, each.artwork),
                        verb=str(each.verb),
                        share=each.share,
                    )
                    for each in group.works
                ],
            )
            for group in found.groups
        ],
    )


def _said(words: Sequence[Word]) -> list[str]:
    return [str(word.label) for word in words]
