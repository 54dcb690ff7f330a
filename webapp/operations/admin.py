"""Workers in the admin: who is there, and how tasks ended."""

from __future__ import annotations

from webapp.admin import tell
from webapp.operations.models import Tally, Worker

tell(Worker, "name", "queues", "seen", search=("name",))
tell(Tally, "task", "outcome", "count", "seconds", filters=("outcome",), search=("task",))
