from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vectors', '0003_open_to_new'),
    ]

    operations = [
        migrations.AddField(
            model_name='space',
            name='head_number',
            field=models.PositiveIntegerField(default=0),
        ),
    ]
