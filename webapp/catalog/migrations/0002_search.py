"""The rows that search asks, and the triggers that keep them."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

FUNCTIONS = r"""
CREATE SEQUENCE catalog_search_version;

-- Without capitals, accents and punctuation; webapp.catalog.search.fold() does the same to what is
-- searched for.
CREATE FUNCTION catalog_fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(
        translate(regexp_replace(normalize(lower($1), NFKD), '[\u0300-\u036f]', '', 'g'),
            'øłđı', 'oldi'),
        '[\u0001-/:-@[-`{-\u00bf\u2010-\u205e]+', ' ', 'g')
$$;

-- Each word as it is written, to be found by its beginning, and by its English stem.
CREATE FUNCTION catalog_words(words text, weight "char") RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT setweight(
        to_tsvector('simple', catalog_fold(words)) || to_tsvector('english', catalog_fold(words)),
        weight)
$$;

CREATE FUNCTION catalog_swatches(palette jsonb) RETURNS float8[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(number::float8 ORDER BY place, part), '{}')
    FROM jsonb_array_elements(palette) WITH ORDINALITY AS s (swatch, place),
        unnest(ARRAY[swatch->'lab'->>0, swatch->'lab'->>1, swatch->'lab'->>2, swatch->>'share'])
            WITH ORDINALITY AS n (number, part)
$$;

CREATE FUNCTION catalog_search_refresh(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO catalog_searchentry (artwork_id, visible, words, artist_id, style, medium, year,
        price, currency, longest_cm, orientation, colours, availability, swatches, version)
    SELECT a.id, a.state = 'visible',
        catalog_words(a.title, 'A') || catalog_words(p.name, 'A') || catalog_words(a.style, 'B')
            || catalog_words(a.medium, 'C') || catalog_words(left(a.description, 20000), 'D'),
        a.artist_id, a.style, a.medium, a.year,
        CASE WHEN a.availability = 'available' THEN a.price END, a.currency,
        greatest(a.width_cm, a.height_cm, a.depth_cm),
        CASE WHEN i.width > 1.05 * i.height THEN 'landscape'
            WHEN i.height > 1.05 * i.width THEN 'portrait' ELSE 'square' END,
        i.colours, a.availability, catalog_swatches(i.palette), nextval('catalog_search_version')
    FROM catalog_artwork a
    JOIN catalog_artist p ON p.id = a.artist_id
    JOIN catalog_artworkimage i ON i.artwork_id = a.id
    WHERE a.id = ANY(ids)
    ON CONFLICT (artwork_id) DO UPDATE SET visible = excluded.visible, words = excluded.words,
        artist_id = excluded.artist_id, style = excluded.style, medium = excluded.medium,
        year = excluded.year, price = excluded.price, currency = excluded.currency,
        longest_cm = excluded.longest_cm, orientation = excluded.orientation,
        colours = excluded.colours, availability = excluded.availability,
        swatches = excluded.swatches, version = excluded.version
$$;

CREATE FUNCTION catalog_search_images_came() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM catalog_search_refresh(ARRAY(SELECT artwork_id FROM came));
    RETURN NULL;
END $$;
CREATE FUNCTION catalog_search_image_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM catalog_search_refresh(ARRAY[new.artwork_id]);
    RETURN NULL;
END $$;
CREATE FUNCTION catalog_search_artwork_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM catalog_search_refresh(ARRAY[new.id]);
    RETURN NULL;
END $$;
CREATE FUNCTION catalog_search_state_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE catalog_searchentry
    SET visible = (new.state = 'visible'), version = nextval('catalog_search_version')
    WHERE artwork_id = new.id;
    RETURN NULL;
END $$;
CREATE FUNCTION catalog_search_entries_went() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM nextval('catalog_search_version');
    RETURN NULL;
END $$;
CREATE FUNCTION catalog_search_artist_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM catalog_search_refresh(ARRAY(
        SELECT id FROM catalog_artwork WHERE artist_id = new.id ORDER BY id));
    RETURN NULL;
END $$;

CREATE TRIGGER search_images_came AFTER INSERT ON catalog_artworkimage
    REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION catalog_search_images_came();
CREATE TRIGGER search_image_changed AFTER UPDATE ON catalog_artworkimage FOR EACH ROW
    WHEN ((old.artwork_id, old.width, old.height, old.palette, old.colours)
        IS DISTINCT FROM (new.artwork_id, new.width, new.height, new.palette, new.colours))
    EXECUTE FUNCTION catalog_search_image_changed();
CREATE TRIGGER search_artwork_changed AFTER UPDATE ON catalog_artwork FOR EACH ROW
    WHEN ((old.title, old.artist_id, old.style, old.medium, old.description, old.year, old.price,
            old.currency, old.width_cm, old.height_cm, old.depth_cm, old.availability)
        IS DISTINCT FROM (new.title, new.artist_id, new.style, new.medium, new.description,
            new.year, new.price, new.currency, new.width_cm, new.height_cm, new.depth_cm,
            new.availability))
    EXECUTE FUNCTION catalog_search_artwork_changed();
CREATE TRIGGER search_state_changed AFTER UPDATE OF state ON catalog_artwork FOR EACH ROW
    WHEN (old.state IS DISTINCT FROM new.state) EXECUTE FUNCTION catalog_search_state_changed();
CREATE TRIGGER search_entries_went AFTER DELETE ON catalog_searchentry
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_search_entries_went();
CREATE TRIGGER search_artist_changed AFTER UPDATE ON catalog_artist FOR EACH ROW
    WHEN (old.name IS DISTINCT FROM new.name) EXECUTE FUNCTION catalog_search_artist_changed();

SELECT catalog_search_refresh(ARRAY(SELECT id FROM catalog_artwork ORDER BY id));
-- The rest of the migration may alter the table only when nothing waits to be checked.
SET CONSTRAINTS ALL IMMEDIATE;
"""

GONE = """
DROP TRIGGER search_images_came ON catalog_artworkimage;
DROP TRIGGER search_image_changed ON catalog_artworkimage;
DROP TRIGGER search_artwork_changed ON catalog_artwork;
DROP TRIGGER search_state_changed ON catalog_artwork;
DROP TRIGGER search_artist_changed ON catalog_artist;
DROP TRIGGER search_entries_went ON catalog_searchentry;
DROP FUNCTION catalog_search_images_came, catalog_search_image_changed,
    catalog_search_artwork_changed, catalog_search_state_changed, catalog_search_artist_changed, catalog_search_entries_went,
    catalog_search_refresh, catalog_swatches, catalog_words, catalog_fold;
DROP SEQUENCE catalog_search_version;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('artwork', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='entry', serialize=False, to='catalog.artwork')),
                ('visible', models.BooleanField()),
                ('words', django.contrib.postgres.search.SearchVectorField()),
                ('artist_id', models.BigIntegerField()),
                ('style', models.CharField(max_length=120)),
                ('medium', models.CharField(max_length=200)),
                ('year', models.SmallIntegerField(null=True)),
                ('price', models.DecimalField(decimal_places=2, max_digits=12, null=True)),
                ('currency', models.CharField(max_length=3)),
                ('longest_cm', models.DecimalField(decimal_places=1, max_digits=7, null=True)),
                ('orientation', models.CharField(max_length=9)),
                ('colours', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), size=None)),
                ('availability', models.CharField(max_length=12)),
                ('swatches', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                ('version', models.BigIntegerField(db_index=True)),
            ],
            options={
                'verbose_name_plural': 'search entries',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['words'], name='search_words')],
            },
        ),
        migrations.RunSQL(FUNCTIONS, GONE),
    ]
