"""What the API says of works and artists: the types, and how rows become them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.urls import reverse
from pydantic import BaseModel, ConfigDict, Field

from webapp.catalog.files import variant_name, variants
from webapp.catalog.models import Artist, Artwork, ArtworkImage
from webapp.catalog.templatetags.gallery import alt

T = TypeVar("T")
BIGGEST = 2**63 - 1
Id = Annotated[int, Field(ge=1, le=BIGGEST)]


class Out(BaseModel):
    """What is sent."""

    model_config = ConfigDict(frozen=True)


class In(BaseModel):
    """What is received: nothing but what is named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ArtistRef(Out):
    slug: str
    name: str
    url: str = Field(description="The page of the artist.")


class Source(Out):
    url: str
    width: int
    type: str = Field(examples=["image/webp"])


class Image(Out):
    width: int = Field(description="Of the original, in pixels.")
    height: int
    alt: str
    url: str = Field(description="A JPEG that is wide enough for a wall of pictures.")
    sources: list[Source] = Field(description="All files there are, by type, narrow to wide.")


class WorkCard(Out):
    id: int
    url: str = Field(description="The page of the work.")
    title: str
    artist: ArtistRef
    year: int | None
    medium: str
    image: Image
    manifest: str = Field(description="IIIF Presentation 3.")


class Price(Out):
    amount: str = Field(examples=["1200.00"], description="Decimal digits, as text.")
    currency: str = Field(examples=["EUR"])


class Swatch(Out):
    hex: str = Field(examples=["#8a7f70"])
    share: float = Field(description="Part of the picture, from 0 to 1.")


class Work(WorkCard):
    style: str
    description: str
    height_cm: float | None
    width_cm: float | None
    depth_cm: float | None
    availability: Artwork.Availability
    price: Price | None = Field(description="Only of works that can be bought.")
    one_of_a_kind: bool
    rights: str
    credit_line: str
    accession_number: str = Field(
        examples=["SK-A-1505"], description="The inventory number, as the museum writes it."
    )
    source_url: str | None
    added: datetime
    palette: list[Swatch] = Field(description="Largest share first.")
    colours: list[str] = Field(description="Colour families, as the filter names them.")


class ArtistInfo(ArtistRef):
    bio: str
    works: str = Field(description="Where the API lists the works.")


class Page(Out, Generic[T]):
    """A piece of a list."""

    items: list[T]
    next: str | None = Field(description="The address of the next piece; null at the end.")


def card(request: HttpRequest, artwork: Artwork) -> WorkCard:
    """Return what a list says of a work."""
    return WorkCard(**_card(request, artwork))


def work(request: HttpRequest, artwork: Artwork) -> Work:
    """Return everything that is public about a work."""
    on_sale = artwork.availability == Artwork.Availability.AVAILABLE
    return Work(
        **_card(request, artwork),
        style=artwork.style,
        description=artwork.description,
        height_cm=_length(artwork.height_cm),
        width_cm=_length(artwork.width_cm),
        depth_cm=_length(artwork.depth_cm),
        availability=Artwork.Availability(artwork.availability),
        price=Price(amount=str(artwork.price), currency=artwork.currency)
        if on_sale and artwork.price is not None
        else None,
        one_of_a_kind=artwork.one_of_a_kind,
        rights=artwork.rights,
        credit_line=artwork.credit_line,
        accession_number=artwork.accession_number,
        source_url=artwork.source_url or None,
        added=artwork.added,
        palette=[Swatch(hex=each["hex"], share=each["share"]) for each in artwork.image.palette],
        colours=artwork.image.colours,
    )


def artist(request: HttpRequest, person: Artist) -> ArtistInfo:
    """Return everything that is public about an artist."""
    listing = f"{reverse('api-1:works')}?artist={person.slug}"
    return ArtistInfo(
        slug=person.slug,
        name=person.name,
        url=absolute(request, person.get_absolute_url()),
        bio=person.bio,
        works=absolute(request, listing),
    )


def absolute(request: HttpRequest, address: str) -> str:
    """Return an address with scheme and host; one that has them already stays."""
    if not address.startswith("/"):
        return address
    known = vars(request)
    if "api_origin" not in known:  # a list asks a hundred times
        known["api_origin"] = f"{request.scheme}://{request.get_host()}"
    return f"{known['api_origin']}{address}"


def files(request: HttpRequest, image: ArtworkImage) -> list[Source]:
    """Return the variants of a picture, best format first."""
    return [
        Source(url=_variant(request, image, width, kind), width=width, type=f"image/{kind}")
        for kind in image.formats
        for width, _ in variants(image.widths, [kind])
    ]


def jpeg(request: HttpRequest, image: ArtworkImage, *, at_least: int) -> Source:
    """Return the narrowest JPEG of so many pixels or more, else the widest."""
    fitting = [width for width in image.widths if width >= at_least] or image.widths[-1:]
    kind = image.formats[-1]
    url = _variant(request, image, fitting[0], kind)
    return Source(url=url, width=fitting[0], type=f"image/{kind}")


def manifest_of(request: HttpRequest, route: str, name: int | str) -> str:
    """Return where the IIIF document of a work, collection or exhibition is."""
    return absolute(request, reverse(route, args=[name]))


def _card(request: HttpRequest, artwork: Artwork) -> dict[str, Any]:
    image = artwork.image
    return {
        "id": artwork.pk,
        "url": absolute(request, artwork.get_absolute_url()),
        "title": artwork.title,
        "artist": ArtistRef(
            slug=artwork.artist.slug,
            name=artwork.artist.name,
            url=absolute(request, artwork.artist.get_absolute_url()),
        ),
        "year": artwork.year,
        "medium": artwork.medium,
        "image": Image(
            width=image.width,
            height=image.height,
            alt=alt(artwork),
            url=jpeg(request, image, at_least=640).url,
            sources=files(request, image),
        ),
        "manifest": manifest_of(request, "iiif-work", artwork.pk),
    }


def _variant(request: HttpRequest, image: ArtworkImage, width: int, kind: str) -> str:
    return absolute(request, default_storage.url(variant_name(image.key, width, kind)))


def _length(length: Decimal | None) -> float | None:
    return None if length is None else float(length)
