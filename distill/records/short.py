"""A value that is shown in a line, and not field by field."""

from __future__ import annotations


class Short:
    """What has a name: its fields may be pages of numbers, which stand in a run's files."""

    def __repr__(self) -> str:
        """A line: its type and its name."""
        return f"<{type(self).__name__}: {getattr(self, 'name', '')}>"
