"""What becomes of a network's answers where its heads do what a program says, and otherwise.

Counted by the pipeline and by the checker, each with answers of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from numpy import ndarray

Same = Callable[[ndarray, ndarray], ndarray]
"""Which answers count as the same."""


class Counts:
    """Answers that stay, and those that become what a program says, experiment by experiment.

    Of several experiments the one counts in which least follows, or most stays.

    Args:
        same: which answers count as the same.
    """

    def __init__(self, same: Same) -> None:
        self.same = same
        self.total = self.stays = 0
        self.of: dict[str, list[int]] = {}

    def kept(self, read: ndarray, said: ndarray, then: ndarray) -> None:
        """Count answers that stay with what a program selects.

        Args:
            read: which are read, [n, answers].
            said: answers as they are.
            then: what they are with that.
        """
        self.total += int(read.sum())
        self.stays += int((read & self.same(then, said)).sum())

    def moved(
        self, name: str, read: ndarray, said: ndarray, program: ndarray | None, there: ndarray
    ) -> None:
        """Count what becomes of answers where those of the program change.

        Args:
            name: of the experiment.
            read: which are read, [n, answers].
            said: answers as they are.
            program: what they are to become; null where the program fails.
            there: what they become.
        """
        counts = self.of.setdefault(name, [0, 0, 0])
        if program is None:
            return
        changed = read & ~self.same(program, said)
        counts[0] += int(changed.sum())
        counts[1] += int((changed & self.same(program, there)).sum())
        counts[2] += int((changed & self.same(there, said)).sum())

    @property
    def stay(self) -> float:
        """Part of the answers that stay with what a program selects."""
        return self.stays / max(1, self.total)

    @property
    def followed(self) -> float:
        """Part that becomes what the program says, where its answers change."""
        return min((each[1] / max(1, each[0]) for each in self.of.values()), default=0.0)

    @property
    def astray(self) -> float:
        """Part that stays all the same; all of them where the program's never change."""
        return max((each[2] / each[0] if each[0] else 1.0 for each in self.of.values()), default=1)
