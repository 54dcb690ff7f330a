from __future__ import annotations

import socket
from typing import Any

import pytest
from pytest_django import Settings

from webapp.ingest.connecting import FetchError, checked_url, connect, is_public, public_address

HOSTS = {"museum.example"}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::1",
        "::127.0.0.1",
        "fec0::1",
    ],
)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


def test_a_host_with_one_private_address_among_others_is_not_asked() -> None:
    with pytest.raises(FetchError, match=r"leads to 10\.0\.0\.5"):
        public_address("museum.example", lambda _: ["93.184.216.34", "10.0.0.5"])


def test_the_connection_goes_to_the_address_that_was_checked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SOURCES_STAND_IN = ""
    asked: list[str] = []
    dialled: list[Any] = []

    def answers(host: str) -> list[str]:
        """A name that leads into the house when it is asked a second time."""
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    def dial(address: Any, *_: object) -> socket.socket:
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", dial)

    with pytest.raises(ConnectionRefusedError):
        connect("museum.example", answers)

    assert dialled == [("93.184.216.34", 443)]
    assert asked == ["museum.example"]


def test_this_machine_is_only_asked_where_a_setting_says_so(settings: Settings) -> None:
    settings.SOURCES_STAND_IN = ""

    with pytest.raises(FetchError, match="not a public address"):
        connect("museum.example", lambda _: ["127.0.0.1"])


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://elsewhere.example/a", "ARTREC_SOURCE_HOSTS"),
        ("https://museum.example.evil.example/", "ARTREC_SOURCE_HOSTS"),
        ("https://127.0.0.1/", "ARTREC_SOURCE_HOSTS"),
        ("https://museum.example:22/", "port 22"),
        ("https://museum.example@evil.example/", "user name"),
        ("ftp://museum.example/", "https://"),
        ("//museum.example/", "https://"),
        ("https://museum.example/a\r\nHost: evil", "characters"),
        ("https://[oops/", "not a web address"),
        ("https://museum.example:99999/", "not a web address"),
    ],
)
def test_other_addresses_are_refused_with_the_reason(url: str, why: str) -> None:
    with pytest.raises(FetchError) as error:
        checked_url(url, HOSTS)

    assert why in str(error.value)


def test_plain_http_becomes_https() -> None:
    parts = checked_url("http://museum.example/a?b=1#c", HOSTS)

    assert parts.geturl() == "https://museum.example/a?b=1"


def test_what_museums_forget_to_encode_is_encoded() -> None:
    parts = checked_url("https://museum.example/Äpfel (1)%20.jpg?size=2 m", HOSTS)

    assert parts.geturl() == "https://museum.example/%C3%84pfel%20(1)%20.jpg?size=2%20m"
