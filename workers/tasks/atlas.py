"""Draw the maps that were asked for, and place works that joined since on those that are shown."""

from __future__ import annotations

import logging
import os
import socket

from django.db import InterfaceError, OperationalError
from django.db.models.functions import Now
from django.utils import timezone

from artrec.errors import ArtrecError
from webapp.jobs import Job, enqueue
from webapp.studio import actions, queries
from webapp.studio.models import Map
from workers import claims, leases, stopping  # noqa: F401  # connects signals
from workers.app import app
from workers.leases import CancelledError, Lease, LostError, StoppedError

log = logging.getLogger(__name__)

SPENT = (
    f"It was begun {claims.MAX_ATTEMPTS} times and its worker ended each time, perhaps for lack of "
    "memory. Ask for it again, on a larger machine."
)


@app.task(
    name=Job.DRAW_MAP.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def draw_map() -> None:
    """Draw the oldest map that nobody works on, or its sheets where it is ready; ring for the next.

    Safe to run twice and beside itself: a map is claimed. One whose worker died is begun anew.
    """
    if leases.STOPPING.is_set():
        return
    _give_up()
    for pk in claims.claim(queries.waiting(), limit=1):
        _work(pk)
    if queries.waiting().filter(claims.free()).exists():
        enqueue(Job.DRAW_MAP)


@app.task(
    name=Job.PLACE_WORKS.value,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def place_works() -> None:
    """Place works that joined on the maps that are shown. Safe to run twice and beside itself."""
    from workers.atlas_joining import place_newcomers

    for purpose in actions.PURPOSES:
        found = queries.live_map(purpose)
        if found is not None and found.space is not None:
            place_newcomers(found, found.space)


def _work(pk: int) -> None:
    found = Map.objects.select_related("space").filter(pk=pk).first()
    if found is None:
        return  # it was dropped for newer ones
    if found.state == Map.State.READY:
        _draw_sheets(found)
    else:
        _draw(found)


def _draw_sheets(found: Map) -> None:
    from workers import sheets

    with leases.held(found) as lease:
        try:
            sheets.draw(found.pk, lambda _share: lease.check())
        except LostError:
            log.warning("%s is gone or with another worker", found)
        except StoppedError:
            lease.give_back()
        else:
            # Works that were placed meanwhile want another round.
            lease.ours().filter(revision=found.revision).update(sheets_due=False)
            lease.ours().update(claimed_until=None, attempts=0)


def _draw(found: Map) -> None:
    from workers import atlas  # heavy, and an idle worker need not hold it

    begun = Map.objects.filter(pk=found.pk, state__in=Map.OPEN).update(
        state=Map.State.RUNNING,
        started=Now(),
        progress=0,
        steps=[],
        worker=f"{socket.gethostname()}, process {os.getpid()}",
    )
    if not begun:
        return  # it was cancelled this very moment
    with leases.held(found) as lease:
        try:
            atlas.draw(found, lease)
            actions.drop_old(found.purpose)
        except LostError:
            log.warning("%s is gone or with another worker", found)
        except StoppedError:
            lease.give_back()
        except CancelledError:
            _end(lease, Map.State.CANCELLED)
        except ArtrecError as error:
            _end(lease, Map.State.FAILED, str(error))
        except (OperationalError, InterfaceError):
            raise  # the database is away for a moment; it is begun anew once its lease is out
        except Exception:
            log.exception("%s could not be drawn", found)
            _end(lease, Map.State.FAILED, "It could not be drawn; the worker's log says why.")


def _end(lease: Lease, state: Map.State, reason: str = "") -> None:
    lease.ours().update(
        state=state, reason=reason, phase="", finished=timezone.now(), claimed_until=None
    )


def _give_up() -> None:
    spent = Map.objects.filter(claims.free(), pk__in=claims.exhausted(queries.waiting()))
    # The works that join next are worth another try.
    spent.filter(state=Map.State.READY).update(sheets_due=False, attempts=0, claimed_until=None)
    spent.filter(state__in=Map.OPEN).update(
        state=Map.State.FAILED, reason=SPENT, finished=timezone.now(), claimed_until=None
    )
