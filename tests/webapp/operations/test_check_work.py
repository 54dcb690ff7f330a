"""Rows whose worker is gone are found, whatever kind of work they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from tests.webapp.makers import make_artwork
from webapp.catalog.models import Artwork
from webapp.duplicates.models import Fingerprint
from webapp.ingest.models import Batch, Item
from webapp.operations.checks import work
from webapp.transfer.models import Export

pytestmark = pytest.mark.django_db


def lapsed(model: Any) -> None:
    model.objects.update(claimed_until=timezone.now() - 2 * work.LAPSED)


def counts(*, mend: bool) -> list[tuple[int, int]]:
    """Of rows whose worker is gone, and of claims that reach too far."""
    return [(each.count, each.mended) for each in work.check_claims(mend=mend)]


def test_every_kind_of_row_that_is_claimed_is_looked_at() -> None:
    claimed = {
        model
        for model in apps.get_models()
        if any(field.name == "claimed_until" for field in model._meta.fields)
        and not model._meta.proxy
    }

    assert {rows.model for rows in work._open().values()} == claimed


def test_an_export_and_a_file_whose_worker_is_gone_are_found() -> None:
    Export.objects.create()
    Item.objects.create(batch=Batch.objects.create(source="x"), name="a", incoming="incoming/a")
    lapsed(Export)
    lapsed(Item)

    found = next(iter(work.check_claims(mend=False)))

    assert found.count == 2
    assert counts(mend=True) == [(2, 2), (0, 0)]


def test_what_is_done_needs_nobody() -> None:
    make_artwork()
    Export.objects.create(state=Export.State.DONE)
    lapsed(Export)
    lapsed(Artwork)

    assert counts(mend=False) == [(0, 0), (0, 0)]


def test_a_work_that_was_withdrawn_in_the_middle_of_a_comparison_needs_nobody() -> None:
    work = make_artwork()
    lapsed(Fingerprint)

    before = counts(mend=False)
    Artwork.objects.filter(pk=work.pk).update(state=Artwork.State.WITHDRAWN)

    assert (before[0], counts(mend=False)[0]) == ((1, 0), (0, 0))


def test_a_claim_by_a_clock_that_was_wrong_is_given_up() -> None:
    row = Export.objects.create(claimed_until=timezone.now() + timedelta(days=3))

    assert counts(mend=True) == [(0, 0), (1, 1)]
    row.refresh_from_db()
    assert row.claimed_until is None
