"""Collections are no exhibitions any more; those keep a history of their own."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0002_beginnings'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='trackedcollection',
            name='changed_update',
        ),
        migrations.RemoveField(
            model_name='collectionevent',
            name='by_line',
        ),
        migrations.RemoveField(
            model_name='collectionevent',
            name='exhibited',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trackedcollection',
            trigger=pgtrigger.compiler.Trigger(name='changed_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD.visibility = \'public\' OR NEW.visibility = \'public\') AND (OLD."title" IS DISTINCT FROM NEW."title" OR OLD."visibility" IS DISTINCT FROM NEW."visibility"))', func='INSERT INTO "desk_collectionevent" ("pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "visibility") VALUES (COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'changed\', NEW."id", NEW."title", NEW."visibility"); RETURN NULL;', hash='68bdff987192876d2e8c05b1edb0ce5ecf911d64', operation='UPDATE', pgid='pgtrigger_changed_update_7cde3', table='mine_collection', when='AFTER')),
        ),
    ]
