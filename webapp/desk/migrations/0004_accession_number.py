"""The trail keeps inventory numbers as well."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0005_accession_number'),
        ('desk', '0003_exhibitions_apart'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='trackedwork',
            name='made_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='trackedwork',
            name='changed_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='trackedwork',
            name='deleted_delete',
        ),
        migrations.AddField(
            model_name='workevent',
            name='accession_number',
            field=models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='inventory number'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trackedwork',
            trigger=pgtrigger.compiler.Trigger(name='made_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "desk_workevent" ("accession_number", "added", "artist_id", "availability", "credit_line", "currency", "depth_cm", "description", "height_cm", "held", "medium", "one_of_a_kind", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price", "rights", "source_url", "state", "style", "title", "width_cm", "year") VALUES (NEW."accession_number", NEW."added", NEW."artist_id", NEW."availability", NEW."credit_line", NEW."currency", NEW."depth_cm", NEW."description", NEW."height_cm", NEW."held", NEW."medium", NEW."one_of_a_kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'made\', NEW."id", NEW."price", NEW."rights", NEW."source_url", NEW."state", NEW."style", NEW."title", NEW."width_cm", NEW."year"); RETURN NULL;', hash='3b209a4b8f295118e69a414257006e4404ec57f1', operation='INSERT', pgid='pgtrigger_made_insert_62611', table='catalog_artwork', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trackedwork',
            trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."title" IS DISTINCT FROM NEW."title" OR OLD."artist_id" IS DISTINCT FROM NEW."artist_id" OR OLD."year" IS DISTINCT FROM NEW."year" OR OLD."medium" IS DISTINCT FROM NEW."medium" OR OLD."style" IS DISTINCT FROM NEW."style" OR OLD."width_cm" IS DISTINCT FROM NEW."width_cm" OR OLD."height_cm" IS DISTINCT FROM NEW."height_cm" OR OLD."depth_cm" IS DISTINCT FROM NEW."depth_cm" OR OLD."price" IS DISTINCT FROM NEW."price" OR OLD."currency" IS DISTINCT FROM NEW."currency" OR OLD."availability" IS DISTINCT FROM NEW."availability" OR OLD."one_of_a_kind" IS DISTINCT FROM NEW."one_of_a_kind" OR OLD."description" IS DISTINCT FROM NEW."description" OR OLD."rights" IS DISTINCT FROM NEW."rights" OR OLD."credit_line" IS DISTINCT FROM NEW."credit_line" OR OLD."accession_number" IS DISTINCT FROM NEW."accession_number" OR OLD."source_url" IS DISTINCT FROM NEW."source_url" OR OLD."added" IS DISTINCT FROM NEW."added" OR OLD."held" IS DISTINCT FROM NEW."held" OR (OLD.state IS DISTINCT FROM NEW.state AND (OLD.state NOT IN (\'checked\', \'visible\', \'draft\', \'failed\') OR NEW.state NOT IN (\'checked\', \'visible\', \'draft\', \'failed\'))))', func='INSERT INTO "desk_workevent" ("accession_number", "added", "artist_id", "availability", "credit_line", "currency", "depth_cm", "description", "height_cm", "held", "medium", "one_of_a_kind", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price", "rights", "source_url", "state", "style", "title", "width_cm", "year") VALUES (NEW."accession_number", NEW."added", NEW."artist_id", NEW."availability", NEW."credit_line", NEW."currency", NEW."depth_cm", NEW."description", NEW."height_cm", NEW."held", NEW."medium", NEW."one_of_a_kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'changed\', NEW."id", NEW."price", NEW."rights", NEW."source_url", NEW."state", NEW."style", NEW."title", NEW."width_cm", NEW."year"); RETURN NULL;', hash='901923a7e38f1cea948a7800f4de4f12a9c2290e', operation='UPDATE', pgid='pgtrigger_changed_update_a3b15', table='catalog_artwork', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trackedwork',
            trigger=pgtrigger.compiler.Trigger(name='deleted_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "desk_workevent" ("accession_number", "added", "artist_id", "availability", "credit_line", "currency", "depth_cm", "description", "height_cm", "held", "medium", "one_of_a_kind", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price", "rights", "source_url", "state", "style", "title", "width_cm", "year") VALUES (OLD."accession_number", OLD."added", OLD."artist_id", OLD."availability", OLD."credit_line", OLD."currency", OLD."depth_cm", OLD."description", OLD."height_cm", OLD."held", OLD."medium", OLD."one_of_a_kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'deleted\', OLD."id", OLD."price", OLD."rights", OLD."source_url", OLD."state", OLD."style", OLD."title", OLD."width_cm", OLD."year"); RETURN NULL;', hash='397c0455b6a104a8fc4b6db1c47d0929af7fbad9', operation='DELETE', pgid='pgtrigger_deleted_delete_92ad1', table='catalog_artwork', when='AFTER')),
        ),
    ]
