"""The same story with two pages and two workers on one Redis, which DEV's page shares.

Then Redis goes and comes back under an open page.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e import test_story as story
from tests.e2e.conftest import NewScreen
from tests.e2e.screen import Screen
from tests.e2e.test_story import dev, pair, prod, screen
from tests.e2e.watch import Watch
from tests.emulated import Emulated
from tests.replicas import DEPLOYMENT, Replicas, start_replicas

__all__ = ["dev", "pair", "prod", "screen"]
globals().update({name: it for name, it in vars(story).items() if name.startswith("test_")})


SMALLEST = ("redis", "worker-1", "page-1")


@dataclass(frozen=True)
class Address:
    """Where a page is."""

    url: str


class ReplicaApps:
    """The replicas beside PROD; starting them anew loses all that Redis knew."""

    def __init__(self, stack: ExitStack, prod: Emulated, folder: Path) -> None:
        self._stack = stack
        self._prod = prod
        self._folder = folder
        self._current: ExitStack | None = None
        self.replicas: Replicas | None = None
        self.leave: Callable[[], None] = lambda: None  # what else uses their Redis

    def restart_prod(self, name: str) -> Address:
        services = DEPLOYMENT
        if self._current:
            services = SMALLEST
            self.leave()
            self._current.close()
        self._current = self._stack.enter_context(ExitStack())
        started = start_replicas(self._folder / name, self._prod.running, services)
        self.replicas = self._current.enter_context(started)
        return Address(self.replicas.url(services[-1]))


@pytest.fixture(scope="module")
def apps(prod: Emulated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicaApps]:
    with ExitStack() as stack:
        yield ReplicaApps(stack, prod, tmp_path_factory.mktemp("prod"))


@pytest.fixture(scope="module")
def export(
    dev: Emulated,
    apps: ReplicaApps,
    screen: Screen,  # the replicas of PROD are there, and their Redis
    tmp_path_factory: pytest.TempPathFactory,
    new_screen: NewScreen,
) -> Iterator[Screen]:
    """The page of DEV, a deployment of its own in the Redis of PROD's."""
    assert apps.replicas
    folder, services = tmp_path_factory.mktemp("dev"), ("page-1", "worker-1")
    redis_url = apps.replicas.redis_url
    with start_replicas(folder, dev.running, services, REDIS_URL=redis_url) as replicas:
        screen = new_screen(replicas.url("page-1"))
        screen.open("/")
        apps.leave = screen.page.close
        yield screen


def test_while_redis_is_away_every_tab_says_so_and_nothing_can_be_started(
    apps: ReplicaApps, new_screen: NewScreen, watch: Watch
) -> None:
    watch.expects("503")
    assert apps.replicas
    screen = new_screen(apps.replicas.url("page-1"))
    screen.open("/import")
    screen.run("Validate", "import", "Validation finished")
    shown = screen.rows("import-grid")
    banner, reason = screen.element("connection-problem"), screen.element("import-validate-reason")
    apps.replicas.kill("redis")
    for tab in ("Import", "Mappings", "History", "Workspace"):
        screen.tab(tab).click()
        expect(banner).to_contain_text("Redis")
        expect(banner).to_contain_text("what is running continues")
    screen.tab("Import").click()
    expect(screen.button("Validate")).to_be_disabled()
    expect(reason).to_contain_text("Redis")
    assert screen.rows("import-grid") == shown
    apps.replicas.start("redis")
    expect(banner).to_be_hidden()
    expect(screen.button("Validate")).to_be_enabled()
    expect(reason).to_have_text("")
    screen.run("Validate", "import", "Validation finished")
