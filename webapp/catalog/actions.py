"""Write side of the catalogue: works come in, change, are withdrawn and shown again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, cast

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import slugify

from webapp.catalog import colours, files, hooks, tiles
from webapp.catalog.facts import UNKNOWN_ARTIST, Facts
from webapp.catalog.models import Artist, Artwork, ArtworkImage
from webapp.jobs import Job, enqueue

UNTITLED: Final = "Untitled"
_OF_ARTIST: Final = frozenset({"artist", "artist_bio"})


class DuplicateImageError(Exception):
    """Another artwork has the very same file."""

    def __init__(self, artwork: Artwork) -> None:
        super().__init__(f"The same file is already here as {artwork.title}.")
        self.artwork = artwork


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedImage:
    """An image that was opened, measured and written to the storages."""

    original: str
    key: str
    format: str
    width: int
    height: int
    size: int
    sha256: str
    perceptual_hash: str
    placeholder: str
    palette: list[dict[str, Any]]
    widths: list[int]
    formats: list[str]


@dataclass(frozen=True, slots=True)
class Published:
    """What `publish_image` did."""

    artwork: Artwork
    created: bool
    replaced: ArtworkImage | None
    """The image the work had before: its files can go once this is committed."""


def find_by_sha256(sha256: str) -> Artwork | None:
    """Return the artwork that has exactly this file."""
    return Artwork.objects.filter(image__sha256=sha256).select_related("artist").first()


@transaction.atomic
def publish_image(
    *,
    image: CheckedImage,
    facts: Facts,
    source_key: str | None = None,
    held: bool = False,
    added: datetime | None = None,
) -> Published:
    """Make an artwork of a checked image, or give the work of `source_key` a new one.

    The work then waits for its vector; a withdrawn work stays withdrawn. A new work is `held` back
    from visitors if so asked, and is dated as `added`. Ring EMBED_ARTWORKS afterwards, once for as
    many works as come together.

    Raises:
        DuplicateImageError: If another work has the same file. Nothing is written.
    """
    if known := find_by_sha256(image.sha256):
        raise DuplicateImageError(known)
    before = Artwork.objects.filter(source_key=source_key).first() if source_key else None
    replaced = ArtworkImage.objects.filter(artwork=before).first() if before else None
    artwork = create_or_update_artwork(facts=facts, source_key=source_key, held=held, added=added)
    if artwork.state != Artwork.State.WITHDRAWN:
        wait_for_vector(Artwork.objects.filter(pk=artwork.pk))
    values = {name: getattr(image, name) for name in CheckedImage.__slots__}
    values["colours"] = colours.families(image.palette)
    try:
        with transaction.atomic():
            ArtworkImage.objects.update_or_create(artwork=artwork, defaults=values)
    except IntegrityError as error:
        # Another worker was faster with the same file.
        if known := find_by_sha256(image.sha256):
            raise DuplicateImageError(known) from error
        raise
    return Published(artwork, created=before is None, replaced=replaced)


@transaction.atomic
def create_or_update_artwork(
    *,
    facts: Facts,
    source_key: str | None = None,
    held: bool = False,
    added: datetime | None = None,
) -> Artwork:
    """Make the work of `source_key`, or bring its facts up to date; without a key make a new one.

    Only the facts that are named change. A new work starts as "waiting for its vector"; where its
    facts do not say since when it is here, it is since `added`, or now.
    """
    artwork = None
    if source_key:
        known = Artwork.objects.select_for_update(of=("self",)).filter(source_key=source_key)
        artwork = known.select_related("artist").first()
    if artwork is None:
        complete: Facts = {"title": UNTITLED, "artist": UNKNOWN_ARTIST}
        complete["added"] = added or timezone.now()
        complete.update(facts)
        artwork = Artwork(artist=_artist(complete), source_key=source_key or None, held=held)
        _assign(artwork, complete)
        artwork.save()
    else:
        change_facts(artwork, facts)
    return artwork


def change_facts(artwork: Artwork, facts: Facts) -> set[str]:
    """Write the facts in which a work differs, and return their names. Reads `artwork.artist`."""
    if changed := changed_facts(artwork, facts):
        artwork.artist = _artist(facts) if "artist" in facts else artwork.artist
        if artwork.artist.bio != (bio := facts.get("artist_bio") or artwork.artist.bio):
            artwork.artist.bio = bio
            artwork.artist.save(update_fields=["bio"])
        _assign(artwork, facts)
        artwork.save(update_fields=sorted({*changed - _OF_ARTIST, "artist"}))
    return changed


def changed_facts(artwork: Artwork, facts: Facts) -> set[str]:
    """Return the names of the facts in which `artwork` differs. Reads `artwork.artist`."""
    now: dict[str, Any] = {name: getattr(artwork, name) for name in facts.keys() - _OF_ARTIST}
    now["artist"] = artwork.artist.name
    # A card without a biography says nothing against the one we have.
    now["artist_bio"] = artwork.artist.bio if facts.get("artist_bio") else ""
    changed = {name for name, value in facts.items() if now[name] != value}
    if "artist" in changed and hooks.formerly_named(facts["artist"]) == artwork.artist:
        changed.remove("artist")  # they are called otherwise now
    return changed


def facts_now(artwork: Artwork, names: Iterable[str]) -> Facts:
    """Return what `artwork` says of these facts. Reads `artwork.artist`."""
    of_artist = {"artist": artwork.artist.name, "artist_bio": artwork.artist.bio}
    values = {
        name: of_artist[name] if name in of_artist else getattr(artwork, name) for name in names
    }
    return cast(Facts, values)


@transaction.atomic
def delete_artworks(artwork_ids: Iterable[int]) -> None:
    """Delete works with everything that hangs on them, and their files once that is certain."""
    ids = list(artwork_ids)
    images = list(ArtworkImage.objects.filter(artwork__in=ids))
    Artwork.objects.filter(pk__in=ids).delete()
    for image in images:
        transaction.on_commit(partial(files.delete_files, image))


@transaction.atomic
def withdraw(artwork_ids: Iterable[int]) -> int:
    """Take works off the walls; likes and vectors stay, but nobody can look closer any more.
    Return how many were shown."""
    ids = list(artwork_ids)
    transaction.on_commit(partial(tiles.drop_of, ids))
    shown = Artwork.objects.filter(pk__in=ids).exclude(state=Artwork.State.WITHDRAWN)
    return shown.update(state=Artwork.State.WITHDRAWN, state_reason="", claimed_until=None)


@transaction.atomic
def show_again(artwork_ids: Iterable[int]) -> int:
    """Let withdrawn and failed works try again; they are visible once their vector is stored."""
    away = Artwork.objects.filter(
        pk__in=list(artwork_ids), state__in=[Artwork.State.WITHDRAWN, Artwork.State.FAILED]
    )
    count = wait_for_vector(away)
    if count:
        enqueue(Job.EMBED_ARTWORKS)
    return count


def wait_for_vector(artworks: QuerySet[Artwork]) -> int:
    """Let works be placed anew. Ring EMBED_ARTWORKS afterwards."""
    return artworks.update(
        state=Artwork.State.CHECKED,
        state_reason="",
        attempts=0,
        claimed_until=None,
        deleted=None,
    )


def _assign(artwork: Artwork, facts: Facts) -> None:
    for name, value in facts.items():
        if name not in _OF_ARTIST:
            setattr(artwork, name, value)


def _artist(facts: Facts) -> Artist:
    """Return the artist of that name, made now if need be."""
    name = " ".join(facts["artist"].split())
    known = Artist.objects.filter(name=name).first() or hooks.formerly_named(name)
    bio = facts.get("artist_bio", "")
    artist = known or _make_artist(name, bio)
    if bio and artist.bio != bio:
        artist.bio = bio
        artist.save(update_fields=["bio"])
    return artist


def _make_artist(name: str, bio: str) -> Artist:
    base = slugify(name)[:200] or "artist"
    number = 1
    while True:
        slug = base if number == 1 else f"{base}-{number}"
        try:
            with transaction.atomic():
                return Artist.objects.create(name=name, slug=slug, bio=bio)
        except IntegrityError:
            # Either another worker made the same artist, or another artist has the slug.
            if known := Artist.objects.filter(name=name).first():
                return known
            number += 1
