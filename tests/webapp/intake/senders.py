"""Who sends files in tests, and how."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any, ClassVar

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.test import Client

from webapp.accounts.models import User
from webapp.accounts.roles import ADMINS


class FarAway(Storage):
    """A storage without paths, as those of other machines are."""

    kept: ClassVar[dict[str, bytes]] = {}

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        return ContentFile(self.kept[name])

    def _save(self, name: str, content: File[bytes]) -> str:
        self.kept[name] = content.read()
        return name

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)

    def exists(self, name: str) -> bool:
        return name in self.kept


BODY = "application/offset+octet-stream"


def signed_in(role: str | None = ADMINS, name: str = "mara") -> Client:
    user = User.objects.create_user(name, password="x", is_staff=True)
    if role:
        user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def begin(client: Client, **asked: Any) -> dict[str, Any]:
    """Begin a sending, or go on with one."""
    body = {"files": 1, "bytes": 1, "sample": [], **asked}
    answer = client.post("/upload/begin/", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    told: dict[str, Any] = answer.json()
    return told


def create(
    client: Client, sending: int, path: str, size: int, content: bytes = b"", changed: str = "1"
) -> Any:
    """Begin a file by tus, with its first bytes if there are any."""
    told = {"sending": str(sending), "path": path, "changed": changed}
    metadata = ",".join(
        f"{key} {b64encode(value.encode()).decode()}" for key, value in told.items()
    )
    return client.post(
        "/upload/files/",
        content,
        content_type=BODY if content else "",
        headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(size), "Upload-Metadata": metadata},
    )


def patch(client: Client, address: str, offset: int, content: bytes, **headers: str) -> Any:
    """Send more of a file."""
    return client.patch(
        address,
        content,
        content_type=BODY,
        headers={"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), **headers},
    )


def ask(client: Client, address: str, method: str = "head", **headers: str) -> Any:
    """Ask how much of a file is here, or to forget it."""
    return getattr(client, method)(address, headers={"Tus-Resumable": "1.0.0", **headers})


def kept_files() -> list[Path]:
    """Return all files in the private storage."""
    originals = Path(storages["originals"].path(""))
    return [path for path in originals.rglob("*") if path.is_file()]
