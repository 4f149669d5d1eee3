"""A training whose time is up ends, and the run is finished with what there is."""

from builders.unlisted_tasks import HERE  # noqa: F401
