"""Exhibitions have an app of their own: what a collection had of one goes."""

from django.db import migrations


def forget_permission(apps, _schema_editor):
    permissions = apps.get_model("auth", "Permission")
    permissions.objects.filter(content_type__app_label="mine", codename="exhibit").delete()




class Migration(migrations.Migration):

    dependencies = [
        ('mine', '0001_first'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('exhibitions', '0002_from_collections'),
        # Its triggers name the columns that go.
        ('desk', '0003_exhibitions_apart'),
    ]

    operations = [
        migrations.RunPython(forget_permission, migrations.RunPython.noop),
        migrations.AlterModelOptions(
            name='collection',
            options={'ordering': ('position', '-id')},
        ),
        migrations.RemoveConstraint(
            model_name='collection',
            name='exhibitions_are_public',
        ),
        migrations.RemoveIndex(
            model_name='collection',
            name='collection_exhibited',
        ),
        migrations.RemoveField(
            model_name='collection',
            name='by_line',
        ),
        migrations.RemoveField(
            model_name='collection',
            name='exhibited',
        ),
    ]
