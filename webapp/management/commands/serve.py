"""`manage.py serve`: the whole site on one machine, until Ctrl-C."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp import embedded, supervisor
from webapp.management.commands import make_demo


class Command(BaseCommand):
    help = "Start database, web server, worker and timer; stop everything on Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--demo", action="store_true", help="make the demo collection once")

    def handle(self, *, host: str, port: int, demo: bool, **_options: Any) -> None:
        try:
            supervisor.check_port(host, port)
            call_command("migrate", verbosity=0)
            call_command("collectstatic", interactive=False, verbosity=0)
            self._serve(host, port, demo)
        except supervisor.StackError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")

    def _serve(self, host: str, port: int, demo: bool) -> None:
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{port}/"
        logs = settings.VAR / "log"
        stack = supervisor.children(host=shown, port=port, logs=logs)
        with supervisor.running(stack):
            supervisor.wait_for_web(f"{address}health/", stack[0])
            people = make_demo.ensure_demo(self.stdout) if demo else []
            self.stdout.write(f"\nArtrec is at {address}   (logs in {logs})")
            for person in people:
                self.stdout.write(f"  {person.role:8} {person.name} / {person.password}")
            self.stdout.write("Stop it with Ctrl-C.")
            self.stdout.flush()
            supervisor.supervise(stack, _keep_database)


def _keep_database() -> None:
    """Start the embedded server again when it was killed."""
    pgdata = settings.EMBEDDED_PGDATA
    if pgdata and not embedded.is_running(pgdata):
        embedded.restart(pgdata)
