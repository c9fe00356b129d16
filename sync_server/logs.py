"""Structured logs: one JSON object a line, of counts, durations and codes.

No case, document, device, address or byte of a frame is ever written (P1): fields are numbers and short
codes by construction, so that a slip cannot leak what a person wrote.
"""

from __future__ import annotations

import json
import logging
import re
from typing import Any

_CODE = re.compile(r"[a-z][a-z0-9_.:/-]{0,63}")
logger = logging.getLogger("sync_server")


def event(name: str, *, level: int = logging.INFO, **fields: int | float | bool | str) -> None:
    """Log that `name` happened. Text that is no short lower-case code is left out."""
    if logger.isEnabledFor(level):
        kept = {
            key: value
            for key, value in fields.items()
            if not isinstance(value, str) or _CODE.fullmatch(value)
        }
        logger.log(level, name, extra={"fields": kept})


class JsonFormatter(logging.Formatter):
    """`{"time": ..., "level": ..., "event": ..., ...}`; of an error its type and places, never its text."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": round(record.created, 3),
            "level": record.levelname.lower(),
            "event": record.msg if record.name == logger.name else record.name,
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[1] is not None:
            error: BaseException | None = record.exc_info[1]
            trace = record.exc_info[2]
            places = []
            while trace is not None:
                code = trace.tb_frame.f_code
                places.append(f"{code.co_name}:{trace.tb_lineno}")
                trace = trace.tb_next
            line["error"] = type(error).__name__
            line["at"] = places[-8:]
        return json.dumps(line, ensure_ascii=True, separators=(",", ":"))


def configure(level: int = logging.INFO) -> None:
    """Send the relay's events, and warnings of the libraries by name only, to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logger.setLevel(level)
