"""Connections to allowed hosts at public addresses, and to nothing else.

A name is resolved once, every address it has is checked, and the connection goes to the checked
address itself: a name that changes its mind between the check and the connection gains nothing.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from django.conf import settings

CONNECT_SECONDS: Final = 10.0
IDLE_SECONDS: Final = 20.0
"""Longest silence in the middle of an answer."""
_TRANSLATED: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""IPv6 that a gateway turns into any IPv4, private ones too."""
_SAFE: Final = "%:/?#[]@!$&'()*+,;=~|"

Resolve = Callable[[str], list[str]]


class FetchError(Exception):
    """It cannot be fetched, and asking again would not help; the message says why."""


def checked_url(url: str, hosts: Collection[str]) -> SplitResult:
    """Return the parts of a web address that may be asked; plain http becomes https, and what
    museums forget to encode, such as spaces, is encoded.

    Raises:
        FetchError: If it is no such address, or its host is not among `hosts`.
    """
    if any(ord(character) < 32 or ord(character) == 127 for character in url):
        raise FetchError(f"{url!r} holds characters that no web address has.")
    try:
        parts = urlsplit(quote(url, safe=_SAFE))
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise FetchError(f"{url!r} is not a web address.") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise FetchError(f"{url!r} is not a web address; it must begin with https://.")
    if parts.username is not None or parts.password is not None:
        raise FetchError(f"The address of {host} holds a user name; leave it out.")
    if port not in {None, 80, 443}:
        raise FetchError(f"{host} is asked at port {port}; only the usual one is allowed.")
    if host not in hosts:
        raise FetchError(
            f"{host} is not among the hosts that this source may ask. If you trust it, add it to "
            "ARTREC_SOURCE_HOSTS."
        )
    return parts._replace(scheme="https", netloc=host, fragment="", path=parts.path or "/")


def resolve(host: str) -> list[str]:
    """Return the addresses of a host.

    Raises:
        OSError: If it has none, or nobody knows at present.
    """
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public Internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip.sixtofour or ip.teredo or any(ip in network for network in _TRANSLATED):
            return False
        if ip.is_reserved or ip.is_site_local:  # "::127.0.0.1" among them
            return False
    return ip.is_global and not ip.is_multicast


def public_address(host: str, resolver: Resolve) -> str:
    """Return an address of `host` to connect to.

    Raises:
        FetchError: If one of its addresses is not public; then none of them is trusted.
    """
    found = resolver(host)
    if private := [address for address in found if not is_public(address)]:
        raise FetchError(f"{host} leads to {private[0]}, which is not a public address.")
    if not found:
        raise OSError(f"{host} has no address")
    return found[0]


def connect(host: str, resolver: Resolve) -> http.client.HTTPConnection:
    """Return an open connection to `host`, by HTTPS at a checked address.

    With the setting SOURCES_STAND_IN, which is for tests, all hosts are played by that server on
    this machine.

    Raises:
        FetchError: If the host is not at a public address.
        OSError: If it does not answer.
    """
    if settings.SOURCES_STAND_IN:
        name, _, port = settings.SOURCES_STAND_IN.rpartition(":")
        connection = http.client.HTTPConnection(name, int(port), timeout=IDLE_SECONDS)
        connection.connect()
        return connection
    pinned = _Pinned(host, public_address(host, resolver))
    pinned.connect()
    return pinned


class _Pinned(http.client.HTTPSConnection):
    """HTTPS to one address; the certificate must still be that of the host."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(host, timeout=IDLE_SECONDS)
        self._address = address
        self._tls = ssl.create_default_context()

    def connect(self) -> None:
        """Connect to the checked address, whatever the name says by now."""
        raw = socket.create_connection((self._address, 443), CONNECT_SECONDS)
        try:
            self.sock = self._tls.wrap_socket(raw, server_hostname=self.host)
        except BaseException:
            raw.close()
            raise
        self.sock.settimeout(IDLE_SECONDS)
