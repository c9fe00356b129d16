"""SAF-8: nothing in the bundle's own sources sends a notification or asks for the permission."""

from __future__ import annotations

import re

from pwa.paths import HERE

OWN = [file for file in HERE.rglob("*") if file.suffix in (".js", ".html", ".webmanifest", ".py")]
ASKS = r"requestPermission|showNotification|pushManager|new Notification|[\"']push[\"']|sender_id"


def test_SAF_8_no_source_of_the_page_or_the_service_worker_asks_for_notifications() -> None:
    assert {"boot.js", "sw.js", "worker.js", "manifest.webmanifest"} <= {file.name for file in OWN}
    assert [file.name for file in OWN if re.search(ASKS, file.read_text(encoding="utf-8"))] == []
