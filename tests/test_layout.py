"""The layout that a reader may rely on."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_layers_stand_where_the_readme_says() -> None:
    folders = ["bot/core", "bot/services", "bot/jobs", "bot/sandbox", "handlers", "handlers/views", "storage"]

    missing = [folder for folder in folders if not (ROOT / folder / "__init__.py").is_file()]

    assert missing == []
