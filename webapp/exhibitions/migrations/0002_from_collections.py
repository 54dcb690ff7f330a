"""Every collection that a curator exhibits becomes an exhibition with one room, at its address."""

from django.db import migrations


def carry_over(apps, _schema_editor):
    exhibitions = apps.get_model("exhibitions", "Exhibition")
    rooms = apps.get_model("exhibitions", "Room")
    hangings = apps.get_model("exhibitions", "Hanging")
    changes = apps.get_model("exhibitions", "Change")
    collections = apps.get_model("mine", "Collection")
    exhibited = collections.objects.filter(exhibited__isnull=False, deleted=None)
    for each in exhibited.select_related("visitor").order_by("exhibited", "pk"):
        made = exhibitions.objects.create(
            token=each.token,
            title=each.title,
            by_line=each.by_line,
            introduction=each.note,
            cover_id=each.cover_id,
            opens=each.exhibited,
            version=1,
            made_by_id=each.visitor.user_id,
        )
        room = rooms.objects.create(exhibition=made, position=0, wall="paper")
        items = list(each.items.order_by("position", "pk"))
        hangings.objects.bulk_create(
            hangings(room=room, artwork_id=item.artwork_id, position=place, label=item.note)
            for place, item in enumerate(items)
        )
        changes.objects.create(
            exhibition=made,
            number=1,
            by_id=each.visitor.user_id,
            what="Carried over from a collection",
            after={
                "title": made.title,
                "by_line": made.by_line,
                "introduction": made.introduction,
                "cover": made.cover_id,
                "opens": made.opens.isoformat(),
                "closes": None,
                "rooms": [
                    {
                        "pk": room.pk,
                        "title": "",
                        "text": "",
                        "wall": "paper",
                        "works": [[item.artwork_id, item.note] for item in items],
                    }
                ],
            },
        )


class Migration(migrations.Migration):
    dependencies = [("exhibitions", "0001_first"), ("mine", "0001_first")]
    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
