"""The queue as the worker sees it: connections of its own, and what is held."""

from __future__ import annotations

from storage.jobs import OpenQueue, count_held, open_queue

__all__ = ["OpenQueue", "count_held", "open_queue"]
