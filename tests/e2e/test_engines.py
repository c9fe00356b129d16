"""PWA-3 and PWA-13 in other engines: a map is made, and the app starts with the server gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Served
from tests.e2e.engines import firefox, webkit
from tests.e2e.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture
def site(app_bundle: Path) -> Iterator[Served]:
    with Served(app_bundle) as served:
        yield served


def make_a_map(visitor: Visitor) -> None:
    visitor.first_start()
    visitor.tap("new-case")
    visitor.type("new-name", "Samira")
    visitor.tap("new-next")
    visitor.tap("add-person")
    visitor.type("add-name", "Fatima")
    visitor.tap("add-next")
    visitor.sees("gives-")
    visitor.tap("add-next")
    visitor.tap("add-done")
    visitor.tap("way-list")
    visitor.hears("row-", "Fatima")
    visitor.hears("sync-state", "Opgeslagen|Saved")


def find_it_again(visitor: Visitor) -> None:
    visitor.start()
    visitor.tap("case-")
    visitor.tap("way-list")
    assert "Samira" in visitor.hears("row-", "Fatima")


def test_PWA_3_firefox_closed_and_opened_again_without_the_server(site: Served, tmp_path: Path) -> None:
    with firefox(tmp_path / "profile") as engine:
        make_a_map(Visitor(engine, site.origin))
    site.site.stopped = True
    with firefox(tmp_path / "profile") as engine:
        visitor = Visitor(engine, site.origin)
        find_it_again(visitor)
        assert visitor.forms() == ["opfs"]


# Selenium's own WebKitGTK driver still sets what Selenium itself has deprecated.
@pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")
def test_PWA_3_webkit_closed_and_opened_again_without_the_server(site: Served) -> None:
    with webkit() as engine:
        visitor = Visitor(engine, site.origin)
        make_a_map(visitor)
        site.site.stopped = True
        engine.close_and_open()
        find_it_again(visitor)
        assert visitor.forms() == ["indexeddb"]
