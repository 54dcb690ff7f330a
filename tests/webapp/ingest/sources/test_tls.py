"""Real TLS: the certificate must be that of the host, though an address is dialled."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from webapp.ingest.connecting import connect

PUBLIC = "93.184.216.34"


@pytest.fixture
def names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Iterator[list[str]]:
    """Play museum.example at a public address with a certificate that this test trusts.

    Gives the names that clients ask the server for.
    """
    settings.SOURCES_STAND_IN = ""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-keyout", str(key), "-out", str(certificate), "-subj", "/CN=museum"]
    command += ["-addext", "subjectAltName=DNS:museum.example"]
    subprocess.run(command, check=True, capture_output=True)
    asked: list[str] = []
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    server.sni_callback = lambda _socket, name, _context: asked.append(name)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(listener, server), daemon=True)
    thread.start()
    trusting = ssl.create_default_context(cafile=str(certificate))
    dial, port = socket.create_connection, listener.getsockname()[1]

    def redirected(address: tuple[str, int], *rest: Any) -> socket.socket:
        assert address == (PUBLIC, 443)
        return dial(("127.0.0.1", port), *rest)

    monkeypatch.setattr(socket, "create_connection", redirected)
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
    yield asked
    monkeypatch.undo()
    thread.join(60)
    listener.close()


def _serve(listener: socket.socket, context: ssl.SSLContext) -> None:
    """Answer one request; a client may hang up, as one test wants."""
    raw, _ = listener.accept()
    with raw, contextlib.suppress(OSError), context.wrap_socket(raw, server_side=True) as tls:
        tls.recv(4096)
        tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")


def test_the_host_is_asked_for_by_name_and_its_certificate_is_checked(names: list[str]) -> None:
    connection = connect("museum.example", lambda _: [PUBLIC])
    connection.request("GET", "/")
    with connection.getresponse() as response:
        body = response.read()
    connection.close()

    assert body == b"hello"
    assert names == ["museum.example"]


def test_a_certificate_of_another_host_is_refused(names: list[str]) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        connect("images.example", lambda _: [PUBLIC])
