"""How often Python looks for objects that only point at each other."""

from __future__ import annotations

import gc

OBJECTS_A_LOOK = 10_000
"""So many more objects than were freed before it looks; Python's own 700 are there after a few requests."""


def look_seldom() -> None:
    """Look seldom from now on, and never again at what the process is made of.

    Requests leave hardly any such objects, and looking for them took a tenth of the time of a sign-in.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_A_LOOK)
