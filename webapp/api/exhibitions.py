"""Exhibitions: those that are open, and all rooms of one with their texts and works."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from ninja import Path, Router
from pydantic import Field

from webapp.api import cursors, schemas
from webapp.api.parameters import PIECE, Cursor, Limit
from webapp.api.schemas import Out, Page, WorkCard
from webapp.exhibitions import queries, showing
from webapp.exhibitions.models import Exhibition, Wall

router = Router(tags=["Exhibitions"])
Token = Annotated[str, Path(pattern="^[0-9A-Za-z_-]{1,32}$", description="Of its address.")]


class ExhibitionInfo(Out):
    token: str = Field(description="What the API calls it.")
    url: str = Field(description="Its page.")
    title: str
    by_line: str = Field(description="Who curated it, as visitors read it.")
    introduction: str
    state: Literal["open", "closed"]
    opens: datetime
    closes: datetime | None
    manifest: str = Field(description="IIIF Presentation 3.")


class ExhibitionRow(ExhibitionInfo):
    works: int = Field(description="Works in it that can be seen.")
    cover: WorkCard | None = Field(description="The work that stands for it.")


class ExhibitionRoom(Out):
    number: int = Field(description="From 1. On the page its place is #room-1.")
    title: str
    text: str
    wall: Wall = Field(description="The colour of its walls.")
    works: int = Field(description="Works in it that can be seen.")


class Hung(Out):
    room: int = Field(description="The number of the room it hangs in.")
    label: str = Field(description="What the curator says of it there.")
    work: WorkCard


class ExhibitionWorks(Page[Hung]):
    exhibition: ExhibitionInfo
    rooms: list[ExhibitionRoom] = Field(description="All of them, in their order.")
    total: int = Field(description="Works in all rooms.")


@router.get("/exhibitions", response=Page[ExhibitionRow], summary="Those that are open")
def exhibitions(
    request: HttpRequest, cursor: Cursor = "", limit: Limit = PIECE
) -> Page[ExhibitionRow]:
    """The exhibitions that can be visited, the newest first."""
    place = cursors.place_in(cursor, of="exhibitions")
    found = list(_behind(queries.open_now(), place)[: limit + 1])
    shown = found[:limit]
    covers = queries.covers(shown)
    return Page[ExhibitionRow](
        items=[
            ExhibitionRow(
                **_told(request, each),
                works=vars(each)["works"],
                cover=schemas.card(request, covers[each.pk]) if each.pk in covers else None,
            )
            for each in shown
        ],
        next=cursors.next_address(
            request, _place(shown[-1]) if len(found) > limit else None, of="exhibitions"
        ),
    )


@router.get("/exhibitions/{token}", response=ExhibitionWorks, summary="One, room by room")
def exhibition(
    request: HttpRequest, token: Token, cursor: Cursor = "", limit: Limit = PIECE
) -> ExhibitionWorks:
    """An exhibition that is open or has closed: its rooms, and its works as one passes them."""
    found = queries.opened().filter(token=token).first()
    rooms = showing.rooms_of(found) if found else []
    hung = [(room.number, artwork, label) for room in rooms for artwork, label in room.labelled]
    if found is None or not hung:
        raise Http404
    of = cursors.same_list(f"exhibition {found.pk}")
    start = cursors.behind(
        cursors.place_in(cursor, of=of), [work.pk for _room, work, _label in hung]
    )
    shown = hung[start : start + limit]
    end = start + len(shown)
    return ExhibitionWorks(
        exhibition=ExhibitionInfo(**_told(request, found)),
        rooms=[_room(each) for each in rooms],
        total=len(hung),
        items=[
            Hung(room=room, label=label, work=schemas.card(request, work))
            for room, work, label in shown
        ],
        next=cursors.next_address(
            request, [end, shown[-1][1].pk] if end < len(hung) else None, of=of
        ),
    )


def _room(shown: showing.Shown) -> ExhibitionRoom:
    room = shown.room
    return ExhibitionRoom(
        number=shown.number,
        title=room.title,
        text=room.text,
        wall=Wall(room.wall),
        works=len(shown.labelled),
    )


def _told(request: HttpRequest, found: Exhibition) -> dict[str, Any]:
    return {
        "token": found.token,
        "url": schemas.absolute(request, found.get_absolute_url()),
        "title": found.title,
        "by_line": found.by_line,
        "introduction": found.introduction,
        "state": found.state,
        "opens": found.opens,
        "closes": found.closes,
        "manifest": schemas.manifest_of(request, "iiif-exhibition", found.token),
    }


def _place(last: Exhibition) -> list[Any]:
    return [last.opens.isoformat() if last.opens else "", last.pk]


def _behind(found: QuerySet[Exhibition], place: list[Any] | None) -> QuerySet[Exhibition]:
    """Those that opened before the last one of the piece before."""
    if place is None:
        return found
    opens, pk = datetime.fromisoformat(place[0]), place[1]
    return found.filter(Q(opens__lt=opens) | Q(opens=opens, pk__lt=pk))
