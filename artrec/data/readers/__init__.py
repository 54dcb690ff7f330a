"""One reader per file format of the field; each returns a `Dataset` with a report."""

from __future__ import annotations

from artrec.data.readers.curatornet import read_curatornet
from artrec.data.readers.dvbpr import read_dvbpr
from artrec.data.readers.embeddings import read_embeddings
from artrec.data.readers.movielens import read_movielens
from artrec.data.readers.plain import read_csv, read_parquet
from artrec.data.readers.recbole import read_recbole
from artrec.data.readers.tradesy import read_tradesy, read_tradesy_features
from artrec.data.readers.tutorial import read_evaluation, read_tutorial
from artrec.data.readers.ugallery import read_ugallery

__all__ = [
    "read_csv",
    "read_curatornet",
    "read_dvbpr",
    "read_embeddings",
    "read_evaluation",
    "read_movielens",
    "read_parquet",
    "read_recbole",
    "read_tradesy",
    "read_tradesy_features",
    "read_tutorial",
    "read_ugallery",
]
