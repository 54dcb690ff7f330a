"""Prepare trained models for serving, let them serve, and mend spaces."""

from __future__ import annotations

import logging

from django.db import InterfaceError, OperationalError

from artrec.errors import ArtrecError
from webapp.jobs import Job
from webapp.lab.models import Promotion
from workers import promoting, promotions
from workers.app import app
from workers.leases import LostError
from workers.promotions import Held
from workers.rebuilding import rebuild_look

log = logging.getLogger(__name__)


@app.task(
    name=Job.PROMOTE.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def promote() -> None:
    """Work on promotions, one at a time and oldest first, until none waits.

    Safe to run twice and to be killed: rows are claimed, and every step may be done again.
    """
    while (promotion := promotions.claim()) is not None:
        with promotions.held(promotion) as mine:
            try:
                _work(mine, promotion)
            except LostError:
                log.info("%s was ended or taken over by another worker", promotion)


def _work(mine: Held, promotion: Promotion) -> None:
    try:
        if promotion.version is None:
            rebuild_look(mine)
        elif promotion.kind == Promotion.Kind.REBUILD:
            promoting.rebuild(mine, promotion.version)
        else:
            promoting.promote(mine, promotion.version)
    except (LostError, OperationalError, InterfaceError):
        raise
    except ArtrecError as error:
        log.warning("%s failed: %s", promotion, error)
        mine.end(Promotion.State.FAILED, str(error))
    except Exception as error:
        # Whatever it is, the curator must see it, and it would be the same the next time.
        log.exception("%s failed", promotion)
        mine.end(Promotion.State.FAILED, f"{type(error).__name__}: {error}")
