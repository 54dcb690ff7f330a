"""A made-up map of any size, served on the loopback as the site serves one.

Works lie in neighbourhoods of neighbourhoods; pictures are fields of colour with some noise, which
compress no better than paintings do. The page is the site's own, filled by its own templates.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ROOT: Final = Path(__file__).parent.parent
CELL, COLUMNS, PER_SHEET = 64, 16, 256
STRIDES: Final = (64, 8, 1)
SHEETS: Final = 24
"""Different ones; each address has one of them, which the browser decodes as if it were new."""
TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}


@dataclass(frozen=True)
class World:
    """What the server answers."""

    manifest: bytes
    columns: bytes
    """Compressed."""
    points: NDArray[np.float32]
    clusters: NDArray[np.uint16]


def world(count: int, *, leaves: int = 200, seed: int = 0) -> World:
    """Make a map of `count` works in `leaves` neighbourhoods within an eighth as many."""
    rng = np.random.default_rng(seed)
    coarse = max(leaves // 8, 1)
    middles = _apart(rng, coarse, 0.8)
    parent = np.sort(rng.integers(0, coarse, leaves))
    centres = middles[parent] + rng.normal(0, 0.09, (leaves, 2))
    of = rng.choice(leaves, count, p=rng.dirichlet(np.full(leaves, 2.0)))
    tails = rng.standard_t(4, (count, 2))
    points = centres[of] + tails * rng.uniform(0.008, 0.03, leaves)[of, None]
    points = np.clip(points / np.abs(points).max(), -1, 1)
    order = np.argsort(_hilbert(points))
    placed, leaf = points[order].astype(np.float32), of[order].astype(np.uint16)
    hues = rng.uniform(30, 225, (leaves, 3))
    shades = np.clip(hues[leaf] + rng.normal(0, 28, (count, 3)), 0, 255).astype(np.uint8)
    columns: dict[str, tuple[NDArray[Any], dict[str, Any]]] = {
        "x": (_wide(placed[:, 0]), {"low": -1, "high": 1}),
        "y": (_wide(placed[:, 1]), {"low": -1, "high": 1}),
        "id": (np.arange(1, count + 1, dtype=np.uint32), {}),
        "cluster": (leaf, {}),
        "aspect": (
            rng.normal(127, 9, count).clip(80, 175).astype(np.uint8),
            {"low": 0.125, "high": 8, "scale": "log", "missing": 255},
        ),
    }
    for at, name in enumerate(("red", "green", "blue")):
        columns[name] = (np.ascontiguousarray(shades[:, at]), {})
    for name, many in (("style", 30), ("artist", 4_000), ("medium", 25), ("availability", 3)):
        values = (leaf.astype(np.int64) * 7 + rng.geometric(0.4, count)) % many
        labels = [f"{name} {value}" for value in range(many)]
        dtype = np.uint8 if many < 255 else np.uint16
        columns[name] = (values.astype(dtype), {"labels": labels})
    ranges = {"price": (40, 90_000, "log"), "year": (1500, 2025, "linear")}
    ranges |= {"likes": (0, 900, "linear"), "popularity": (0, 1, "linear")}
    for name, (low, high, scale) in ranges.items():
        told = {"low": low, "high": high, "scale": scale, "missing": 255}
        columns[name] = (rng.binomial(254, rng.beta(2, 4, leaves)[leaf]).astype(np.uint8), told)
    body, listed = _pack(columns)
    manifest = {
        "map": 1,
        "count": count,
        "columns": listed,
        "layers": _layers(placed, leaf, parent, coarse),
        "binary": "/columns.bin",
        "sheets": [_sheets(count, stride) for stride in STRIDES],
    }
    packed = gzip.compress(body, 6)
    return World(json.dumps(manifest).encode(), packed, placed, leaf)


def _apart(rng: np.random.Generator, count: int, reach: float) -> NDArray[np.float64]:
    """Places that keep clear of one another: each the loneliest of some tries."""
    found = [rng.uniform(-reach, reach, 2)]
    while len(found) < count:
        tries = rng.uniform(-reach, reach, (20, 2))
        away = np.linalg.norm(tries[:, None] - np.array(found)[None], axis=2).min(axis=1)
        found.append(tries[away.argmax()])
    return np.array(found)


def _hilbert(points: NDArray[np.float64], bits: int = 10) -> NDArray[np.int64]:
    """The place of each point along a Hilbert curve."""
    side = 1 << bits
    x = ((points[:, 0] + 1) / 2 * (side - 1)).astype(np.int64)
    y = ((points[:, 1] + 1) / 2 * (side - 1)).astype(np.int64)
    place = np.zeros(len(points), dtype=np.int64)
    step = side // 2
    while step:
        right, up = (x & step) > 0, (y & step) > 0
        place += step * step * ((3 * right) ^ up)
        turn = ~up
        flip = turn & right
        x, y = np.where(flip, side - 1 - x, x), np.where(flip, side - 1 - y, y)
        x, y = np.where(turn, y, x), np.where(turn, x, y)
        step //= 2
    return place


def _wide(values: NDArray[np.float32]) -> NDArray[np.uint16]:
    return ((values + 1) * 32767).round().astype(np.uint16)


def _pack(
    columns: dict[str, tuple[NDArray[Any], dict[str, Any]]],
) -> tuple[bytes, list[dict[str, Any]]]:
    body, listed = bytearray(), []
    for name, (values, told) in columns.items():
        body += b"\0" * (-len(body) % 4)
        plain = {"labels": None, "low": None, "high": None, "missing": None, "scale": "linear"}
        listed.append(
            plain
            | {"name": name, "dtype": values.dtype.name, "offset": len(body)}
            | {"length": len(values)}
            | told
        )
        body += values.astype(values.dtype.newbyteorder("<")).tobytes()
    return bytes(body), listed


def _layers(
    points: NDArray[np.float32],
    of: NDArray[np.uint16],
    parent: NDArray[np.int64],
    coarse: int,
) -> list[dict[str, Any]]:
    def clusters(labels: NDArray[Any], many: int, first: int, up: Any, kind: str) -> Any:
        return {
            "clusters": [
                {
                    "id": first + at,
                    "name": f"{kind} {at}",
                    "x": float(np.median(points[labels == at, 0])) if (labels == at).any() else 0,
                    "y": float(np.median(points[labels == at, 1])) if (labels == at).any() else 0,
                    "size": int((labels == at).sum()),
                    "parent": up(at),
                    "edited": False,
                }
                for at in range(many)
            ]
        }

    return [
        clusters(parent[of], coarse, 1, lambda _at: None, "Landscape of colour"),
        clusters(of, len(parent), 1_001, lambda at: int(parent[at]) + 1, "Small field"),
    ]


def _sheets(count: int, stride: int) -> dict[str, Any]:
    cells = -(-count // stride)
    urls = [f"/sheets/{stride}-{at}.webp" for at in range(-(-cells // PER_SHEET))]
    return {"stride": stride, "cell": CELL, "columns": COLUMNS, "urls": urls}


@cache
def sheet(number: int) -> bytes:
    """Draw one sheet of pictures."""
    rng = np.random.default_rng(number)
    side = CELL * COLUMNS
    flat = rng.integers(30, 230, (COLUMNS * 2, COLUMNS * 2, 3)).astype(np.uint8)
    soft = Image.fromarray(flat).resize((side, side), Image.Resampling.BICUBIC)
    noise = rng.normal(0, 12, (side // 4, side // 4)).repeat(4, 0).repeat(4, 1)
    pixels = (np.asarray(soft, dtype=np.int16) + noise[..., None]).clip(0, 255)
    out = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(out, "WEBP", quality=72, method=2)
    return out.getvalue()


def page() -> bytes:
    """Fill the site's own page of the map, without its header."""
    room = (ROOT / "templates" / "studio" / "map_room.html").read_text()
    room = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", room, flags=re.DOTALL)
    room = re.sub(r"\{% if (?:beside|ranked) %\}.*?\{% endif %\}", "", room, flags=re.DOTALL)
    addresses = {"map-manifest": "/manifest.json", "map-works": "/works", "map-find": "/find"}
    for name, address in addresses.items():
        room = re.sub(rf"\{{% url '{name}'[^%]*%\}}", address, room)
    room = re.sub(r"\{%.*?%\}", "", room, flags=re.DOTALL)
    room = re.sub(r"\{\{.*?\}\}", "1", room, flags=re.DOTALL)
    head = "".join(
        f'<link rel="stylesheet" href="/static/{name}.css">' for name in ("css/base", "lab", "map")
    )
    script = '<script type="module" src="/static/js/map/index.js"></script>'
    body = f'<body><main>{room}</main><form id="marks"><input name="csrfmiddlewaretoken"></form>'
    return f'<!doctype html><html lang="en"><head>{head}{script}</head>{body}</body>'.encode()


@contextmanager
def serving(made: World, pages: dict[str, bytes]) -> Iterator[tuple[str, dict[str, int]]]:
    """Serve a world at `/`, other pages at theirs; yield the address and the bytes sent of each."""
    sent: dict[str, int] = {}
    sheets = [sheet(number) for number in range(SHEETS)]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            kind, body, packed = self._answer(path)
            self.send_response(200 if body is not None else 404)
            body = body or b""
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if packed:
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(body)
            sent[path] = sent.get(path, 0) + len(body)

        def _answer(self, path: str) -> tuple[str, bytes | None, bool]:
            if path == "/manifest.json":
                return "application/json", gzip.compress(made.manifest), True
            if path == "/columns.bin":
                return "application/octet-stream", made.columns, True
            if path.startswith("/sheets/"):
                return "image/webp", sheets[sum(path.encode()) % SHEETS], False
            if path in ("/works", "/find"):
                return "application/json", b'{"works": [], "ids": []}', False
            if path in pages:
                kind = "text/javascript" if path.endswith(".js") else "text/html; charset=utf-8"
                return kind, pages[path], False
            return self._file(path)

        def _file(self, path: str) -> tuple[str, bytes | None, bool]:
            folder, _, name = path.lstrip("/").partition("/")
            roots = {"static": ROOT / "static", "npm": ROOT / "node_modules"}
            file = roots.get(folder, ROOT / "static") / name
            if ".." in path or not file.is_file():
                return "text/plain", None, False
            return TYPES.get(file.suffix, "text/plain"), file.read_bytes(), False

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", sent
    finally:
        server.shutdown()
        server.server_close()
