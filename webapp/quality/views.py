"""Pages of quality: spaces side by side, one space, extractors on this gallery."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.accounts.models import User
from webapp.lab.guards import curators
from webapp.quality import actions, drawing, queries
from webapp.quality.forms import CompareForm
from webapp.quality.models import Comparison, Measurement, Report
from webapp.vectors.queries import live_space

SEE = "quality.view_report"
ASK = "quality.add_report"


@require_safe
@curators(SEE)
def overview(request: HttpRequest) -> HttpResponse:
    rows = drawing.overview(queries.spaces())
    missing = [row.measured.space.pk for row in rows if not row.measured.report]
    return render(request, "quality/overview.html", {"rows": rows, "missing": missing})


@require_safe
@curators(SEE)
def space(request: HttpRequest, pk: int) -> HttpResponse:
    found = queries.space(pk)
    if found is None:
        raise Http404
    former = None if found.figures else queries.former(found)
    figures = former.figures if former else found.figures
    context = {"measured": found, "report": found.report, "figures": figures, "former": former}
    if figures:
        context |= {
            "labels": drawing.labels(figures),
            "styles": drawing.styles(figures),
            "layers": drawing.layers(figures),
            "spectrum": drawing.spectrum(figures),
            "likeness": drawing.likeness(figures),
            "pictures": queries.pictures(figures),
        }
    return render(request, "quality/space.html", context)


@require_safe
@curators(SEE)
@never_cache
def status(_request: HttpRequest, pk: int) -> JsonResponse:
    """Tell how far the report of a space is, for the page that watches it."""
    found = queries.space(pk)
    if found is None or found.report is None:
        raise Http404
    return _told(found.report)


@require_POST
@curators(ASK)
def measure(request: HttpRequest) -> HttpResponse:
    """Ask for the report of one space or of several."""
    wanted = set(request.POST.getlist("space"))
    asked = [each.space for each in queries.spaces() if str(each.space.pk) in wanted]
    if not asked:
        raise Http404
    for each in asked:
        actions.measure(each, by=cast(User, request.user))
    return redirect("quality-space", asked[0].pk) if len(asked) == 1 else redirect("quality")


@require_POST
@curators(ASK)
def cancel(_request: HttpRequest, pk: int) -> HttpResponse:
    actions.cancel(Report.objects.filter(space=pk))
    return redirect("quality-space", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@curators(SEE)
def extractors(request: HttpRequest) -> HttpResponse:
    """Show the newest comparison, or ask for one."""
    if request.method == "POST":
        return _compare(request)
    return _extractors(request, CompareForm())


@require_safe
@curators(SEE)
@never_cache
def extractors_status(_request: HttpRequest) -> JsonResponse:
    """Tell how far the newest comparison is."""
    found = Comparison.objects.first()
    if found is None:
        raise Http404
    return _told(found)


@require_POST
@curators("quality.add_comparison")
def extractors_cancel(_request: HttpRequest) -> HttpResponse:
    actions.cancel(Comparison.objects.all())
    return redirect("extractors")


@require_POST
@curators("quality.delete_sidefeature")
def extractors_forget(request: HttpRequest) -> HttpResponse:
    count = actions.forget()
    messages.success(request, f"{count:,} features that were kept for comparisons are deleted.")
    return redirect("extractors")


@curators("quality.add_comparison")
def _compare(request: HttpRequest) -> HttpResponse:
    form = CompareForm(request.POST)
    if not form.is_valid():
        return _extractors(request, form, status=422)
    actions.compare(works=form.cleaned_data["works"], by=cast(User, request.user))
    return redirect("extractors")


def _extractors(request: HttpRequest, form: CompareForm, *, status: int = 200) -> HttpResponse:
    found, live = queries.comparison(), live_space()
    context = {
        "form": form,
        "comparison": found,
        "measures": drawing.MEASURES,
        "rows": drawing.contestants(found, live.extractor if live else "") if found else [],
        "failed": drawing.left_out(found) if found else [],
        "references": drawing.references(found),
        "verdict": drawing.verdict(found) if found else [],
        "base": drawing.base(found) if found else "",
        "aside": queries.set_aside(),
    }
    return render(request, "quality/extractors.html", context, status=status)


def _told(row: Measurement) -> JsonResponse:
    doing = row.doing or row.get_state_display()
    return JsonResponse({"open": row.is_open, "percent": row.percent, "doing": doing})
