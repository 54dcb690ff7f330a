"""Roles as Django groups, made by a migration; each gives only what its work needs.

`webapp.ingest.apps` and `webapp.lab.apps` grant the permissions after every migration. The admin
site opens only to accounts with "staff status" as well: set `is_staff` on whoever gets one of
these groups.
"""

from __future__ import annotations

from typing import Final

ADMINS: Final = "admins"
"""Bring artworks in and edit the catalogue: every permission on catalog and ingest."""
CURATORS: Final = "curators"
"""See the collection as a whole and decide what serves: every permission on lab; read the catalogue
in the admin."""
