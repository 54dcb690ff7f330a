"""Collections: one's own, and those one may see."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Path, Query, Router, Status
from ninja.errors import ValidationError
from pydantic import Field, StringConstraints

from webapp.api import callers, cursors, keeping, schemas
from webapp.api.parameters import NO_NUL, PIECE, Cursor, Limit, WorkId
from webapp.api.problems import Problem
from webapp.api.schemas import Id, In, Out, Page, WorkCard
from webapp.catalog import queries as catalog
from webapp.catalog.models import Artwork
from webapp.feed.models import Visitor
from webapp.mine import access, actions, queries
from webapp.mine.forms import CollectionForm
from webapp.mine.models import Collection

router = Router(tags=["Collections"])
Shelf = Annotated[
    int,
    Query(
        ge=1,
        le=actions.MOST_COLLECTIONS,
        description=f"How many, {actions.MOST_COLLECTIONS} at most.",
    ),
]
Token = Annotated[str, Path(pattern="^[0-9A-Za-z_-]{1,32}$", description="Of its address.")]
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=NO_NUL)
]
Note = Annotated[str, StringConstraints(max_length=5_000, pattern=NO_NUL)]
WorkNote = Annotated[str, StringConstraints(max_length=2_000, pattern=NO_NUL)]


class CollectionInfo(Out):
    token: str = Field(description="What the API calls it.")
    url: str = Field(description="Its page.")
    title: str
    note: str
    visibility: Collection.Visibility
    standard: bool = Field(description="Where works are saved unless another is chosen.")
    changed: datetime
    mine: bool
    manifest: str | None = Field(description="IIIF Presentation 3; only of public ones.")


class CollectionRow(CollectionInfo):
    works: int = Field(description="Works in it that can be seen.")


class Collected(Out):
    work: WorkCard
    note: str


class CollectionWorks(Page[Collected]):
    collection: CollectionInfo
    total: int


class NewCollection(In):
    title: Title
    note: Note = ""
    visibility: Collection.Visibility = Collection.Visibility.PRIVATE


class ChangedCollection(In):
    """What is left out stays."""

    title: Title | None = None
    note: Note | None = None
    visibility: Collection.Visibility | None = None


class Order(In):
    works: Annotated[list[Id], Field(max_length=actions.MOST_WORKS)] = Field(
        description="Those left out follow in their order; those that are not in it are ignored."
    )
    notes: dict[Id, WorkNote] = Field({}, description="By work; what is left out stays.")
    cover: Id | None = None


@router.get(
    "/collections", response=list[CollectionRow], auth=callers.KNOWN, summary="The caller's own"
)
def collections(
    request: HttpRequest, limit: Shelf = actions.MOST_COLLECTIONS
) -> list[CollectionRow]:
    """The collections of the caller in their order."""
    visitor = callers.visitor(request)
    found = queries.collections().filter(visitor=visitor)[:limit] if visitor else ()
    return [
        CollectionRow(**_told(request, each, visitor).model_dump(), works=vars(each)["works"])
        for each in found
    ]


@router.post(
    "/collections", response={201: CollectionInfo}, auth=callers.KNOWN, summary="Make a collection"
)
def create_collection(request: HttpRequest, body: NewCollection) -> Status[CollectionInfo]:
    """Make a collection of the caller's, in front of the others."""
    visitor = callers.visitor_who_writes(request)
    changed = ChangedCollection(note=body.note, visibility=body.visibility)
    try:
        with transaction.atomic():  # none is made where its words cannot stand
            made = _change(request, actions.create(visitor=visitor, title=body.title), changed)
    except actions.RefusedError as error:
        raise Problem("conflict", str(error)) from error
    return Status(201, _told(request, made, visitor))


@router.get("/collections/{token}", response=CollectionWorks, summary="One and its works")
def collection(
    request: HttpRequest, token: Token, cursor: Cursor = "", limit: Limit = PIECE
) -> CollectionWorks:
    """A collection of the caller's, a public one, or one whose link the caller has."""
    visitor = callers.visitor(request)
    found = access.seen(token, visitor)
    if found.visibility != Collection.Visibility.PUBLIC:
        request.is_personal = True  # type: ignore[attr-defined]
    of = cursors.same_list(f"collection {found.pk}")
    place = cursors.place_in(cursor, of=of)
    seen = queries.contents(found).seen
    start = cursors.behind(place, [each.artwork.pk for each in seen])
    shown = seen[start : start + limit]
    end = start + len(shown)
    return CollectionWorks(
        collection=_told(request, found, visitor),
        total=len(seen),
        items=[
            Collected(work=schemas.card(request, each.artwork), note=each.note) for each in shown
        ],
        next=cursors.next_address(
            request, [end, shown[-1].artwork.pk] if end < len(seen) else None, of=of
        ),
    )


@router.patch(
    "/collections/{token}",
    response=CollectionInfo,
    auth=callers.KNOWN,
    summary="Change its words, and who may see it",
)
def change_collection(
    request: HttpRequest, token: Token, body: ChangedCollection
) -> CollectionInfo:
    """Change a collection of the caller's."""
    found = access.own(request, token)
    return _told(request, _change(request, found, body), found.visitor)


@router.delete(
    "/collections/{token}", response={204: None}, auth=callers.KNOWN, summary="Delete a collection"
)
def delete_collection(request: HttpRequest, token: Token) -> HttpResponse:
    """Delete a collection of the caller's; for a day the site can bring it back."""
    actions.delete(collection=access.own(request, token))
    return HttpResponse(status=204)


@router.put(
    "/collections/{token}/order", response={204: None}, auth=callers.KNOWN, summary="Arrange it"
)
def arrange_collection(request: HttpRequest, token: Token, body: Order) -> HttpResponse:
    """Put the works of a collection of the caller's in order, with notes and a cover."""
    found = access.own(request, token)
    actions.arrange(collection=found, order=body.works, notes=body.notes, cover=body.cover)
    return HttpResponse(status=204)


@router.put(
    "/collections/{token}/works/{int:work_id}",
    response={204: None},
    auth=callers.KNOWN,
    summary="Put a work into it",
)
def put_work(request: HttpRequest, token: Token, work_id: WorkId) -> HttpResponse:
    """Put a work into a collection of the caller's; twice is the same as once."""
    found, work = access.own(request, token), _work(work_id)
    keeping.keep(found.visitor, work, keeping.holding(found.visitor, work) | {found.pk})
    return HttpResponse(status=204)


@router.delete(
    "/collections/{token}/works/{int:work_id}",
    response={204: None},
    auth=callers.KNOWN,
    summary="Take a work out of it",
)
def take_work(request: HttpRequest, token: Token, work_id: WorkId) -> HttpResponse:
    """Take a work out of a collection of the caller's; one that is not in it stays out."""
    found, work = access.own(request, token), _work(work_id)
    keeping.keep(found.visitor, work, keeping.holding(found.visitor, work) - {found.pk})
    return HttpResponse(status=204)


def _told(request: HttpRequest, found: Collection, visitor: Visitor | None) -> CollectionInfo:
    public = found.visibility == Collection.Visibility.PUBLIC
    return CollectionInfo(
        token=found.token,
        url=schemas.absolute(request, found.get_absolute_url()),
        title=found.title,
        note=found.note,
        visibility=Collection.Visibility(found.visibility),
        standard=found.standard,
        changed=found.changed,
        mine=access.owns(visitor, found),
        manifest=schemas.manifest_of(request, "iiif-collection", found.token) if public else None,
    )


def _change(request: HttpRequest, found: Collection, body: ChangedCollection) -> Collection:
    """Change a collection by the form of its page, so that one rule holds for both."""
    given = {name: value for name, value in body.model_dump().items() if value is not None}
    kept = {name: getattr(found, name) for name in ("title", "note", "visibility")}
    form = CollectionForm(
        {**kept, **given}, instance=found, may_publish=request.user.is_authenticated
    )
    if not form.is_valid():
        raise ValidationError(
            [
                {"loc": ("body", field), "msg": said}
                for field, texts in form.errors.items()
                for said in texts
            ]
        )
    return form.save()


def _work(pk: int) -> Artwork:
    work = catalog.visible().filter(pk=pk).first()
    if work is None:
        raise Http404
    return work
