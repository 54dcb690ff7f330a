from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("feed", "0004_correspondence"),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(
                choices=[
                    ("view", "view"),
                    ("like", "like"),
                    ("hide", "hide"),
                    ("save", "save"),
                    ("purchase", "purchase"),
                    ("choice", "chosen in the quiz"),
                ],
                max_length=8,
            ),
        ),
    ]
