from django.db import migrations, models
from django.db.models import F


def score_all_columns(apps, _schema_editor):
    apps.get_model("vectors", "Space").objects.update(scored=F("dim"))


class Migration(migrations.Migration):

    dependencies = [("vectors", "0001_initial")]

    operations = [
        migrations.AddField("space", "name", models.CharField(blank=True, max_length=100, default=""), preserve_default=False),
        migrations.AddField("space", "head", models.BinaryField(null=True)),
        migrations.AddField("space", "scored", models.PositiveSmallIntegerField(null=True)),
        migrations.RunPython(score_all_columns, migrations.RunPython.noop),
        migrations.AlterField("space", "scored", models.PositiveSmallIntegerField()),
        migrations.AlterField("space", "extractor", models.CharField(blank=True, max_length=100)),
        migrations.AlterField(
            "space",
            "state",
            models.CharField(
                choices=[
                    ("building", "being built"),
                    ("ready", "ready to serve"),
                    ("live", "live"),
                    ("retired", "retired"),
                ],
                default="building",
                max_length=8,
            ),
        ),
    ]
