"""Shared by all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.settings import data_folder


@pytest.fixture(scope="session")
def alignment_data() -> Path:
    """The public alignment tables, or a skip that says where they were looked for."""
    folder = data_folder() / "alignment"
    if not folder.is_dir():
        pytest.skip(f"needs the shared evaluation data; {folder} is not there (variable DETENTE_DATA)")
    return folder
