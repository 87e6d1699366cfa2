"""What a person sees of a command: progress on stderr; tables, or one JSON document, on stdout."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.progress import Progress, TaskID
from rich.text import Text

from command_line.history import history_table
from command_line.tables import entries_table, plain, rows_table, unmapped_table, word_of
from core.calls import Wait
from core.comparing.origin import Origin
from core.jobsettings.secrets import mask, mask_sides, mask_text
from core.json_text import stable_text
from core.mapping.use import EntryState, MappingEntry
from core.one_line import indent_rest
from core.planning.statuses import RowStatus
from core.reporting.details import Details, HistoryListing, WorkspaceInformation
from core.reporting.listener import Listener
from core.reporting.mapping_details import MappingsReview
from core.reporting.mapping_review import suggest_lines
from core.reporting.report import Report, ReportRow, RowDetails
from core.reporting.waiting import describe_wait
from core.reporting.write_access import PlaceAccess

_ORIGINS: Mapping[Origin, str] = {
    Origin.GIT: "changed in Git",
    Origin.HERE: "changed here",
    Origin.BOTH: "changed in both",
}
# Too long for a line, or in a table of their own.
_ONLY_JSON = (
    "mapping_text",
    "mapping_entries",
    "files",
    "entries",
    "warnings",
    "notes",
    "problem",
    "access",
)
# What needs attention comes first; the quiet rows are only counted unless --all.
ORDER = (
    RowStatus.ERROR,
    RowStatus.NEW,
    RowStatus.RENAMED,
    RowStatus.CHANGED,
    RowStatus.DELETED,
    RowStatus.UNMANAGED,
    RowStatus.SKIPPED,
    RowStatus.EXCLUDED,
    RowStatus.UNCHANGED,
)
_QUIET = (RowStatus.UNCHANGED, RowStatus.EXCLUDED)


class Screen:
    """Shows one command. Progress is shown while it is open as a context."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._json = options.json
        self._diff = options.diff
        self._details = getattr(options, "details", False)
        self._all = options.all
        self._suggests = getattr(options, "suggest", False)
        self._out = Console(highlight=False)
        self._progress = Progress(console=Console(stderr=True), transient=True)
        self._task: TaskID | None = None

    @property
    def listener(self) -> Listener:
        """Return who follows the steps of the engine."""
        return Listener(on_step=self._on_step, on_progress=self._on_progress)

    def __enter__(self) -> None:
        self._progress.start()

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def on_wait(self, wait: Wait) -> None:
        """Say that the workspace makes us wait."""
        self._progress.console.print(f"{describe_wait(wait.reason, wait.seconds)} …")

    def show(self, report: Report, calls: Mapping[str, int]) -> None:
        """Print a report. `calls` are the requests that were sent, by method and path."""
        if self._json:
            document = json.dumps(report.as_json(calls), indent=2)
            sys.stdout.write(document + "\n")
            return
        rows = sorted(report.rows, key=lambda row: ORDER.index(RowStatus(row.status)))
        shown = [row for row in rows if self._all or word_of(row) not in _QUIET]
        if shown:
            self._out.print(rows_table(shown))
        if len(shown) < len(rows):
            hidden = Counter(map(word_of, rows)) - Counter(map(word_of, shown))
            counts = " and ".join(f"{hidden[word]} {word}" for word in _QUIET if hidden[word])
            self._out.print(f"{counts} not shown; --all shows them.")
        if self._diff:
            self._show_changes(report.rows)
        if self._diff or self._details:
            self._show_mapped(report.rows)
        self._show_listing(report)
        if report.unmapped:
            self._out.print(unmapped_table(report.unmapped))
        if self._suggests:
            for line in suggest_lines(report.unmapped):
                self._out.print(Text(plain(line)), soft_wrap=True)
        self._show_details(report.rows)
        self._show_facts(report.details)
        for issue in report.issues:
            style = "bold red" if report.has_failed else "yellow"
            self._out.print(Text(indent_rest(mask_text(str(issue))), style=style))
        words = Counter(word_of(row) for row in report.rows)
        counts = ", ".join(f"{count} {word}" for word, count in sorted(words.items()))
        status = report.status.replace("_", " ")
        self._out.print(Text(f"{report.operation}: {status}{': ' if counts else ''}{counts}"))

    def _show_listing(self, report: Report) -> None:
        if isinstance(report.details, HistoryListing):
            self._out.print(history_table(report.details))
        if isinstance(report.details, MappingsReview):
            self._show_entries(report.details.file.entries)

    def _show_entries(self, entries: Sequence[MappingEntry]) -> None:
        shown = [one for one in entries if self._all or one.state is not EntryState.FINE]
        if shown:
            self._out.print(entries_table(shown))
        if len(shown) < len(entries):
            left = len(entries) - len(shown)
            self._out.print(f"{left} fine not shown; --all shows them.")

    def _show_changes(self, rows: Sequence[ReportRow]) -> None:
        for row in rows:
            for change in row.changes:
                sides = mask_sides(change.path, change.current, change.desired)
                current, desired = (json.dumps(side, ensure_ascii=False) for side in sides)
                origin = f" ({_ORIGINS[change.origin]})" if change.origin else ""
                line = f"{row.job_name} › {change.path}: {current} → {desired}{origin}"
                self._out.print(Text(plain(line)))

    def _show_mapped(self, rows: Sequence[ReportRow]) -> None:
        for row in rows:
            for value in row.mapped:
                shown = value.as_json()
                git, here = (_side(shown, side) for side in ("git", "here"))
                rule = f"{value.section} “{value.name}”" + (
                    f", line {value.line}" if value.line else ""
                )
                line = f"{row.job_name} › mapped here › {value.path}: {git} → {here} ({rule})"
                self._out.print(Text(plain(line)))

    def _show_facts(self, facts: Details | None) -> None:
        details = facts.as_json() if facts else {}
        self._show_files(details.get("files", {}))
        for name, value in details.items():
            if name in _ONLY_JSON:
                continue
            self._out.print(Text(f"{name.replace('_', ' ')}: {plain(str(value))}"))
        if isinstance(facts, WorkspaceInformation):
            self._show_access(facts.access)

    def _show_access(self, access: Sequence[PlaceAccess]) -> None:
        for place in access:
            line = f"{place.place} may be written by: {place.words}"
            self._out.print(Text(plain(line)))
            if place.warning:
                self._out.print(Text(plain(place.warning), style="yellow"))

    def _show_files(self, files: Mapping[str, object]) -> None:
        for path, document in files.items():
            self._out.print(Text(f"{plain(path)} would hold:", style="bold"))
            self._out.print(Text(plain(stable_text(document), keep="\n")))

    def _show_details(self, rows: Sequence[ReportRow]) -> None:
        for row in rows:
            details = row.details or RowDetails()
            for item in details.not_mapped:
                value = mask(item.path, item.value)
                line = f"{row.job_name} › copied unchanged › {item.path}: {value} ({item.words})"
                self._out.print(Text(plain(line)))
            for hidden in details.hidden:
                line = f"{row.job_name} › ignored › {hidden.path}: {hidden.reason}"
                self._out.print(Text(plain(line)))

    def _on_step(self, step: str) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(step, total=None)

    def _on_progress(self, done: int, total: int) -> None:
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total or None)


def _side(shown: Mapping[str, object], side: str) -> str:
    return json.dumps(shown[side], ensure_ascii=False) if side in shown else "nothing"
