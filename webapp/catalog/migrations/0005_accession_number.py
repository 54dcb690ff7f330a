"""Inventory numbers, and their place in the rows that search asks."""

from django.db import migrations, models

NUMBERED = r"""
-- The whole number as one word that no text has: '#sk.a.1505'. webapp.catalog.search.numbers_of() does
-- the same to what is searched for.
CREATE FUNCTION catalog_number(text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN number = '' THEN ''::tsvector ELSE array_to_tsvector(ARRAY['#' || number]) END
    FROM left(replace(btrim(catalog_fold($1)), ' ', '.'), 120) AS number
$$;

CREATE OR REPLACE FUNCTION catalog_search_refresh(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO catalog_searchentry (artwork_id, visible, words, artist_id, style, medium, year,
        price, currency, longest_cm, orientation, colours, availability, swatches, version)
    SELECT a.id, a.state = 'visible',
        catalog_words(a.title, 'A') || catalog_words(p.name, 'A') || catalog_words(a.style, 'B')
            || catalog_words(a.medium, 'C') || catalog_words(left(a.description, 20000), 'D')
            || catalog_number(a.accession_number),
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

DROP TRIGGER search_artwork_changed ON catalog_artwork;
CREATE TRIGGER search_artwork_changed AFTER UPDATE ON catalog_artwork FOR EACH ROW
    WHEN ((old.title, old.artist_id, old.style, old.medium, old.description, old.year, old.price,
            old.currency, old.width_cm, old.height_cm, old.depth_cm, old.availability,
            old.accession_number)
        IS DISTINCT FROM (new.title, new.artist_id, new.style, new.medium, new.description,
            new.year, new.price, new.currency, new.width_cm, new.height_cm, new.depth_cm,
            new.availability, new.accession_number))
    EXECUTE FUNCTION catalog_search_artwork_changed();
"""

PLAIN = r"""
CREATE OR REPLACE FUNCTION catalog_search_refresh(ids bigint[]) RETURNS void LANGUAGE sql AS $$
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

DROP TRIGGER search_artwork_changed ON catalog_artwork;
CREATE TRIGGER search_artwork_changed AFTER UPDATE ON catalog_artwork FOR EACH ROW
    WHEN ((old.title, old.artist_id, old.style, old.medium, old.description, old.year, old.price,
            old.currency, old.width_cm, old.height_cm, old.depth_cm, old.availability)
        IS DISTINCT FROM (new.title, new.artist_id, new.style, new.medium, new.description,
            new.year, new.price, new.currency, new.width_cm, new.height_cm, new.depth_cm,
            new.availability))
    EXECUTE FUNCTION catalog_search_artwork_changed();

DROP FUNCTION catalog_number;

-- The numbers go; words of theirs would come back with the next ones.
SELECT catalog_search_refresh(ARRAY(
    SELECT id FROM catalog_artwork WHERE accession_number <> '' ORDER BY id));
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_drafts'),
    ]

    operations = [
        migrations.AddField(
            model_name='artwork',
            name='accession_number',
            field=models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='inventory number'),
        ),
        migrations.RunSQL(NUMBERED, PLAIN),
    ]
