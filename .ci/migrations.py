"""Lint the SQL of the migrations with squawk (settings: .squawk.toml)."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Return squawk's exit code."""
    files = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "storage/migrations/versions").glob("*.sql"))
    if not files:
        print("No migrations yet.")
        return 0
    squawk = Path(sys.executable).with_name("squawk")
    return subprocess.run([str(squawk), *files], cwd=ROOT, check=False).returncode  # noqa: S603  our own words


if __name__ == "__main__":
    sys.exit(main())
