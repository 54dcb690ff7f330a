"""Pages for load balancers, Prometheus and our own supervisor."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from webapp.clients import is_operator
from webapp.operations import gauges, readiness


@require_safe
@never_cache
def health(_request: HttpRequest) -> HttpResponse:
    """Answer "ok"; a lost database answers 503 by the outage middleware."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def live(_request: HttpRequest) -> HttpResponse:
    """Answer "ok" as long as this process answers at all; whoever hears nothing starts it anew."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Tell of each part whether it works, and answer 503 if one does not.

    Everybody may know whether; what is the matter is for operators.
    """
    parts = readiness.parts()
    whole = all(part.ok for part in parts.values())
    told: dict[str, object] = {"ready": whole}
    told["parts"] = {name: {"ok": part.ok} for name, part in parts.items()}
    if is_operator(request):
        told["parts"] = {name: {"ok": part.ok, "note": part.note} for name, part in parts.items()}
    return JsonResponse(told, status=200 if whole else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures for Prometheus, in its text format."""
    if not is_operator(request):
        return HttpResponseForbidden(
            "Metrics are for the networks of ARTREC_METRICS_NETWORKS, or by ARTREC_METRICS_TOKEN.",
            content_type="text/plain",
        )
    return HttpResponse(gauges.exposition(), content_type=gauges.CONTENT_TYPE)
