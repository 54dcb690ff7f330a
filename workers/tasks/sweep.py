"""Delete files of pictures that nobody refers to, by the clock."""

from __future__ import annotations

import logging

from django.db import InterfaceError, OperationalError

from webapp.jobs import Job
from webapp.operations.checks import pictures, tiles
from workers.app import app

log = logging.getLogger(__name__)


@app.task(
    name=Job.SWEEP_FILES.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def sweep_files() -> None:
    """Do of `manage.py check_gallery --mend` what deletes leftovers that can be made again."""
    for check in (pictures.check_folders, tiles.check_folders):
        for found in check(mend=True):
            if found.mended:
                log.info("deleted %d %s", found.mended, found.what)
