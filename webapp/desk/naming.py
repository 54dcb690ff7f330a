"""Artists by other names: renamed, merged into another, and parted again.

The old name still brings works in under the artist who has them now, and the old address leads on.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from webapp.accounts.models import User
from webapp.catalog.models import Artist, Artwork
from webapp.desk.models import Apart, FormerName, Merge
from webapp.mine.models import Follow


@transaction.atomic
def rename(artist: Artist, name: str) -> Artist:
    """Give an artist another name, and a page under it; the old ones still lead there.

    Raises:
        ValidationError: If somebody else has or had the name.
    """
    name = " ".join(name.split())
    artist = Artist.objects.select_for_update().get(pk=artist.pk)
    if name == artist.name:
        return artist
    if not name or len(name) > 200:
        raise ValidationError("A name has 1 to 200 characters.")
    if Artist.objects.filter(name=name).exists():
        raise ValidationError(f"There is another artist called {name}. Merge the two instead.")
    known = FormerName.objects.select_related("artist").filter(name=name).first()
    if known and known.artist_id != artist.pk:
        raise ValidationError(f"{name} is a former name of {known.artist.name}.")
    if known:
        known.delete()
    FormerName.objects.create(artist=artist, name=artist.name, slug=artist.slug)
    artist.name, artist.slug = name, known.slug if known else _free_slug(name)
    artist.save(update_fields=["name", "slug"])
    return artist


@transaction.atomic
def merge(*, kept: Artist, gone: Artist, by: User | None) -> Merge:
    """Give the works, followers and former names of `gone` to `kept`, and let `gone` go.

    Raises:
        ValidationError: If they are the same, or one of them is gone already.
    """
    locked = Artist.objects.select_for_update().order_by("pk").in_bulk([kept.pk, gone.pk])
    if len(locked) != 2:
        raise ValidationError("Choose two different artists who are both still here.")
    gone = locked[gone.pk]
    works = list(gone.artworks.order_by("pk").values_list("pk", flat=True))
    followers = set(gone.follows.values_list("visitor_id", flat=True))
    moved = followers - set(Follow.objects.filter(artist=kept).values_list("visitor_id", flat=True))
    names = list(gone.former_names.values_list("pk", flat=True))
    made = Merge.objects.create(
        by=by,
        kept=kept,
        gone={"id": gone.pk, "name": gone.name, "slug": gone.slug, "bio": gone.bio},
        works=works,
        followers=sorted(followers),
        moved_followers=sorted(moved),
        former_names=names,
    )
    Artwork.objects.filter(artist=gone).update(artist=kept)
    gone.follows.filter(visitor__in=moved).update(artist=kept)
    gone.former_names.update(artist=kept)
    gone.merges.update(kept=kept)
    gone.delete()
    FormerName.objects.create(artist=kept, name=gone.name, slug=gone.slug)
    if gone.bio and not locked[kept.pk].bio:
        Artist.objects.filter(pk=kept.pk).update(bio=gone.bio)
    return made


@transaction.atomic
def part(merged: Merge) -> Artist:
    """Undo a merge: who went is back with their works and followers. Return them.

    Works that went to somebody else since then stay there.

    Raises:
        ValidationError: If it is undone already, or the name was given to somebody else.
    """
    merged = Merge.objects.select_for_update(of=("self",)).select_related("kept").get(pk=merged.pk)
    if merged.undone:
        raise ValidationError("This merge is undone already.")
    gone = Artist(**merged.gone)
    taken = Artist.objects.filter(name=gone.name) | Artist.objects.filter(slug=gone.slug)
    if taken.exists():
        raise ValidationError(f"Somebody else is called {gone.name} now. Rename them first.")
    kept = merged.kept
    FormerName.objects.filter(name=gone.name).delete()
    gone.save(force_insert=True)
    if gone.bio and kept.bio == gone.bio:
        Artist.objects.filter(pk=kept.pk).update(bio="")
    Artwork.objects.filter(pk__in=merged.works, artist=kept).update(artist=gone)
    follows = Follow.objects.filter(artist=kept)
    follows.filter(visitor__in=merged.moved_followers).update(artist=gone)
    both = set(merged.followers) - set(merged.moved_followers)
    still = follows.filter(visitor__in=both).values_list("visitor_id", flat=True)
    Follow.objects.bulk_create([Follow(visitor_id=pk, artist=gone) for pk in still])
    names = FormerName.objects.filter(pk__in=merged.former_names, artist=kept)
    # Who had become the one who is back is parted from them, not from `kept`.
    early = kept.merges.filter(undone=None, gone__name__in=[each.name for each in names])
    early.update(kept=gone)
    names.update(artist=gone)
    merged.undone = timezone.now()
    merged.save(update_fields=["undone"])
    return gone


def keep_apart(one: Artist, other: Artist, *, by: User | None) -> None:
    """Note that two artists are not one; they are not suggested again."""
    first, second = sorted((one, other), key=lambda artist: artist.pk)
    Apart.objects.get_or_create(first=first, second=second, defaults={"by": by})


def _free_slug(name: str) -> str:
    base = slugify(name)[:200] or "artist"
    number, slug = 1, base
    while (
        Artist.objects.filter(slug=slug).exists() or FormerName.objects.filter(slug=slug).exists()
    ):
        number += 1
        slug = f"{base}-{number}"
    return slug
