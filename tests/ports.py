"""Ports for servers that cannot say themselves which one they took."""

from __future__ import annotations

import random
import socket

_CHANCE = random.SystemRandom()
# Below those that the system deals out to whoever asks for any: nobody is given one of these
# between the look and the server's own bind, nor while a test has the server down.
_FIRST, _LAST = 20_000, 32_000


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    while True:
        port = _CHANCE.randint(_FIRST, _LAST)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
