"""A Postgres that one run of tests lends to another, with its template: a defect's tests start and migrate none."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bot.sandbox.leash import Leashed
from bot.sandbox.postgres import Postgres

VARIABLE = "TEST_LENT_POSTGRES"


@dataclass(frozen=True, slots=True)
class Lent(Postgres):
    """A server that somebody else started, and ends."""

    def stop(self) -> None:
        """Leave it to whoever lent it."""


def lend(server: Postgres) -> Mapping[str, str]:
    """Return what another run's environment has to say to find *server*."""
    told = {"programs": server.programs, "data": server.data, "socket_dir": server.socket_dir}
    return {VARIABLE: json.dumps({"major": server.major} | {name: str(path) for name, path in told.items()})}


def borrowed() -> Lent | None:
    """Return the server that this run was lent."""
    if VARIABLE not in os.environ:
        return None
    told = json.loads(os.environ[VARIABLE])
    nobody = cast("Leashed", None)  # whoever lent it holds the process
    return Lent(Path(told["programs"]), told["major"], Path(told["data"]), Path(told["socket_dir"]), nobody)
