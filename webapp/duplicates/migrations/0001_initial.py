"""Fingerprints, pairs and decisions, and the trigger that keeps fingerprints with their images."""

import django.db.models.deletion
import pgvector.django.bit
import pgvector.django.indexes
from django.conf import settings
from django.db import migrations, models

TRIGGER = """
CREATE FUNCTION duplicates_image_came() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO duplicates_fingerprint (artwork_id, key, state, reason, attempts)
    VALUES (new.artwork_id, new.key, 'waiting', '', 0)
    ON CONFLICT (artwork_id) DO UPDATE SET key = excluded.key, bits = NULL, state = 'waiting',
        reason = '', attempts = 0, claimed_until = NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER duplicates_image_came AFTER INSERT OR UPDATE OF key, artwork_id
    ON catalog_artworkimage FOR EACH ROW EXECUTE FUNCTION duplicates_image_came();
INSERT INTO duplicates_fingerprint (artwork_id, key, state, reason, attempts)
    SELECT artwork_id, key, 'waiting', '', 0 FROM catalog_artworkimage;
SET CONSTRAINTS ALL IMMEDIATE;
"""

GONE = """
DROP TRIGGER duplicates_image_came ON catalog_artworkimage;
DROP FUNCTION duplicates_image_came;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalog', '0004_drafts'),
        ('vectors', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Fingerprint',
            fields=[
                ('artwork', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='fingerprint', serialize=False, to='catalog.artwork')),
                ('key', models.CharField(max_length=32)),
                ('bits', pgvector.django.bit.BitField(length=256, null=True)),
                ('state', models.CharField(choices=[('waiting', 'to be compared'), ('done', 'compared'), ('failed', 'could not be compared')], default='waiting', max_length=7)),
                ('reason', models.TextField(blank=True)),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['artwork'], name='fingerprint_waiting'), pgvector.django.indexes.HnswIndex(fields=['bits'], name='fingerprint_bits', opclasses=['bit_hamming_ops'])],
            },
        ),
        migrations.CreateModel(
            name='Pair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('near', 'nearly the same picture'), ('photo', 'another photograph or a part')], max_length=5)),
                ('state', models.CharField(choices=[('open', 'to be decided'), ('kept', 'both kept'), ('merged', 'merged'), ('replaced', 'merged, with the other picture')], default='open', max_length=8)),
                ('distance', models.PositiveSmallIntegerField()),
                ('points', models.PositiveSmallIntegerField()),
                ('details', models.FloatField()),
                ('affine', models.JSONField()),
                ('found', models.DateTimeField(auto_now_add=True)),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.artwork')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.artwork')),
            ],
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('open', 'to be decided'), ('kept', 'both kept'), ('merged', 'merged'), ('replaced', 'merged, with the other picture')], max_length=8)),
                ('record', models.JSONField(default=dict)),
                ('time', models.DateTimeField(auto_now_add=True)),
                ('undone', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('gone', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.artwork')),
                ('stays', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.artwork')),
                ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pair', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='duplicates.pair')),
            ],
            options={
                'ordering': ('-id',),
            },
        ),
        migrations.AddIndex(
            model_name='pair',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['kind', 'id'], name='pair_open'),
        ),
        migrations.AddConstraint(
            model_name='pair',
            constraint=models.UniqueConstraint(fields=('first', 'second'), name='one_duplicate_pair'),
        ),
        migrations.AddConstraint(
            model_name='pair',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='pair_is_ordered'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('undone', None)), fields=['gone'], name='decision_standing'),
        ),
        migrations.RunSQL(TRIGGER, GONE),
    ]
