"""What pages of the staff say of batches that have ended."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from webapp.ingest.models import Notice
from webapp.ingest.notices import take_unseen


def notices(request: HttpRequest) -> dict[str, Any]:
    """Give templates `notices`, taken when first asked for: pages that show none cost nothing."""
    return {"notices": SimpleLazyObject(lambda: _unseen(request))}


def _unseen(request: HttpRequest) -> list[Notice]:
    # A page that is fetched ahead may never be looked at; of one that a script asks for, as that of
    # a batch does while files come in, only a part is.
    ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
    if ahead or request.headers.get("Sec-Fetch-Dest") == "empty":
        return []
    return take_unseen(request.user) if request.user.is_authenticated else []
