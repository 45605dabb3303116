"""Import every module of the program, and of the sandbox too with ``--sandbox``.

Run in an environment made from requirements.lock (or requirements-sandbox.lock) alone: the development tools bring
packages along that hide what a lock lacks.
"""

import importlib
import pkgutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SKIPPED = ("bot.__main__", "storage.migrations.env")  # they run when they are imported


def main() -> None:
    """Fail with the first import that does."""
    sys.path.insert(0, str(ROOT))
    names = [
        module.name
        for folder in ("bot", "handlers", "storage")
        for module in pkgutil.walk_packages([str(ROOT / folder)], f"{folder}.")
        if module.name not in SKIPPED and ("--sandbox" in sys.argv or not module.name.startswith("bot.sandbox"))
    ]
    for name in [*names, "sqlalchemy.ext.asyncio"]:
        importlib.import_module(name)
    print(f"{len(names)} modules can be imported.")


if __name__ == "__main__":
    main()
