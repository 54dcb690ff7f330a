"""PostgreSQL settings for a few statements, gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def local_settings(settings: Mapping[str, str]) -> Iterator[None]:
    """Apply `settings` to the statements inside, in a transaction.

    Like SET LOCAL, in one round trip. Inside a transaction that goes on afterwards, the former
    values are put back, or they would steer whatever else it does.
    """
    nested = connection.in_atomic_block
    with transaction.atomic(savepoint=False):
        former = _read(list(settings)) if nested else {}
        _write(settings)
        yield
        _write(former)


def _read(names: list[str]) -> dict[str, str]:
    with connection.cursor() as cursor:
        # An extension's own settings are unknown until its library is first used.
        cursor.execute("SELECT '[1]'::halfvec")
        cursor.execute(
            "SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name", [names]
        )
        return dict(cursor.fetchall())


def _write(settings: Mapping[str, str]) -> None:
    if settings:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config(name, value, true)"
                " FROM unnest(%s::text[], %s::text[]) AS s (name, value)",
                [list(settings), list(settings.values())],
            )
