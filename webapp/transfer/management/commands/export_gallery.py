"""`manage.py export_gallery`: works with all that belongs to them, as a folder or a ZIP."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from webapp.transfer import images, selection
from webapp.transfer.documents import BASE
from webapp.transfer.exporting import Wanted, export
from webapp.transfer.report import in_words
from webapp.transfer.selection import SelectionError

SHOWN: Final = 20


class Command(BaseCommand):
    help = (
        "Export the whole gallery or a selection: pictures, CSV and JSON lines, IIIF, Linked Art, "
        "vectors and maps as Parquet, models, checksums. PATH becomes a ZIP if it ends in .zip, "
        "else a folder. `import_export` brings it into another installation."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH")
        of = parser.add_mutually_exclusive_group()
        of.add_argument("--search", metavar="ADDRESS", help="works of a search, by its address")
        of.add_argument("--collection", metavar="ADDRESS", help="works of a collection")
        of.add_argument("--selection", metavar="NUMBER", help="works of a curator's selection")
        of.add_argument("--batch", metavar="NUMBER", help="works of a batch that was brought in")
        of.add_argument("--ids", metavar="NUMBERS", help="single works, as 12,13,20")
        parser.add_argument(
            "--pictures",
            default=images.ORIGINAL,
            help="originals (the default), none, or a width in pixels, as 1280",
        )
        parser.add_argument(
            "--base", default=BASE, help=f"where data/ will be served from; {BASE} by default"
        )
        parser.add_argument(
            "--with-people",
            action="store_true",
            help="also accounts with hashed passwords, what visitors did, drafts, selections and "
            "tags: personal data",
        )

    def handle(
        self, *, path: Path | str, pictures: str, base: str, with_people: bool, **options: Any
    ) -> None:
        if pictures not in (images.ORIGINAL, images.NO_PICTURES) and not pictures.isdecimal():
            raise CommandError(f"--pictures is originals, none or a width, not {pictures}.")
        if not base.startswith(("http://", "https://")):
            raise CommandError(f"--base is an address with http:// or https://, not {base}.")
        kinds = [kind for kind in selection.KINDS if options.get(kind)]
        kind = kinds[0] if kinds else selection.ALL
        try:
            ids, told = selection.works_of(kind, options.get(kind) or "")
            wanted = Wanted(ids, told, pictures, base, with_people)
            with tqdm(total=len(ids), desc="Exporting", unit="work") as bar:
                made = export(Path(path), wanted, lambda done: _move(bar, done))
        except (SelectionError, OSError) as error:
            raise CommandError(in_words(error)) from error
        for sentence in made.missing[:SHOWN]:
            self.stderr.write(f"  {sentence}")
        self.stdout.write(f"{told}, {made.works} in all: {path}.")
        if made.missing:
            raise CommandError(f"{len(made.missing)} pictures are missing; see check_gallery.")


def _move(bar: tqdm[Any], done: int) -> None:
    bar.update(done - bar.n)
