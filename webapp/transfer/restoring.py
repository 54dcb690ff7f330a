"""Put a backup in the place of what is here, or into an installation that is still empty."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Final

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from webapp.transfer import backups, postgres
from webapp.transfer.backups import ABOUT, DUMP, FILES, FORMAT, VERSION, BackupError

STAGED: Final = ".restoring"
FORMER: Final = ".before-restore"


def restore(path: Path, *, replace: bool = False) -> None:
    """Restore a backup once every file of it is found whole.

    The database is changed in one transaction. The files are first copied beside those that are
    here, and take their place by renaming; begin again if that is interrupted.

    Raises:
        BackupError: If the backup is damaged or of a newer version, if something is here and
            `replace` is not said, or while the site runs.
        PostgresError: If the database refuses; it is then as it was.
    """
    check(path)
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
    for name, root in roots.items():
        _stage(path / FILES / name, _beside(root, STAGED))
    postgres.restore(path / DUMP)
    for root in roots.values():
        _switch(root)
    call_command("migrate", verbosity=0)  # of a backup that an earlier version made


def check(path: Path) -> None:
    """Check versions and every file of a backup.

    Raises:
        BackupError: If it cannot be restored here.
    """
    if wrong := backups.verify(path):
        raise BackupError(f"The backup is damaged, nothing was changed. {' '.join(wrong[:5])}")
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


def _stage(source: Path, goal: Path) -> None:
    """Copy files beside where they belong. Never linked: what serves and what is kept share no
    bytes."""
    shutil.rmtree(goal, ignore_errors=True)
    goal.mkdir(parents=True)
    if source.is_dir():
        shutil.copytree(source, goal, dirs_exist_ok=True)


def _switch(root: Path) -> None:
    former = _beside(root, FORMER)
    shutil.rmtree(former, ignore_errors=True)
    if root.exists():
        root.rename(former)
    _beside(root, STAGED).rename(root)
    shutil.rmtree(former, ignore_errors=True)
