"""Makers of rows for tests of the museums' pages."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.test import Client

from webapp.accounts.models import User
from webapp.accounts.roles import ADMINS
from webapp.ingest.sources.contract import Record
from webapp.museums.models import Finding, Question, Sync
from webapp.museums.records import pack

State = Sync.State


def admin() -> Client:
    """A client signed in as an admin called ada."""
    user = User.objects.create_user("ada", is_staff=True)
    user.groups.add(Group.objects.get(name=ADMINS))
    client = Client()
    client.force_login(user)
    return client


def make_sync(*, query: str = "wheat", state: str = State.READY, **changes: Any) -> Sync:
    question, _ = Question.objects.get_or_create(
        scope=f"met: {query}", defaults={"source": "met", "query": query, "most": 200}
    )
    return Sync.objects.create(question=question, **{"state": state, "whole": True, **changes})


def find(sync: Sync, number: int, verdict: str = "new", **changes: Any) -> Finding:
    record = Record(id=str(number), image_url=f"https://images.metmuseum.org/{number}.jpg")
    values = {"title": f"Work {number}", "artist": "Ann", "record": pack(record), **changes}
    return Finding.objects.create(sync=sync, key=f"met:{number}", verdict=verdict, **values)
