"""Guess what the columns of a table mean from what they are called, in several languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from webapp.ingest import cells

FILE: Final = "file"
DIMENSIONS: Final = "dimensions"
"""Height, width and perhaps depth in one cell: "40 x 60 cm"."""
TARGETS: Final = (FILE, DIMENSIONS, *cells.COLUMNS)
"""All that a column can be taken for."""

_NAMES: Final = {
    FILE: "file filename image imagefile imagefilename picture photo foto fichier nomdefichier "
    "archivo nombredearchivo imagen bild bilddatei datei dateiname bestand arquivo immagine media "
    "mediafile path ruta chemin pfad",
    "title": "title titles titre titulo titulodelaobra titel titolo name worktitle objecttitle "
    "artworktitle nombre bezeichnung titledisplay",
    "artist": "artist artists artistname artistdisplayname artisttitle artistdisplay maker makers "
    "creator creators author painter kunstler kunstlerin artiste auteur artista autor autora "
    "pintor urheber kunstenaar vervaardiger principalmaker principalorfirstmaker "
    "creatorname attribution",
    "artist_bio": "artistbio biography bio artistdisplaybio biographie biografia kunstlerbiografie",
    "year": "year date dated objectdate objectenddate dateend enddate displaydate datedisplay "
    "creationdate annee anno ano fecha jahr datierung datum dating productiondate datecreated "
    "yearmade",
    "medium": "medium media technique material materials mediumdisplay tecnica materiales "
    "materiaux technik materialtechnik materiaal supports mediumtechnique",
    "style": "style styles stil estilo stile movement movimiento mouvement school stijl "
    "styletitle genre genero",
    DIMENSIONS: "dimensions dimension size measurements dimensiones medidas tamano "
    "masse abmessungen grosse dimensioni afmetingen dimensoes dimensionsdisplay",
    "width_cm": "width widthcm ancho anchocm breite breitecm largeur larghezza breedte largura",
    "height_cm": "height heightcm alto altocm altura alturacm hohe hohecm hauteur altezza hoogte",
    "depth_cm": "depth depthcm fondo profundidad tiefe tiefecm profondeur profondita diepte",
    "price": "price prix precio preis prezzo prijs preco amount cost askingprice retailprice "
    "priceeur priceusd pricegbp",
    "currency": "currency moneda devise wahrung valuta moeda",
    "description": "description descripcion beschreibung descrizione descricao omschrijving text "
    "notes caption resena labeltext shortdescription",
    "rights": "rights copyright license licence derechos droits rechte diritti copyrightnotice "
    "rightsstatement licencia",
    "credit_line": "creditline credit credits credito creditos",
    # An "inventory" alone may be a count, and an "id" anything.
    "accession_number": "accessionnumber accession accessionno accessionnr accessionnum accno "
    "accnr inventorynumber inventoryno inventorynr inventorynum invnumber invno invnr invnum inv "
    "objectnumber objectno objectnum objno museumnumber museumno registrationnumber registrationno "
    "mainreferencenumber invnummer numdeinventario numinv ndinv nodinv "
    "inventarnummer inventarnr objektnummer objektnr inventarisnummer inventarisnr objectnummer "
    "numerodeinventario numeroinventario numinventario nodeinventario noinventario ninventario "
    "ninv noinv numerodinventario numerodinventaire numeroinventaire nodinventaire ndinventaire "
    "numeroderegistro",
    "source_url": "sourceurl url link website objecturl linkresource enlace lien",
    "availability": "availability status disponibilidad disponibilite verfugbarkeit "
    "estado verfugbar",
    "one_of_a_kind": "oneofakind unique unico unikat originale",
    "added": "added dateadded addedon",
}
_UNIT: Final = re.compile(r"[\s_]+(in\s+)?(cm|eur|usd|gbp|chf|€|\$|£)\W*$", re.IGNORECASE)
_TARGET_OF: Final = {name: target for target, names in _NAMES.items() for name in names.split()}


def guess(columns: Sequence[str]) -> dict[str, str]:
    """Return what each column is taken for, by its place; the first of two alike counts.

    A column that nothing is made of is absent.
    """
    mapping: dict[str, str] = {}
    for place, column in enumerate(columns):
        target = _target(column)
        if target and target not in mapping.values():
            mapping[str(place)] = target
    return mapping


def _target(column: str) -> str | None:
    """Return what a column is by its name, or by that without what follows a comma or a unit."""
    names = (column, _UNIT.sub("", column), re.split("[,;:/]", column)[0])
    return next((found for name in names if (found := _TARGET_OF.get(plain_name(name)))), None)


def plain_name(column: str) -> str:
    """Return a column's name without capitals, accents, brackets and all that is no letter."""
    text = unicodedata.normalize("NFKD", column.replace("ß", "ss")).lower()
    bare = re.sub(r"[(\[].*?[)\]]", "", text)
    return re.sub(r"[^a-z]+", "", bare) or re.sub(r"[^a-z]+", "", text)
