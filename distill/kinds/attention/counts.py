"""What becomes of a network's answers where its heads do what a program says, and otherwise."""

from __future__ import annotations

from jaxtyping import Bool
from numpy import ndarray

from distill.networks.text_network import TextNetwork


class Counts:
    """Answers that stay, and those that become what a program says, experiment by experiment.

    Of several experiments the one counts in which least follows, or most stays.
    """

    def __init__(self) -> None:
        self.total = self.stays = 0
        self.of: dict[str, list[int]] = {}

    def kept(self, asked: Bool[ndarray, "n answers"], same: Bool[ndarray, "n answers"]) -> None:
        """Count answers that stay with what a program selects, of those that are read."""
        self.total += int(asked.sum())
        self.stays += int((asked & same).sum())

    def moved(
        self,
        network: TextNetwork,
        asked: Bool[ndarray, "n answers"],
        name: str,
        said: ndarray,
        program: ndarray | None,
        there: ndarray,
    ) -> None:
        """Count what becomes of answers where those of the program change.

        Args:
            network: says which are the same.
            asked: which are read.
            name: of the experiment.
            said: answers as they are.
            program: what they are to become; null where the program fails.
            there: what they become.
        """
        counts = self.of.setdefault(name, [0, 0, 0])
        if program is None:
            return
        changed = asked & ~network.same(program, said)
        counts[0] += int(changed.sum())
        counts[1] += int((changed & network.same(program, there)).sum())
        counts[2] += int((changed & network.same(there, said)).sum())

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
