"""Makers of runs, versions and their reports, as workers leave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import Group
from django.test import Client

from webapp.accounts.models import User
from webapp.accounts.roles import CURATORS
from webapp.lab.models import Epoch, Run, Version

YARDSTICKS = {"visrank": "VisRank", "popularity": "Popularity", "random": "Random"}


def curator(name: str = "carl") -> Client:
    """A browser in which a curator is signed in."""
    user = User.objects.create_user(name, password="x", is_staff=True)
    user.groups.add(Group.objects.get(name=CURATORS))
    client = Client()
    client.force_login(user)
    return client


def make_run(model: str = "curatornet", **values: Any) -> Run:
    return Run.objects.create(**{"model": model, "state": Run.State.FINISHED} | values)


def make_epochs(run: Run, metrics: Sequence[float | None], *, part: str = "", of: int = 10) -> None:
    """An epoch row for each metric; the loss falls from 1."""
    for number, metric in enumerate(metrics, start=1):
        Epoch.objects.create(
            run=run,
            part=part,
            number=number,
            of=of,
            loss=1 / number,
            metric=metric,
            best=metric,
            lr=0.01,
            rate=1234.0,
            seconds=float(number),
            seconds_left=float(of - number),
        )


def make_version(
    auc: float = 0.8,
    *,
    against: Mapping[str, Any] | None = None,
    samples: Sequence[Mapping[str, Any]] = (),
    model: str = "curatornet",
    **values: Any,
) -> Version:
    """A measured version; "against" VisRank it is a little better unless told otherwise."""
    rows = [_row("model", f"{model}, version", auc)]
    rows += [_row(key, name, 0.6) for key, name in YARDSTICKS.items()]
    report = {
        "rows": rows,
        "visitors": 30,
        "new": {"visitors": 12, "works": 6},
        "served": None,
        "questions": {"visitors": [1, 2, 3]},
        "against": {"visrank": compared(auc - 0.6)} if against is None else against,
    }
    run = values.pop("run", None) or make_run(model)
    return Version.objects.create(
        run=run, file="f", sha256="s", report=report, samples=list(samples), **values
    )


def compared(difference: float, *, p_value: float = 0.001, visitors: int = 30) -> dict[str, Any]:
    """What `workers.gate.against` writes."""
    auc = {
        "difference": difference,
        "low": difference - 0.02,
        "high": difference + 0.02,
        "p_value": p_value,
        "mean": 0.6 + difference,
        "rival": 0.6,
    }
    return {"rival": "a", "metrics": {"auc": auc}, "coverage": [0.9, 0.8], "visitors": visitors}


def make_sample(
    visitor: int, liked: list[int], shown: list[int], chosen: int, *, place: int = 1
) -> dict[str, Any]:
    """A sample visitor to whom every model shows the same."""
    keys = ("model", "visrank", "popularity")
    return {
        "visitor": visitor,
        "kind": "few choices",
        "choices": len(liked),
        "liked": liked,
        "next": [chosen],
        "lists": dict.fromkeys(keys, shown),
        "places": dict.fromkeys(keys, place),
    }


def _row(key: str, name: str, auc: float) -> dict[str, Any]:
    return {
        "key": key,
        "name": name,
        "intervals": {"auc": {"mean": auc, "low": auc - 0.05, "high": auc + 0.05}},
        "figures": {"coverage@20": 0.9},
        "seconds": 0.1,
    }
