"""Routes of this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from webapp.quiz import taking_back, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("quiz/", views.quiz, name="quiz"),
    path("quiz/answer/", views.answer, name="quiz-answer"),
    path("quiz/result/", views.outcome, name="quiz-result"),
    re_path(
        r"^quiz/choices/(?P<pk>[0-9]{1,18})/(?P<verb>take-back|restore)/$",
        taking_back.choice,
        name="quiz-choice",
    ),
]
