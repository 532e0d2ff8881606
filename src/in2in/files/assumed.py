"""What was assumed about input that does not say: told once a data set, from whichever process found it.

A worker of `in2in.data.processes.map_in_processes` keeps its lines, and the process that waits for it prints them.
"""

Line = tuple[str, str]
"""What the assumption is about, which is told of once; and the line to print."""


class Assumptions:
    """The lines of one process."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._kept: list[Line] | None = None

    def tell(self, about: str, line: str) -> None:
        """Print a line, unless there was one about the same already.

        Args:
            about: the kind of assumption and the data set, such as "encoding of data/mine".
            line: what was assumed, of which file, and how to overrule it.
        """
        if about in self._told:
            return
        self._told.add(about)
        if self._kept is None:
            print(line)
        else:
            self._kept.append((about, line))

    def keep(self) -> None:
        """From now on, lines are kept for `taken`: this process works for another."""
        self._kept = []

    def taken(self) -> list[Line]:
        """The lines kept since the last call."""
        lines, self._kept = self._kept or [], []
        return lines


ASSUMPTIONS = Assumptions()
"""Of this process."""
