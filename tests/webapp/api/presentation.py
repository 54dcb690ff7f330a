"""What the IIIF Presentation API 3.0 asks of the parts that we send.

Written from https://iiif.io/api/presentation/3.0/: required properties, their types, and nothing
that the specification does not know.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveInt


def _is_http(address: str) -> str:
    assert address.startswith(("http://", "https://")), address
    return address


def _is_language_map(words: dict[str, list[str]]) -> dict[str, list[str]]:
    assert words
    assert all(words.values())
    return words


Address = Annotated[str, AfterValidator(_is_http)]
Words = Annotated[dict[str, list[str]], AfterValidator(_is_language_map)]
Rights = Annotated[
    str, Field(pattern=r"^http://(creativecommons\.org/|rightsstatements\.org/vocab/)")
]
"""Of the two vocabularies the specification names; their addresses begin with http."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Pair(Part):
    label: Words
    value: Words


class ImageService(Part):
    id: Address
    type: Literal["ImageService3"]
    profile: Literal["level0", "level1", "level2"]


class Image(Part):
    id: Address
    type: Literal["Image"]
    format: str
    width: PositiveInt
    height: PositiveInt
    service: list[ImageService] = Field(default_factory=list)


class Page(Part):
    """A homepage, or what is seen also."""

    id: Address
    type: Literal["Text", "Dataset"]
    label: Words
    format: str = ""
    profile: str = ""


class Agent(Part):
    id: Address
    type: Literal["Agent"]
    label: Words
    homepage: list[Page] = Field(default_factory=list)


class Annotation(Part):
    id: Address
    type: Literal["Annotation"]
    motivation: Literal["painting"]
    body: Image
    target: Address


class AnnotationPage(Part):
    id: Address
    type: Literal["AnnotationPage"]
    items: list[Annotation] = Field(min_length=1)


class Whole(Part):
    """What a canvas is a part of as well."""

    id: Address
    type: Literal["Manifest", "Collection"]


class Described(Part):
    id: Address
    label: Words | None = None
    summary: Words | None = None
    metadata: list[Pair] | None = Field(None, min_length=1)
    rights: Rights | None = None
    requiredStatement: Pair | None = None  # noqa: N815  # the specification's name
    provider: list[Agent] = Field(default_factory=list)
    thumbnail: list[Image] = Field(default_factory=list)
    homepage: list[Page] = Field(default_factory=list)


class Canvas(Described):
    type: Literal["Canvas"]
    height: PositiveInt
    width: PositiveInt
    items: list[AnnotationPage] = Field(min_length=1)
    partOf: list[Whole] = Field(default_factory=list)  # noqa: N815  # the specification's name


class CanvasOfRange(Part):
    id: Address
    type: Literal["Canvas"]


class Range(Described):
    type: Literal["Range"]
    items: list[CanvasOfRange] = Field(min_length=1)


class Document(Described):
    context: Literal["http://iiif.io/api/presentation/3/context.json"] = Field(alias="@context")
    label: Words


class Manifest(Document):
    type: Literal["Manifest"]
    items: list[Canvas] = Field(min_length=1)
    structures: list[Range] = Field(default_factory=list)


class Reference(Part):
    """A manifest as a collection names it."""

    id: Address
    type: Literal["Manifest", "Collection"]
    label: Words
    thumbnail: list[Image] = Field(default_factory=list)


class Collection(Document):
    type: Literal["Collection"]
    items: list[Reference]
