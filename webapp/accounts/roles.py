"""Roles as Django groups, made by a migration; each gives only what its work needs."""

from __future__ import annotations

from typing import Final

ADMINS: Final = "admins"
"""Bring artworks in and edit the catalogue."""
CURATORS: Final = "curators"
"""See the collection as a whole and decide what serves; read the catalogue in the admin."""
