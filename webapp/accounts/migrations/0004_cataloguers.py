"""The group of those who catalogue."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make_group(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("auth", "Group").objects.get_or_create(name="cataloguers")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_guesses")]
    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
