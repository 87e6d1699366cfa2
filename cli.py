"""The engine without a browser: `python cli.py info | export | validate | import | …`."""

import argparse
import io
import json
import logging
import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import load_dotenv
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table
from rich.text import Text

from core.calls import Wait
from core.comparing.origin import Origin
from core.errors import ModeError, RemovalRefusedError, SelectionError, SettingsError, SyncError
from core.gateways.opening import OpenService, open_service, require_workspace
from core.jobsettings.secrets import mask, mask_sides, mask_text
from core.json_text import stable_text
from core.mapping.unmapped import UnmappedName
from core.mapping.use import EntryState, MappingEntry
from core.one_line import escape_controls, indent_rest, log_to_stderr
from core.planning.statuses import RowResult, RowStatus
from core.reporting.csv_text import csv_bytes
from core.reporting.listener import Listener
from core.reporting.mapping_details import MappingsReview
from core.reporting.mapping_review import suggest_lines
from core.reporting.report import Report, ReportRow, RowDetails, report_failure
from core.reporting.waiting import describe_wait
from core.settings import Settings

if TYPE_CHECKING:
    from core.service import JobSync

DONE, FAILED, USAGE = 0, 1, 2
_USAGE_ERRORS = (SettingsError, ModeError, SelectionError)
_COLOURS: Mapping[str, str] = {
    RowStatus.NEW: "green",
    RowStatus.CHANGED: "yellow",
    RowStatus.RENAMED: "yellow",
    RowStatus.DELETED: "red",
    RowStatus.ERROR: "bold red",
    RowStatus.UNCHANGED: "dim",
    RowStatus.UNMANAGED: "dim",
    RowStatus.SKIPPED: "dim",
    RowStatus.EXCLUDED: "dim",
    RowResult.CREATED: "green",
    RowResult.UPDATED: "yellow",
    RowResult.RENAMED: "yellow",
    RowResult.REMOVED: "red",
    RowResult.ADOPTED: "green",
    RowResult.FAILED: "bold red",
    RowResult.NOT_STARTED: "dim",
}
_ORIGINS: Mapping[Origin, str] = {
    Origin.GIT: "changed in Git",
    Origin.HERE: "changed here",
    Origin.BOTH: "changed in both",
}
_SHOWN_PATHS = 3
# Too long for a line, or in a table of their own.
_ONLY_JSON = ("mapping_text", "mapping_entries", "files", "entries", "warnings", "notes", "problem")
# What needs attention comes first; the quiet rows are only counted unless --all.
_ORDER = (
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 done, 1 failed, in error or drifted, 2 wrong usage."""
    _escape_what_the_terminal_lacks()
    options = _parser().parse_args(arguments)
    load_dotenv(Path.cwd() / ".env")
    log_to_stderr(logging.WARNING, "%(levelname)s %(message)s", mask_text)
    screen = _Screen(options)
    opened: OpenService | None = None
    try:
        if options.command == "convert":
            report, code = _convert(options)
        else:
            settings = Settings.from_env(os.environ)
            settings.require_operation(options.command)
            if not getattr(options, "dry_run", False):
                settings.require_no_approval(options.command)
            require_workspace(os.environ)
            opened = open_service(settings, on_wait=screen.on_wait)
            with screen:
                report, code = _run(options, opened.service, screen)
    except SyncError as error:
        report = report_failure(options.command, error)
        code = USAGE if isinstance(error, _USAGE_ERRORS) else FAILED
    screen.show(report, opened.calls() if opened else {})
    if options.csv:
        try:
            options.csv.write_bytes(csv_bytes(report.rows))
        except OSError as error:
            message = f"{options.csv} was not written: {error.strerror}."
            print(_plain(message), file=sys.stderr)
            return code or FAILED
    return code


def _escape_what_the_terminal_lacks() -> None:
    """Write letters that the output's encoding lacks as escapes, in place of failing over them."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _csv_file(text: str) -> Path:
    """Refuse a path that cannot be written before anything is done."""
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a file in an existing folder")
    return path


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return path


def _run(options: argparse.Namespace, service: "JobSync", screen: "_Screen") -> tuple[Report, int]:
    from core.planning.review import Review  # noqa: PLC0415 - the engine is loaded by now

    if options.command == "remove" and not options.yes:
        return _refuse_removal(service, screen)
    if options.command == "mappings":
        return _mappings(options, service, screen)
    if options.command == "drift":
        report = service.drift(listener=screen.listener)
        return report, FAILED if report.rows else DONE
    commands: Mapping[str, Callable[[], Report]] = {
        "info": service.info,
        "export": lambda: service.export(dry_run=options.dry_run, listener=screen.listener),
        "validate": lambda: service.validate(
            details=options.details,
            ask_workspace=options.check_workspace,
            listener=screen.listener,
        )[1],
        "import": lambda: service.import_jobs(Review(options.only), listener=screen.listener),
        "adopt": lambda: service.adopt(listener=screen.listener),
        "take": lambda: service.take(
            Review([options.name]), options.field, listener=screen.listener
        ),
        "remove": lambda: service.remove(
            Review(options.only, ticked=frozenset(options.confirm)), listener=screen.listener
        ),
        "pull": service.pull,
    }
    report = commands[options.command]()
    return report, DONE if report.status == "completed" else FAILED


def _mappings(
    options: argparse.Namespace, service: "JobSync", screen: "_Screen"
) -> tuple[Report, int]:
    report = service.review_mappings(listener=screen.listener)
    assert isinstance(report.details, MappingsReview)
    return report, FAILED if options.check and not report.details.is_fine else DONE


def _convert(options: argparse.Namespace) -> tuple[Report, int]:
    """Needs no workspace: it reads files and writes beside them."""
    from core.gateways.machine.conversion import convert_files  # noqa: PLC0415 - only needed here

    report = convert_files(options.files, options.to, write=options.write)
    return report, DONE if report.status == "completed" else FAILED


def _refuse_removal(service: "JobSync", screen: "_Screen") -> tuple[Report, int]:
    from core.applying.removal import check_plan  # noqa: PLC0415 - the engine is loaded by now

    plan, report = service.validate(listener=screen.listener)
    deleted = [row for row in report.rows if row.job_name in plan.removable()]
    error: SyncError = SettingsError(
        f"Nothing was removed. {len(deleted)} jobs are classed as deleted.",
        fix="Add --yes to remove them." if deleted else "",
    )
    try:
        check_plan(plan)
    except RemovalRefusedError as refusal:
        error = refusal
    refused = report_failure("remove", error)
    return Report("remove", tuple(deleted), refused.issues, has_failed=True), USAGE


class _Screen:
    """What a person sees: progress on stderr; tables, or one JSON document, on stdout."""

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
        return Listener(on_step=self._on_step, on_progress=self._on_progress)

    def __enter__(self) -> None:
        self._progress.start()

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def on_wait(self, wait: Wait) -> None:
        self._progress.console.print(f"{describe_wait(wait.reason, wait.seconds)} …")

    def show(self, report: Report, calls: Mapping[str, int]) -> None:
        if self._json:
            document = json.dumps(report.as_json(calls), indent=2)
            sys.stdout.write(document + "\n")
            return
        rows = sorted(report.rows, key=lambda row: _ORDER.index(RowStatus(row.status)))
        shown = [row for row in rows if self._all or _word(row) not in _QUIET]
        if shown:
            self._out.print(_table(shown))
        if len(shown) < len(rows):
            hidden = Counter(map(_word, rows)) - Counter(map(_word, shown))
            counts = " and ".join(f"{hidden[word]} {word}" for word in _QUIET if hidden[word])
            self._out.print(f"{counts} not shown; --all shows them.")
        if self._diff:
            self._show_changes(report.rows)
        if self._diff or self._details:
            self._show_mapped(report.rows)
        if isinstance(report.details, MappingsReview):
            self._show_entries(report.details.file.entries)
        if report.unmapped:
            self._out.print(_unmapped_table(report.unmapped))
        if self._suggests:
            for line in suggest_lines(report.unmapped):
                self._out.print(Text(_plain(line)), soft_wrap=True)
        self._show_details(report.rows)
        details = report.details.as_json() if report.details else {}
        self._show_files(details.get("files", {}))
        for name, value in details.items():
            if name in _ONLY_JSON:
                continue
            self._out.print(Text(f"{name.replace('_', ' ')}: {_plain(str(value))}"))
        for issue in report.issues:
            style = "bold red" if report.has_failed else "yellow"
            self._out.print(Text(indent_rest(mask_text(str(issue))), style=style))
        words = Counter(_word(row) for row in report.rows)
        counts = ", ".join(f"{count} {word}" for word, count in sorted(words.items()))
        status = report.status.replace("_", " ")
        self._out.print(Text(f"{report.operation}: {status}{': ' if counts else ''}{counts}"))

    def _show_entries(self, entries: Sequence[MappingEntry]) -> None:
        shown = [one for one in entries if self._all or one.state is not EntryState.FINE]
        if shown:
            self._out.print(_entries_table(shown))
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
                self._out.print(Text(_plain(line)))

    def _show_mapped(self, rows: Sequence[ReportRow]) -> None:
        for row in rows:
            for value in row.mapped:
                shown = value.as_json()
                git, here = (_side(shown, side) for side in ("git", "here"))
                rule = f"{value.section} “{value.name}”" + (
                    f", line {value.line}" if value.line else ""
                )
                line = f"{row.job_name} › mapped here › {value.path}: {git} → {here} ({rule})"
                self._out.print(Text(_plain(line)))

    def _show_files(self, files: Mapping[str, object]) -> None:
        for path, document in files.items():
            self._out.print(Text(f"{_plain(path)} would hold:", style="bold"))
            self._out.print(Text(_plain(stable_text(document), keep="\n")))

    def _show_details(self, rows: Sequence[ReportRow]) -> None:
        for row in rows:
            details = row.details or RowDetails()
            for item in details.not_mapped:
                value = mask(item.path, item.value)
                line = f"{row.job_name} › copied unchanged › {item.path}: {value} ({item.words})"
                self._out.print(Text(_plain(line)))
            for hidden in details.hidden:
                line = f"{row.job_name} › ignored › {hidden.path}: {hidden.reason}"
                self._out.print(Text(_plain(line)))

    def _on_step(self, step: str) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(step, total=None)

    def _on_progress(self, done: int, total: int) -> None:
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total or None)


def _plain(text: str, *, keep: str = "") -> str:
    """Return a text of strangers for the terminal, without secrets."""
    return escape_controls(mask_text(text), keep=keep)


def _table(rows: Sequence[ReportRow]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Job", "File", "Status", "Changes", "Message"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(
            Text(_plain(row.job_name)),
            Text(_plain(row.file_name)),
            Text(_word(row), style=_COLOURS.get(_word(row), "")),
            Text(_plain(_changes(row))),
            Text(_plain(_message(row), keep="\n")),
        )
    return table


def _entries_table(entries: Sequence[MappingEntry]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.title = "The mapping file"
    for column in ("Line", "Section", "Name", "Maps to", "Jobs", "State"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        line = str(entry.line or "")
        cells = (line, entry.section, entry.name, entry.target, str(entry.jobs), entry.state)
        table.add_row(*(Text(_plain(cell)) for cell in cells))
    return table


def _unmapped_table(names: Sequence[UnmappedName]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.title = "Names to map"
    for column in ("Kind", "Name", "Needed by", "Add to", "Line"):
        table.add_column(column, overflow="fold")
    for name in names:
        cells = (name.noun, name.name, ", ".join(name.jobs), name.section, name.line)
        table.add_row(*(Text(_plain(cell)) for cell in cells))
    return table


def _side(shown: Mapping[str, object], side: str) -> str:
    return json.dumps(shown[side], ensure_ascii=False) if side in shown else "nothing"


def _word(row: ReportRow) -> str:
    """Return what was done with a row, or what the plan found about it."""
    return row.result or row.status


def _changes(row: ReportRow) -> str:
    paths = [change.path for change in row.changes]
    more = len(paths) - _SHOWN_PATHS
    shown = ", ".join(paths[:_SHOWN_PATHS])
    return f"{shown} and {more} more" if more > 0 else shown


def _message(row: ReportRow) -> str:
    return "\n".join(filter(None, (*map(str, row.issues), row.message_with_risks)))


def _parser() -> argparse.ArgumentParser:
    output = argparse.ArgumentParser(add_help=False)
    output.add_argument("--json", action="store_true", help="print one JSON document on stdout")
    output.add_argument(
        "--csv", type=_csv_file, metavar="FILE", help="write the rows to a CSV file"
    )
    output.add_argument("--all", action="store_true", help="also show unchanged and excluded rows")
    output.add_argument(
        "--diff", action="store_true", help="print every field that differs or is mapped"
    )
    parser = argparse.ArgumentParser(prog="cli.py", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, parents=[output], allow_abbrev=False)

    command("info", "show which workspace, Git folder and mapping file are in use")
    export = command("export", "write every job to its JSON file")
    export.add_argument("--dry-run", action="store_true", help="only show what would happen")
    validating = command("validate", "compare the files with the workspace; writes nothing")
    validating.add_argument(
        "--details",
        action="store_true",
        help="add risks, values mapped or copied unchanged, and hidden differences",
    )
    validating.add_argument(
        "--check-workspace",
        action="store_true",
        help="also check active runs, missing files and roles",
    )
    command("drift", "exit with 1 if something here moved since the last import; writes nothing")
    mapping = command("mappings", "show what the mapping file lacks, with candidates")
    mapping.add_argument(
        "--check",
        action="store_true",
        help="exit with 1 if something is missing, broken or doubtful",
    )
    mapping.add_argument(
        "--suggest", action="store_true", help="print lines to paste into the mapping file"
    )
    command("adopt", "record matching jobs as imported without changing them")
    taking = command("take", "write fields of a live job into its definition file")
    taking.add_argument("name", metavar="NAME", help="name of the job")
    taking.add_argument(
        "--field",
        action="append",
        required=True,
        metavar="PATH",
        help="a field that differs, as validate --diff prints it (repeatable)",
    )
    command("pull", "update the Git folder to the newest commit of its branch")
    converting = command("convert", "make definitions of requests, answers and bundles in JSON")
    converting.add_argument("files", nargs="+", type=Path, metavar="FILE")
    converting.add_argument(
        "--to", type=_folder, metavar="FOLDER", help="where to write; by default beside each file"
    )
    converting.add_argument("--write", action="store_true", help="write, instead of only showing")
    importing = command(
        "import", "create and update jobs from their files, save those that were changed here"
    )
    removing = command("remove", "remove imported jobs whose file is gone")
    removing.add_argument("--yes", action="store_true", help="confirm the removal")
    removing.add_argument(
        "--confirm",
        action="append",
        default=[],
        metavar="NAME",
        help="also remove this job, which nothing proves to be ours (repeatable)",
    )
    for selecting in (importing, removing):
        selecting.add_argument(
            "--only", action="append", metavar="NAME", help="only this job (repeatable)"
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
