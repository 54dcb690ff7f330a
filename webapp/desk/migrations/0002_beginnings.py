"""What is here already begins its trail as it is now, so that the first change has a before."""

from django.db import migrations

WORK = (
    "title, artist_id, year, medium, style, width_cm, height_cm, depth_cm, price, currency,"
    " availability, one_of_a_kind, description, rights, credit_line, source_url, added, state, held"
)
BEGINNINGS = {
    "workevent": ("catalog_artwork", WORK, "true"),
    "artistevent": ("catalog_artist", "name, slug, bio", "true"),
    "collectionevent": (
        "mine_collection", "title, by_line, visibility, exhibited", "visibility = 'public'"
    ),
    "personevent": (
        "accounts_user", "is_active, is_staff, is_superuser", "is_staff OR is_superuser"
    ),
    "servingevent": (
        "feed_serving", "diversity, per_artist, fresh_share, explore_share", "true"
    ),
}


def statement(trail, table, fields, which):
    return (
        f"INSERT INTO desk_{trail} (pgh_created_at, pgh_label, pgh_obj_id, {fields})"
        f" SELECT now(), 'known', id, {fields} FROM {table} WHERE {which} ORDER BY id"
    )


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_trail")]
    operations = [
        migrations.RunSQL(
            [statement(trail, *source) for trail, source in BEGINNINGS.items()],
            [f"DELETE FROM desk_{trail} WHERE pgh_label = 'known'" for trail in BEGINNINGS],
        )
    ]
