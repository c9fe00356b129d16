"""A person's own data, in files that outlive Kring: JSON to read, and the documents themselves."""

from __future__ import annotations

import json
from pathlib import Path

from kring.cases.case import Case
from kring.errors import StoreError


def export(case: Case, folder: Path) -> list[Path]:
    """Write `<kind>.json` and `<kind>.automerge` for each document; the files. Raises StoreError."""
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for kind, handle in case.documents.items():
            content = {
                "view": handle.view,
                "conflicts": [
                    {"path": path, "values": values} for path, values in sorted(handle.conflicts.items())
                ],
            }
            text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, default=bytes.hex) + "\n"
            for path, data in (
                (folder / f"{kind}.json", text.encode()),
                (folder / f"{kind}.automerge", handle.saved()),
            ):
                path.write_bytes(data)
                written.append(path)
    except OSError as error:
        raise StoreError(str(error)) from error
    return written
