"""Groups side by side: they are the same where their programs are, letter by letter."""

from __future__ import annotations

from distill.kinds.difference import Compared
from distill.kinds.group.mechanism import GroupMechanism


class GroupCompared(Compared[GroupMechanism]):
    """What is known of two of them: no more than their texts."""

    name = "group"
    noun = ("group", "groups")
    mechanism = GroupMechanism
