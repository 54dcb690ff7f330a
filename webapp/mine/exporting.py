"""All that is kept of somebody, as a ZIP: each table as CSV and as JSON, and a README."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Collection as Some
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from webapp.accounts.models import User
from webapp.feed import picture_finding
from webapp.feed.models import Event, Impression, Visitor
from webapp.mine.models import Choices, Collection, CollectionItem, Follow
from webapp.quiz.models import Answer
from webapp.vectors.models import PictureQuery

IN_MEMORY: Final = 8 * 1024 * 1024
"""Bytes of the archive kept in memory; a larger one goes through a file that is deleted with it."""
CHUNK: Final = 2_000

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of what is kept."""

    name: str
    about: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterable[Row]]


_later: Final[dict[str, Callable[[User | None], Table]]] = {}
"""What apps keep that this one does not know, by the name of the table."""


def also(name: str, table: Callable[[User | None], Table]) -> None:
    """Let the export hold a table of a later app."""
    _later[name] = table


def archive(visitor: Visitor | None, user: User | None, pictures: Some[str] = ()) -> IO[bytes]:
    """Return the ZIP, at its beginning. A constant number of queries.

    `pictures` are the tokens of those that the session searched by, perhaps without a visitor.
    """
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes
    tables = [
        *_tables(visitor, user),
        _searched(visitor, pictures),
        *(table(user) for table in _later.values()),
    ]
    with ZipFile(file, "w", ZIP_DEFLATED) as zipped:
        zipped.writestr("README.txt", _readme(tables))
        for table in tables:
            _write(zipped, table)
    file.seek(0)
    return file


def _write(zipped: ZipFile, table: Table) -> None:
    """Write both forms of a table in one go through its rows."""
    lines: list[str] = []
    with zipped.open(f"{table.name}.csv", "w") as raw:
        stream = io.TextIOWrapper(raw, encoding="utf-8", newline="")
        writer = csv.writer(stream)
        writer.writerow(table.columns)
        for row in table.rows():
            told = [_plain(value) for value in row]
            writer.writerow([_safe(value) for value in told])
            named = dict(zip(table.columns, told, strict=True))
            lines.append(json.dumps(named, ensure_ascii=False))
        stream.flush()
        stream.detach()
    zipped.writestr(f"{table.name}.json", "[\n" + ",\n".join(lines) + "\n]\n")


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _safe(value: Any) -> Any:
    """Keep spreadsheets from taking words for formulas."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def _tables(visitor: Visitor | None, user: User | None) -> list[Table]:
    work = ("artwork", "title", "artist")
    named = ("artwork_id", "artwork__title", "artwork__artist__name")
    events = Event.objects.filter(visitor=visitor).order_by("time", "pk")
    items = CollectionItem.objects.filter(collection__visitor=visitor)
    shown = Impression.objects.filter(visitor_id=visitor.pk if visitor else 0).order_by("time")
    answers = Answer.objects.filter(quiz__visitor=visitor).order_by("time", "pk")
    collections = Collection.objects.filter(visitor=visitor).order_by("position", "pk")
    follows = Follow.objects.filter(visitor=visitor).order_by("created")

    def rows(found: Any, *columns: str) -> Callable[[], Iterator[Row]]:
        def read() -> Iterator[Row]:
            if visitor is not None:
                yield from found.values_list(*columns).iterator(chunk_size=CHUNK)

        return read

    return [
        Table(
            "account",
            _("Your account and how you want to be known."),
            ("name", "e_mail", "joined", "last_sign_in", "no_recommendations", "history_paused"),
            lambda: [_account(visitor, user)],
        ),
        Table(
            "events",
            _("What you did with works: looked at, liked, hid, saved, bought, chose in the quiz."),
            ("time", "kind", *work, "taken_back", "not_used_since"),
            rows(events, "time", "kind", *named, "undone", "muted"),
        ),
        Table(
            "collections",
            _("Your collections, deleted ones included while they can be brought back."),
            ("title", "about", "visibility", "created", "deleted", "link"),
            rows(collections, "title", "note", "visibility", "created", "deleted", "token"),
        ),
        Table(
            "collected",
            _("The works in them, in your order, with your notes."),
            ("collection", "position", *work, "note", "added"),
            rows(
                items.order_by("collection", "position", "pk"),
                "collection__title",
                "position",
                *named,
                "note",
                "added",
            ),
        ),
        Table(
            "following",
            _("Artists you follow."),
            ("artist", "since"),
            rows(follows, "artist__name", "created"),
        ),
        Table(
            "quiz",
            _("What you answered in the quiz; an empty choice means none of these."),
            ("time", "shown", "chosen", "title"),
            rows(answers, "time", "shown", "chosen_id", "chosen__title"),
        ),
        Table(
            "shown",
            _("Works you were shown as recommendations, and where."),
            ("time", "where", "position", "artwork", "why"),
            rows(shown, "time", "surface", "position", "artwork_id", "source"),
        ),
    ]


def _searched(visitor: Visitor | None, tokens: Some[str]) -> Table:
    theirs = Q(token__in=list(tokens)) | (Q(visitor_id=visitor.pk) if visitor else Q())
    found = PictureQuery.objects.filter(theirs, expires__gt=timezone.now()).order_by("asked", "pk")

    def rows() -> Iterator[Row]:
        if visitor is None and not tokens:
            return
        for each in found.defer("picture", "features").select_related("artwork"):
            title = each.artwork.title if each.artwork else ""
            picture = picture_finding.picture_of(each)
            palette = " ".join(each.palette)
            yield each.asked, each.expires, each.artwork_id, title, each.box, palette, picture

    return Table(
        "pictures",
        _("Pictures you searched by, until they are forgotten."),
        ("asked", "expires", "artwork", "title", "part", "colours", "picture"),
        rows,
    )


def _account(visitor: Visitor | None, user: User | None) -> Row:
    choices = Choices.objects.filter(visitor=visitor).first() if visitor else None
    wishes = (choices.impersonal, choices.history_paused) if choices else (False, False)
    if user is None:
        return ("", "", visitor.created if visitor else None, None, *wishes)
    return (user.username, user.email, user.date_joined, user.last_login, *wishes)


def _readme(tables: Sequence[Table]) -> str:
    head = _("All that this gallery keeps of you, on %(day)s.") % {
        "day": timezone.now().date().isoformat()
    }
    forms = _("Each table is there twice: as CSV for spreadsheets and as JSON. Times are UTC.")
    lines = [f"{table.name}: {table.about}" for table in tables]
    return "\n".join([head, forms, "", *lines, ""])
