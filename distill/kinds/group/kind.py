"""Finite groups over a finite domain, as a kind: its stages, in order."""

from __future__ import annotations

from collections.abc import Iterator

from distill.drawing.picture import Picture
from distill.evidence.checked import Checked
from distill.evidence.figures import Measured
from distill.groups.isomorphism import family_table
from distill.kinds.group.compare import GroupCompared
from distill.kinds.group.emit import emit_group
from distill.kinds.group.evidence import inside_evidence
from distill.kinds.group.exhibits import GroupExhibits, group_exhibits
from distill.kinds.group.extract import extract_group
from distill.kinds.group.meaning import meaning_of
from distill.kinds.group.mechanism import GroupMechanism
from distill.kinds.group.pictures import group_pictures
from distill.kinds.kind import Kind, Written
from distill.networks.trace import Trace, View
from distill.records.refusal import Refusal
from distill.records.report import Report

LISTED = (
    "the program lists which element of the group every value stands for: no rule was found for "
    "their order"
)


class GroupKind(GroupCompared, Kind[GroupMechanism]):
    """The product of the elements of a finite group that the inputs stand for."""

    title = "Finite groups"
    about = (
        "Networks over finite domains that multiply in a finite group, with matrix elements of a "
        "few of its irreducible representations."
    )
    exhibits = GroupExhibits

    def read(self, view: View) -> Iterator[GroupMechanism | Refusal]:
        """The group whose table the answers are."""
        found = extract_group(view) if isinstance(view, Trace) else None
        if found is not None:
            yield found

    def summary(self, mechanism: GroupMechanism) -> str:
        """With the part of the logits that its keys explain."""
        count = len(mechanism.exceptions)
        but = f", {count} exceptions" if count else ""
        if mechanism.fit is None:
            return f"{mechanism.name}{but}; no key representations were found"
        keys = "; ".join(key.name for key in mechanism.keys)
        return f"{mechanism.name}{but} by {keys} (R² {mechanism.fit.elements:.3f})"

    def functional_of(self, mechanism: GroupMechanism) -> bool:
        """Whether nothing is said of how the network does it, and an expression may say as much.

        That answers are products in a group that does not commute, and in which, no expression of
        integers says, short as it may be.
        """
        return not mechanism.keys and family_table(mechanism.law.group).commutes

    def write(self, mechanism: GroupMechanism) -> Written:
        """The product; of values in an order without a rule, with lists."""
        listed = bool(mechanism.law.lists)
        return Written(
            emit_group(mechanism),
            mechanism,
            meaning=meaning_of(mechanism),
            tabulated=listed,
            exceptions=len(mechanism.exceptions),
            remarks=(LISTED,) if listed else (),
        )

    def takes(self, mechanism: GroupMechanism) -> tuple[range, ...]:
        """The inputs of the network."""
        return tuple(range(low, high + 1) for low, high in mechanism.inputs)

    def listed(self, mechanism: GroupMechanism) -> tuple[tuple[int, ...], ...]:
        """The exceptions."""
        return mechanism.exceptions

    def probe(self, written: Written, view: View, sample: Checked) -> Measured:
        """The keys in the logits, in the embedding and in the last hidden layer."""
        mechanism = written.mechanism
        assert isinstance(view, Trace), "groups are read over finite domains"
        assert isinstance(mechanism, GroupMechanism), "of this kind"
        return inside_evidence(view, mechanism, sample) if mechanism.keys else {}

    def show(self, mechanism: GroupMechanism, view: View) -> GroupExhibits:
        """The table of answers, and shares of the logits."""
        assert isinstance(view, Trace), "groups are read over finite domains"
        return group_exhibits(mechanism, view)

    def draw(
        self, mechanism: GroupMechanism, exhibits: GroupExhibits, report: Report
    ) -> tuple[Picture, ...]:
        """The shares, and the answers."""
        return group_pictures(mechanism, exhibits)
