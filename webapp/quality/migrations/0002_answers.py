"""What each visitor or work gave, kept while extractors are still to be tested in pairs."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quality", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="answers",
            field=models.JSONField(default=dict),
        ),
    ]
