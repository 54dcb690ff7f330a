"""Measurements from the worker's side: claimed, told how far they are, ended once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db import InterfaceError, OperationalError, models
from django.utils import timezone

from artrec.errors import ArtrecError
from webapp.quality.models import Measurement
from workers import claims
from workers.leases import CancelledError, Lease, LostError, StoppedError, held

log = logging.getLogger(__name__)

SAID_SECONDS: Final = 0.7
GIVEN_UP: Final = "The worker ended each time it was tried, perhaps for lack of memory."
State = Measurement.State


@dataclass
class Telling:
    """Tells how far a measurement is, and hears whether it is still wanted."""

    lease: Lease
    said: float = 0.0

    def __call__(self, share: float, doing: str = "") -> None:
        """Write down the share that is done; seldom, unless it is at something new.

        Raises:
            CancelledError, LostError, StoppedError: If it shall end.
        """
        self.lease.check()
        if not doing and time.monotonic() - self.said < SAID_SECONDS:
            return
        self.said = time.monotonic()
        self.lease.beat()
        self.lease.check()
        self.lease.write(share=share, **({"doing": doing} if doing else {}))

    def part(self, start: float, end: float) -> Callable[[float], None]:
        """What to call with the share of a part that goes from `start` to `end` of the whole."""
        return lambda share: self(start + share * (end - start))


def waiting(model: type[Measurement]) -> models.QuerySet[Any]:
    """Measurements that wait or are under way."""
    rows: models.QuerySet[Any] = model._default_manager.filter(state__in=Measurement.OPEN)
    return rows


def work_on_one(model: type[Measurement], work: Callable[[Any, Telling], dict[str, Any]]) -> None:
    """Claim the oldest measurement that nobody holds, and do it.

    Safe to run twice and to be killed: whoever claims it next begins again.

    Args:
        work: Gets the row, and returns what to write into it once it is measured.
    """
    spent = claims.exhausted(waiting(model))
    waiting(model).filter(pk__in=spent).update(state=State.FAILED, reason=GIVEN_UP, doing="")
    for pk in claims.claim(waiting(model), limit=1):
        row = waiting(model).filter(pk=pk).first()
        if row is not None:  # else it was cancelled or deleted at this moment
            with held(row) as lease:
                _do(row, lease, work)


def _do(row: Any, lease: Lease, work: Callable[[Any, Telling], dict[str, Any]]) -> None:
    try:
        lease.write(state=State.RUNNING, share=0, reason="")
        values = work(row, Telling(lease))
        _end(lease, State.READY, share=1, measured=timezone.now(), **values)
    except LostError:
        log.info("%s was deleted or taken over by another worker", row)
    except StoppedError:
        lease.give_back()
    except CancelledError:
        _end(lease, State.CANCELLED)
    except (OperationalError, InterfaceError):
        raise  # the database is away for a moment; it is done again once the lease is out
    except ArtrecError as error:
        log.warning("%s failed: %s", row, error)
        _end(lease, State.FAILED, reason=str(error))
    except Exception as error:
        # Whatever it is, the curator must see it, and it would be the same the next time.
        log.exception("%s failed", row)
        _end(lease, State.FAILED, reason=f"{type(error).__name__}: {error}")


def _end(lease: Lease, state: str, **values: Any) -> None:
    lease.ours().update(state=state, doing="", claimed_until=None, **values)
