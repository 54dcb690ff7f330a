"""What an export says of itself to whoever opens it."""

from __future__ import annotations

from textwrap import dedent

from django.utils import timezone

from webapp.transfer import images


def readme(selection: str, works: int, pictures: str, people: bool) -> str:
    """Return the text of an export's README."""
    if pictures == images.NO_PICTURES:
        shown = "No pictures are in it; without them works cannot be imported."
    elif pictures == images.ORIGINAL:
        shown = "data/images has the picture of each work as it was brought in."
    else:
        shown = f"data/images has a JPEG of each work, {pictures} pixels wide or the nearest to it."
    private = (
        "IT HOLDS PERSONAL DATA: data/people has accounts with hashed passwords, what\n"
        "visitors did and what curators prepare. Keep it as you would keep the database."
        if people
        else "It holds no accounts and nothing of what visitors did."
    )
    about = dedent(
        """\
        data/works.csv          the works, for spreadsheets. Words that a spreadsheet could take
                                for a formula have a ' before them.
        data/works.jsonl        the works with all that is known of them, one JSON object a line
        data/artists.jsonl      their artists
        data/iiif/              IIIF Presentation 3: collection.json, and a manifest for each work
        data/linked-art/        the works in Linked Art (JSON-LD)
        data/spaces.jsonl       the spaces in which works are compared; their vectors are
        data/vectors/           Parquet files with the columns id (of the work) and vector
        data/features.jsonl     what the extractors saw, in Parquet files of the same kind
        data/models/            the trained models that serve
        data/maps/              the maps of the works: where each stands, in Parquet files with the
                                columns id, x, y, neighbourhood (its id) and drawn; the
                                neighbourhoods with their names, and the history of these
        data/site/              picks, public collections and exhibitions, serving settings,
                                which works are one and which only look so

        The folder is a bag by BagIt 1.0 (RFC 8493): any of its tools can verify it, and so can
            sha256sum --check --quiet manifest-sha256.txt
        To look at it in a IIIF viewer, serve data/ under the address it was made for, by default
            python -m http.server 8000 --directory data
        and open http://localhost:8000/iiif/collection.json. To bring it into an Artrec site:
            manage.py import_export PATH
        """
    )
    day = timezone.now().date().isoformat()
    head = f"{selection}, exported from Artrec on {day}. Works: {works}."
    return f"{head}\n{shown}\n{private}\n\n{about}"
