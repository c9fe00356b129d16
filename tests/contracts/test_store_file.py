"""The store files of CPython and of memory keep the StoreFile contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from kring.platform.cpython.files import FolderStoreFile
from kring.platform.memory.files import MemoryStoreFile
from kring.store.file import StoreFile
from tests.contracts.store_file_suite import CASES, Case


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
async def test_folder(case: Case, tmp_path: Path) -> None:
    async def make_file(name: str) -> StoreFile:
        return FolderStoreFile(tmp_path / name)

    await case(make_file)


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
async def test_memory(case: Case) -> None:
    files: dict[str, MemoryStoreFile] = {}

    async def make_file(name: str) -> StoreFile:
        return files.setdefault(name, MemoryStoreFile())

    await case(make_file)
