"""Routes of the lab, one list per family of pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from webapp.lab.views import experiments, runs, schedule, serving, versions

run_pages = [
    path("runs/", runs.runs, name="runs"),
    path("runs/new/", runs.run_new, name="run-new"),
    path("runs/schedule/", schedule.schedule, name="schedule"),
    path("runs/<int:pk>/", runs.run, name="run"),
    path("runs/<int:pk>/status/", runs.run_status, name="run-status"),
    path("runs/<int:pk>/cancel/", runs.run_cancel, name="run-cancel"),
    path("runs/<int:pk>/retry/", runs.run_retry, name="run-retry"),
]

version_pages = [
    path("", versions.leaderboard, name="lab"),
    path("compare/", versions.compare, name="compare"),
    path("rollback/", versions.rollback, name="rollback"),
    path("versions/<int:pk>/", versions.version, name="version"),
    path("versions/<int:pk>/status/", versions.version_status, name="version-status"),
    path("versions/<int:pk>/promote/", versions.version_promote, name="version-promote"),
    path("versions/<int:pk>/prepare/", versions.version_prepare, name="version-prepare"),
]

serving_pages = [
    path("serving/", serving.serving, name="serving"),
    path("serving/measure/", serving.measure, name="serving-measure"),
]

experiment_pages = [
    path("experiments/", experiments.index, name="experiments"),
    path("experiments/replay/", experiments.ask_replay, name="replay"),
    path("experiments/<int:pk>/", experiments.experiment, name="experiment"),
    path("experiments/<int:pk>/start/", experiments.start, name="experiment-start"),
    path("experiments/<int:pk>/stop/", experiments.stop, name="experiment-stop"),
    path("experiments/<int:pk>/decide/", experiments.decide, name="experiment-decide"),
    path("experiments/<int:pk>/discard/", experiments.discard, name="experiment-discard"),
]

urlpatterns: list[URLPattern] = [*version_pages, *run_pages, *serving_pages, *experiment_pages]
