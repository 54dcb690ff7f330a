"""`manage.py translations`: collect what can be translated, compile it, or check that all is done.

Like Django's `makemessages` and `compilemessages`, but with Babel in place of the GNU tools, which
a fresh machine lacks. What is compiled is part of the repository, so that nothing has to be built
before the site starts; `--check`, which the tests run, tells when it is not fresh.
"""

from __future__ import annotations

import io
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

LANGUAGES: Final = tuple(code for code, _name in settings.LANGUAGES if code != "en")
STAFF: Final = (
    *("admin.py", "lab", "ingest", "intake", "museums", "duplicates", "desk", "transfer"),
    *("studio", "selections", "insight", "quality", "operations", "management", "migrations"),
)
"""Modules and folders of pages that stay in English: see `webapp.languages`."""
ROOTS: Final = (("templates", "html"), ("webapp", "py"))
SOME_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""In place of today, so that the files change with the words only."""
NOISE: Final = ("POT-", "PO-", "Last-", "Language-Team", "Report-", "Project-", "Generated-")
KEYWORDS: Final = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}


class Command(BaseCommand):
    help = "Collect the words of visitor pages into the catalogues, and compile them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="Change nothing; fail where a translation is missing or something is not fresh.",
        )

    def handle(self, *, check: bool, **_options: Any) -> None:
        found = collected()
        for language in LANGUAGES:
            file = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "django.po"
            catalog = updated(file, found, language)
            wrong = troubles(catalog)
            if check:
                wrong += stale(file, catalog)
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(as_text(catalog))
                file.with_suffix(".mo").write_bytes(compiled(catalog))
                done = len(catalog) - len(wrong)
                self.stdout.write(f"{file}: {done}/{len(catalog)}")
            for line in wrong:
                self.stderr.write(f"{language}: {line}")
            if check and wrong:
                raise CommandError(
                    f"{language} is not complete. Run `manage.py translations`, translate what is"
                    f" missing in {file}, and run it again."
                )


def collected() -> Catalog:
    """Return all messages of visitor pages, in the order of the files."""
    catalog = Catalog(charset="utf-8")
    for file in sorted(_sources()):
        text = file.read_text()
        if file.suffix == ".html":
            # As Python, so that one reader does for both; indents would mean something there.
            text = "\n".join(line.lstrip() for line in templatize(text).split("\n"))
        place = str(file.relative_to(settings.BASE_DIR))
        for _line, message, _comments, context in extract(
            "python", io.BytesIO(text.encode()), KEYWORDS
        ):
            catalog.add(message, locations=[(place, 0)], context=context)
    return catalog


def updated(file: Path, found: Catalog, language: str) -> Catalog:
    """Return the messages found, with the translations that `file` has for them."""
    catalog = read_po(io.BytesIO(file.read_bytes()), locale=language) if file.exists() else None
    if catalog is None:
        catalog = Catalog(locale=language, charset="utf-8")
    # A guess from a similar message would look translated, and be wrong.
    catalog.update(found, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.project = "Artrec"
    catalog.fuzzy = False  # the header, which nobody has to look at
    catalog.creation_date = catalog.revision_date = SOME_DAY
    return catalog


def troubles(catalog: Catalog) -> list[str]:
    """Return what is missing, doubtful or broken, a line each."""
    wrong = []
    for message in _messages(catalog):
        text = message.string
        forms = (text,) if isinstance(text, str) else tuple(text or ("",))
        if not all(forms) or len(forms) != (catalog.num_plurals if message.pluralizable else 1):
            wrong.append(f"not translated: {message.id!r}")
        elif message.fuzzy:
            wrong.append(f"marked as doubtful: {message.id!r}")
        else:
            wrong += [f"{error}: {message.id!r}" for error in message.check(catalog)]
    return wrong


def stale(file: Path, catalog: Catalog) -> list[str]:
    """Return which of the two files differ from what would be written now."""
    wanted = {file: as_text(catalog), file.with_suffix(".mo"): compiled(catalog)}
    return [
        f"not fresh: {path.name}"
        for path, content in wanted.items()
        if not path.exists() or path.read_bytes() != content
    ]


def as_text(catalog: Catalog) -> bytes:
    """Return the catalogue as translators edit it, without dates and lines that change by
    themselves."""
    catalog.header_comment = "# Artrec. Edit the msgstr lines, then run `manage.py translations`."
    stream = io.BytesIO()
    write_po(stream, catalog, width=100, include_lineno=False, ignore_obsolete=True)
    lines = stream.getvalue().splitlines(keepends=True)
    noise = tuple(f'"{name}'.encode() for name in NOISE)
    return b"".join(line for line in lines if not line.startswith(noise))


def compiled(catalog: Catalog) -> bytes:
    """Return the catalogue as Django reads it; what is not translated stays English."""
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def _sources() -> Iterator[Path]:
    for root, kind in ((settings.BASE_DIR / name, kind) for name, kind in ROOTS):
        for file in root.rglob(f"*.{kind}"):
            if not set(STAFF) & set(file.relative_to(root).parts):
                yield file


def _messages(catalog: Catalog) -> list[Message]:
    """All but the header."""
    return [message for message in catalog if message.id]
