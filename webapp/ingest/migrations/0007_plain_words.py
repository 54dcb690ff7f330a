"""States of files in words that need no explanation."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingest", "0006_natural_order")]

    operations = [
        migrations.AlterField(
            model_name="item",
            name="state",
            field=models.CharField(
                choices=[
                    ("wanted", "to be fetched"),
                    ("received", "waiting to be checked"),
                    ("stored", "waiting to be measured"),
                    ("visible", "in the gallery"),
                    ("draft", "held back"),
                    ("deleted", "deleted"),
                    ("duplicate", "already here"),
                    ("refused", "refused"),
                    ("failed", "failed"),
                ],
                default="received",
                max_length=9,
            ),
        )
    ]
