"""What tokens have to do with the rest of the site, which does not know them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from webapp.accounts.models import User, password_changed
from webapp.api import tokens
from webapp.mine import exporting
from webapp.mine.exporting import Row, Table


def connect() -> None:
    """Listen; connecting twice is the same as once."""
    password_changed.connect(_revoke, dispatch_uid="api.password_changed")
    exporting.also("tokens", _table)


def _revoke(sender: object, user: User, **_kwargs: Any) -> None:
    """Whoever changes a password wants nobody in who got in by the old one."""
    tokens.tokens_of(user).delete()


def _table(user: User | None) -> Table:
    columns = ("name", "prefix", "scope", "created", "expires", "used")

    def rows() -> Iterable[Row]:
        return tokens.tokens_of(user).values_list(*columns) if user else ()

    return Table("tokens", _("Tokens for programs of yours"), columns, rows)
