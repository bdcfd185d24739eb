"""Notices when SQLite's file is replaced while it is open: what is written then is lost with a file without a name."""

from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidRequestError


class Watch:
    """Gives out no connection once another file, or none, has taken the place of the one that was opened first.

    Not even to the new file: the log of changes beside it is still the old one's, and would be read into it.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._first: tuple[int, int] | None = None
        self._is_gone = False

    def opened(self, *_: object) -> None:
        """A connection is there; before the first one the file may have to be made."""
        self._first = self._first or self._now()

    def check(self, *_: object) -> None:
        if self._first and (self._is_gone or self._now() != self._first):
            self._is_gone = True  # for good: a later file may get the first one's number
            raise InvalidRequestError("the database's file was replaced or removed; stop the server and start it again")

    def _now(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino


def watch(engine: Engine, path: str) -> None:
    """Have every connection of this engine checked, before it is made and whenever it is given out."""
    mine = Watch(path)
    event.listen(engine, "do_connect", mine.check)
    event.listen(engine, "connect", mine.opened)
    event.listen(engine, "checkout", mine.check)
