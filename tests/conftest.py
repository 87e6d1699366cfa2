"""Shows what the tests measured."""

import pytest

FIGURES = "figures"
"""Property of a test: `{"case": what was tried, name of a figure: number, …}`."""


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
