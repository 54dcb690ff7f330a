"""Which pictures lack a size or a format that is made today, and what they have once it is made.

Sizes and formats are only ever added. A file that has an address keeps it: it stands in shared
links, in the caches of browsers and in search engines, and no page ever shows a gap.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from artrec.images import served_formats, served_widths
from artrec.images.variants import FORMATS, MAX_SIDE, WIDTHS, VariantFormat
from webapp.catalog.models import Artwork, ArtworkImage


def outdated() -> QuerySet[Artwork]:
    """Return the visible works whose picture lacks what is made today."""
    formats = list(served_formats())
    lacks = ~Q(image__formats__contains=formats)
    for width in WIDTHS:
        # What is taller than the formats can hold is served narrower than it is.
        wide_enough = Q(image__width__gte=width, image__height__lte=MAX_SIDE)
        lacks |= wide_enough & ~Q(image__widths__contains=[width])
    # Those in a format that cannot be made here are left to the machine that made it.
    return Artwork.objects.filter(
        lacks, state=Artwork.State.VISIBLE, image__formats__contained_by=formats
    )


def complete(image: ArtworkImage) -> tuple[list[int], list[VariantFormat]]:
    """Return the widths and formats of an image once it has all that is made today."""
    widths = {*image.widths, *served_widths(image.width, image.height)}
    formats = {*image.formats, *served_formats()}
    return sorted(widths), [kind for kind in FORMATS if kind in formats]


def switch(image: ArtworkImage, *, widths: Sequence[int], formats: Sequence[str]) -> bool:
    """Say that an image has these variants now, which are stored already.

    False where it is not there any more as it was read: another picture has taken its place.
    """
    same = ArtworkImage.objects.filter(pk=image.pk, key=image.key)
    return bool(same.update(widths=list(widths), formats=list(formats)))
