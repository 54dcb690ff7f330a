"""Who calls the API: a token's owner, a visitor of the site by their session, or an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from webapp import clients
from webapp.accounts.models import User
from webapp.api import tokens
from webapp.api.models import Token
from webapp.api.problems import Problem
from webapp.feed import visitors
from webapp.feed.models import Visitor

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and what they are counted under."""

    kind: str
    """"token", "visitor" or "address"."""
    name: str
    token: Token | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is anybody whose data it could be about."""
        return self.kind != "address"


class ApiRequest(HttpRequest):
    """A request that came through `webapp.api.gate`."""

    caller: Caller
    is_personal: bool
    """Whether the answer is about the caller, so that nobody may keep it."""


def of(request: HttpRequest) -> Caller:
    """Tell who calls; a token counts before cookies, which are not even looked at then.

    Raises:
        Problem: If there is a token, but none that holds.
    """
    if sent := request.headers.get("Authorization"):
        scheme, _, secret = sent.partition(" ")
        token = tokens.known(secret.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            raise Problem(
                "bad-token",
                "Send 'Authorization: Bearer' and a token that was not revoked and has not expired,"
                " or no Authorization at all.",
            )
        request.user = token.user
        # By owner: tokens can be had without end.
        return Caller("token", f"user {token.user_id}", token)
    if isinstance(request.user, User):
        return Caller("visitor", f"user {request.user.pk}")
    if request.session.get(visitors.SESSION_KEY):
        # By address all the same: sessions can be had without end.
        return Caller("visitor", by_address(request).name)
    return by_address(request)


def by_address(request: HttpRequest) -> Caller:
    """Return a caller of whom nothing but the address is known."""
    return Caller("address", clients.network(clients.address(request)))


class PersonalToken(HttpBearer):
    """A personal token, made at /api/tokens/. Writing needs one that may write."""

    def __call__(self, request: HttpRequest) -> Any:
        """Return who calls, if they have a token."""
        caller: Caller = request.caller  # type: ignore[attr-defined]
        if caller.token is None:
            return None
        if request.method not in SAFE and caller.token.scope != Token.Scope.WRITE:
            raise Problem("read-only-token", "Make a token that may write, and send that.")
        request.is_personal = True  # type: ignore[attr-defined]
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Not asked: the gate has looked at the token already."""
        raise NotImplementedError


class SessionCookie(APIKeyCookie):
    """The session of a visit to the site. Writing needs the header X-CSRFToken as well."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        """Return who calls, if they came with a session of their own."""
        caller: Caller = request.caller  # type: ignore[attr-defined]
        if caller.kind != "visitor":
            return None
        if request.method not in SAFE and check_csrf(request):
            raise Problem("csrf", "Send the value of the csrftoken cookie as X-CSRFToken.")
        request.is_personal = True  # type: ignore[attr-defined]
        return caller

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Not asked: the gate has looked at the session already."""
        raise NotImplementedError


KNOWN: Final = [PersonalToken(), SessionCookie()]
"""The ways to say who one is, for operations that need to know."""


def visitor(request: HttpRequest) -> Visitor | None:
    """Return the visitor who calls, None for somebody who has done nothing yet."""
    return visitors.current(request)


def visitor_who_writes(request: HttpRequest) -> Visitor:
    """Return the visitor who calls, made now for an account that has done nothing yet.

    Raises:
        Problem: If the session's visitor is gone.
    """
    if request.user.is_authenticated:
        return visitors.current_or_new(request)
    found = visitors.current(request)
    if found is None:
        raise Problem("not-signed-in", "This session's visitor is gone. Start a new session.")
    return found
