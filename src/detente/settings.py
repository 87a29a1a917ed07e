"""Where things lie: the store, the shared evaluation data."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def store_folder(given: str | None = None) -> Path:
    """`--store`, else DETENTE_STORE, else the user's data directory."""
    if given:
        return Path(given).expanduser()
    if named := os.environ.get("DETENTE_STORE"):
        return Path(named).expanduser()
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "detente" / "store"


def cache_folder() -> Path:
    """Where fetched files are kept as they came: DETENTE_CACHE, else the user's cache directory."""
    if named := os.environ.get("DETENTE_CACHE"):
        return Path(named).expanduser()
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "detente"


def data_folder() -> Path:
    """Where public evaluation data lies: DETENTE_DATA, else ../shared/data beside the checkout."""
    return Path(os.environ.get("DETENTE_DATA", "../shared/data"))
