"""What tests of the API need of each other's absence."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from webapp.accounts.models import User
from webapp.api import limits
from webapp.feed import impressions


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_SWEEP", 0)  # which comes by chance, and is a query more
    cache.clear()
    impressions.discard()


@pytest.fixture
def vera(db: None) -> User:
    return User.objects.create_user("vera", password="x")


@pytest.fixture
def carl(db: None) -> User:
    return User.objects.create_user("carl", password="x")
