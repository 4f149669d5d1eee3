"""`python -m distill.cli.supervised`: `distill`, which ends when its standard input is closed.

Whoever starts it holds the other end of a pipe. When that process ends, also by a signal that it
cannot catch, the system closes the pipe, and this process ends with all that it has started. It is
to be the leader of a process group, as `distill bench` starts its runs.
"""

from __future__ import annotations

import os
import signal
import threading


def end_with_standard_input() -> None:
    """Kill this process group when standard input is closed; what reads it finds it empty."""
    pipe = os.dup(0)  # not inherited by what is started here
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def wait() -> None:
        while os.read(pipe, 1024):
            pass
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=wait, name="standard input", daemon=True).start()


if __name__ == "__main__":
    end_with_standard_input()  # before anything that takes long to import

    from distill.cli import main

    main()
