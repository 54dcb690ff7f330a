"""Personal tokens: made, shown once, known again, taken back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from webapp.accounts.models import User
from webapp.api.models import Token

MARK: Final = "artrec_"
"""Each secret begins so, which lets scanners find one that was published by mistake."""
SHOWN: Final = len(MARK) + 4
MOST: Final = 20
"""Tokens of one person."""
_USED_EVERY: Final = timedelta(minutes=1)


class TooManyTokensError(Exception):
    """The person has `MOST` already."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new token and its secret, which nobody can read again."""

    token: Token
    secret: str


def make(*, user: User, name: str, scope: str, expires: datetime | None) -> Made:
    """Make a token.

    Raises:
        TooManyTokensError: If the person has `MOST` already.
    """
    if tokens_of(user).count() >= MOST:
        raise TooManyTokensError
    secret = MARK + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=user,
        name=name,
        digest=_digest(secret),
        prefix=secret[:SHOWN],
        scope=scope,
        created=timezone.now(),
        expires=expires,
    )
    return Made(token, secret)


def revoke(*, user: User, pk: int) -> bool:
    """Take a token of `user` back; False if they have no such token."""
    deleted, _ = Token.objects.filter(user=user, pk=pk).delete()
    return bool(deleted)


def tokens_of(user: User) -> QuerySet[Token]:
    """Return the tokens of a person, newest first."""
    return Token.objects.filter(user=user)


def known(secret: str) -> Token | None:
    """Return the token with this secret, with its user; None if there is none that holds.

    One query, and once a minute one more to note that it is used.
    """
    now = timezone.now()
    token = (
        Token.objects.select_related("user")
        .filter(Q(expires=None) | Q(expires__gt=now), digest=_digest(secret), user__is_active=True)
        .first()
    )
    if token is not None and (token.used is None or now - token.used > _USED_EVERY):
        Token.objects.filter(pk=token.pk).update(used=now)
    return token


def _digest(secret: str) -> str:
    return sha256(secret.encode(errors="surrogateescape")).hexdigest()
