"""What a stage is: its sides, what it needs and leaves, and which figure it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Stage:
    """One line of the table.

    Attributes:
        name: as it is chosen by.
        title: what it does.
        ours: the side that is ours, as module:function.
        reference: the side it is held against, if there is one.
        others: further sides run in the first turn, by what they are called.
        needs: the level the ground has to be at.
        leaves: the level it is left at, where that is lower.
        reaches: the level it comes to by itself, where that is higher.
        around: what runs while the stage is measured, as module:context manager; it is given the folder, and tells the
            sides an address.
        latency: seconds that the platforms take for each answer; None where none is called.
        day_before: work on the smaller day.
        sample: the other sides send at most so many rows, where they are too slow for all of them.
    """

    name: str
    title: str
    ours: str
    reference: str | None = None
    others: Mapping[str, str] = field(default_factory=dict)
    needs: str = "known"
    leaves: str | None = None
    reaches: str | None = None
    around: str | None = None
    latency: float | None = None
    day_before: bool = False
    sample: int = 0

    @property
    def sides(self) -> dict[str, str]:
        """All sides in the order of a turn."""
        return {"ours": self.ours, **({"reference": self.reference} if self.reference else {}), **self.others}
