"""What is said of a motion."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Texts:
    """What is said of one motion.

    Attributes:
        interaction: the interaction texts; a clip of a data set has at least one.
        individuals: for each person, the individual texts; "" where there is none. () if nobody has any.
    """

    interaction: tuple[str, ...] = ()
    individuals: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def single(cls, interaction: str, *individuals: str) -> "Texts":
        """At most one text of each sort, "" for none."""
        return cls(_some(interaction), tuple(_some(text) for text in individuals))

    @property
    def title(self) -> str:
        """The first interaction text, "" for none."""
        return self.interaction[0] if self.interaction else ""

    @property
    def first_individuals(self) -> tuple[str, ...]:
        """The first individual text of each person, "" for none."""
        return tuple(lines[0] if lines else "" for lines in self.individuals)

    def swap(self) -> "Texts":
        """The individual texts with the persons in reverse order."""
        return Texts(self.interaction, self.individuals[::-1])


def _some(text: str) -> tuple[str, ...]:
    return (text,) if text else ()
