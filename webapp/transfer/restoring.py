"""Put a backup in the place of what is here, or into an installation that is still empty."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Final

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from webapp.transfer import backups, postgres
from webapp.transfer.backups import ABOUT, DUMP, FILES, FORMAT, VERSION, BackupError

STAGED: Final = ".restoring"
FORMER: Final = ".before-restore"
OR_WITHOUT: Final = ", or this one with --without-damaged, which leaves such files out."
TOLD: Final = 5
"""Damaged files that are named."""


def restore(
    path: Path,
    *,
    replace: bool = False,
    without_damaged: bool = False,
    progress: Callable[[str], None] = lambda _text: None,
) -> list[str]:
    """Restore a backup once every file of it is found whole; return the files that were left out,
    if `without_damaged` allows it.

    The database is changed in one transaction. The files are first copied beside those that are
    here, and take their place by renaming; begin again if that is interrupted.

    Raises:
        BackupError: If the backup is damaged or of a newer version, if something is here and
            `replace` is not said, or while the site runs.
        PostgresError: If the database refuses; it is then as it was.
    """
    progress("Checking every file")
    left = check(path, without_damaged=without_damaged)
    if not replace and not is_empty():
        raise BackupError(
            "This installation is not empty. With --replace all that is in its database and its "
            "folders of files gives way to the backup; make a backup of it first."
        )
    if count := postgres.others():
        raise BackupError(
            f"The database is in use; others connected to it: {count}. Stop the site and its "
            "workers first."
        )
    roots = backups.roots()
    try:
        progress("Copying files")
        without = {path / name for name in left}
        for kind, root in roots.items():
            _stage(path / FILES / kind, _beside(root, STAGED), without)
        progress("Restoring the database")
        postgres.restore(path / DUMP)
    except BaseException:  # a full disk, or Ctrl-C: what serves is as it was
        for root in roots.values():
            shutil.rmtree(_beside(root, STAGED), ignore_errors=True)
        raise
    for root in roots.values():
        _switch(root)
    call_command("migrate", verbosity=0)  # of a backup that an earlier version made
    return left


def check(path: Path, *, without_damaged: bool = False) -> list[str]:
    """Check versions and every file of a backup; return the damaged ones, which are pictures or
    models at most, if `without_damaged` allows them.

    Raises:
        BackupError: If it cannot be restored here.
    """
    wrong = backups.damaged(path)
    files = all(name.startswith(f"{FILES}/") for name in wrong)
    if wrong and not (files and without_damaged):
        told = list(wrong.values())
        more = f" And {len(told) - TOLD} more." if len(told) > TOLD else ""
        way = " Restore an older one" + (OR_WITHOUT if files else ".")
        raise BackupError(
            f"The backup is damaged, nothing was changed. {' '.join(told[:TOLD])}{more}{way}"
        )
    try:
        about: dict[str, Any] = json.loads((path / ABOUT).read_text())
        known = about["format"] == FORMAT
        version, major = int(about["version"]), int(about["postgres"])
        theirs = {(app, name) for app, name in about["migrations"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{ABOUT} is missing or cannot be read.") from error
    if not known or version > VERSION:
        raise BackupError(f"{ABOUT}: this version of Artrec cannot read it; update Artrec first.")
    if major > postgres.major_version():
        raise BackupError(
            f"The backup is of PostgreSQL {major}, and this server is {postgres.major_version()}; "
            "restore it into one that is as new."
        )
    ours = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    if unknown := sorted(theirs - set(ours or {})):
        app, name = unknown[0]
        raise BackupError(
            f"The backup was made by a newer version of Artrec: it knows {app} {name}. Update "
            "Artrec here first."
        )
    return sorted(wrong)


def is_empty() -> bool:
    """Tell whether there is nothing here that a restore would take away."""
    if any(file.is_file() for root in backups.roots().values() for file in root.rglob("*")):
        return False
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for table in tables & {"catalog_artwork", "accounts_user", "feed_visitor"}:
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")  # noqa: S608 - of these three
            if cursor.fetchone()[0]:
                return False
    return True


def _beside(root: Path, ending: str) -> Path:
    return root.with_name(f"{root.name}{ending}")


def _stage(source: Path, goal: Path, without: Collection[Path]) -> None:
    """Copy files beside where they belong, but some. Never linked: what serves and what is kept
    share no bytes."""
    shutil.rmtree(goal, ignore_errors=True)
    goal.mkdir(parents=True)
    for file in source.rglob("*"):
        if file.is_file() and file not in without:
            copy = goal / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, copy)


def _switch(root: Path) -> None:
    former = _beside(root, FORMER)
    shutil.rmtree(former, ignore_errors=True)
    if root.exists():
        root.rename(former)
    _beside(root, STAGED).rename(root)
    shutil.rmtree(former, ignore_errors=True)
