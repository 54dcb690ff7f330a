"""What an import did, what it could not do, and why a disk refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from webapp.transfer.bags import DamagedError, Reader, is_full


def in_words(error: Exception) -> str:
    """Return what is wrong as a sentence for people."""
    if is_full(error):
        return "There is no room left on the disk. Make some, then begin again."
    return str(error)


def _nobody(_text: str) -> None: ...


@dataclass
class Report:
    """Filled while an import goes on."""

    tell: Callable[[str], None] = _nobody
    """Called with each trouble as it is found."""
    made: Counter[str] = field(default_factory=Counter)
    """Rows by their kind."""
    known: Counter[str] = field(default_factory=Counter)
    """Rows that were here before."""
    troubles: list[str] = field(default_factory=list)
    """Sentences that begin with file and line."""
    notes: list[str] = field(default_factory=list)
    """What was left out on purpose."""

    def trouble(self, text: str) -> None:
        """Note what could not be taken over."""
        self.troubles.append(text)
        self.tell(text)

    def check(self, bag: Reader, name: str) -> bool:
        """Tell whether a file is the one that was exported; if not, note that."""
        try:
            bag.checked(name).close()
        except DamagedError as error:
            self.trouble(str(error))
            return False
        return True
