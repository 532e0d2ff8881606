"""Who is being served, and who has asked to stop."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event


class Stopped(Exception):
    """The visitor has cancelled, or has closed the page."""


class Sessions:
    """Orders under way, by visitor; a visitor has one at a time."""

    def __init__(self) -> None:
        self._stops: dict[str, Event] = {}

    @contextmanager
    def serving(self, visitor: str) -> Iterator[Callable[[], None]]:
        """While an order is under way: a function that raises `Stopped` once the visitor has asked for it."""
        stop = self._stops[visitor] = Event()

        def check() -> None:
            if stop.is_set():
                raise Stopped

        try:
            yield check
        finally:
            if self._stops.get(visitor) is stop:
                del self._stops[visitor]

    def stop(self, visitor: str) -> None:
        """Stop the visitor's order, if one is under way."""
        if stop := self._stops.get(visitor):
            stop.set()
