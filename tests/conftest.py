"""Shows what the tests measured, and serves a Redis to those that need one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.redis_server import RedisServer, serving

FIGURES = "figures"
"""Property of a test: `{"case": what was tried, name of a figure: number, …}`."""


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis for all tests of this process: each takes a deployment of its own in it."""
    with serving(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of one test's own, which may be stopped; it loses what it knows by that."""
    with serving(tmp_path / "redis") as server:
        yield server


@pytest.fixture
def lasting_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of one test's own that keeps everything over a stop."""
    with serving(tmp_path / "redis", persistent=True) as server:
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one table for each set of figures, with a line for each test and a sum."""
    tables: dict[tuple[str, ...], list[dict[str, str | int]]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, figures in getattr(report, "user_properties", ()):
                if name == FIGURES and report.when == "call":
                    tables.setdefault(tuple(figures), []).append(figures)
    for columns, rows in tables.items():
        names = [name for name in columns if name != "case"]
        total = {name: sum(int(row[name]) for row in rows) for name in names}
        ordered = sorted(rows, key=lambda row: str(row["case"]))
        terminalreporter.section("figures")
        for row in [
            {"case": "", **{name: name for name in names}},
            *ordered,
            {"case": "in all", **total},
        ]:
            cells = (str(row[name]).rjust(max(8, len(name) + 2)) for name in names)
            terminalreporter.write_line(str(row["case"]).ljust(40) + "".join(cells))
