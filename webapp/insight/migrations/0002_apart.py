"""What surveys found of single visitors moves into rows that go with their visitor."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def strip(apps: Any, _schema: Any) -> None:
    """Forget it in the surveys that are there; the next survey finds it anew."""
    surveys = apps.get_model("insight", "Survey").objects.filter(result__has_key="apart")
    for survey in surveys.iterator():
        del survey.result["apart"]
        survey.save(update_fields=["result"])


class Migration(migrations.Migration):
    dependencies = [
        ("feed", "0005_event_choice"),
        ("insight", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Apart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("shared", models.PositiveSmallIntegerField()),
                ("lists", models.JSONField()),
                (
                    "survey",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="apart",
                        to="insight.survey",
                    ),
                ),
                (
                    "visitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="feed.visitor",
                    ),
                ),
            ],
            options={"ordering": ("shared", "pk")},
        ),
        migrations.AddConstraint(
            model_name="apart",
            constraint=models.UniqueConstraint(fields=("survey", "visitor"), name="one_apart"),
        ),
        migrations.RunPython(strip, migrations.RunPython.noop),
    ]
