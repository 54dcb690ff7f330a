"""Where a request comes from, and who may read what is meant for operators."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

_FORWARDED: Final = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


def address(request: HttpRequest) -> str:
    """Return the client's address; "" where it is not known, as behind a socket.

    Behind a proxy it is the last one that `X-Forwarded-For` names, which our own proxy put there;
    what stands before it anybody can write.
    """
    if settings.BEHIND_PROXY and (named := request.headers.get("X-Forwarded-For")):
        return named.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR") or "")


def network(address: str) -> str:
    """Return the address, or of an IPv6 one the /64 that one customer has to himself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else parsed.exploded[:19]
    return str(parsed)


def is_operator(request: HttpRequest) -> bool:
    """Tell whether the request comes from a network of `METRICS_NETWORKS` or has the token."""
    token = settings.METRICS_TOKEN
    offered = request.headers.get("Authorization", "")
    if token and constant_time_compare(offered, f"Bearer {token}"):
        return True
    if not settings.BEHIND_PROXY and any(name in request.headers for name in _FORWARDED):
        return False  # a proxy nobody told us of: its address says nothing about the client
    return _is_near(address(request), tuple(settings.METRICS_NETWORKS))


@lru_cache(maxsize=256)
def _is_near(text: str, networks: tuple[str, ...]) -> bool:
    try:
        client = ip_address(text)
    except ValueError:
        return False
    if isinstance(client, IPv6Address) and client.ipv4_mapped:
        client = client.ipv4_mapped
    return any(client in ip_network(each) for each in networks)
