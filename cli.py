"""The engine without a browser: `python cli.py info | export | validate | import | …`."""

import argparse
import io
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import load_dotenv

from command_line.arguments import make_parser, places_of
from command_line.output_files import write_outputs
from command_line.restoring import RestoreCommand
from command_line.screen import Screen
from command_line.tables import plain
from core.errors import ModeError, RemovalRefusedError, SelectionError, SettingsError, SyncError
from core.gateways.opening import OpenService, open_service, require_workspace
from core.jobsettings.secrets import mask_text
from core.logs import in_operation, log_to_stderr
from core.reporting.listener import Listener
from core.reporting.mapping_details import MappingsReview
from core.reporting.pending import detailed_exit_code
from core.reporting.report import Report, report_failure
from core.settings import Settings, logs_as_json

if TYPE_CHECKING:
    from command_line.recording import CommandRecord
    from core.service import JobSync

DONE, FAILED, USAGE = 0, 1, 2
_USAGE_ERRORS = (SettingsError, ModeError, SelectionError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 done, 1 failed, in error or drifted, 2 wrong usage.

    With --exit-code it returns 0 nothing left to do, 1 failed or in error, 2 changes left.
    """
    _escape_what_the_terminal_lacks()
    options = _parse(arguments)
    _load_own_settings(Path.cwd() / ".env")
    screen = Screen(options)
    opened: OpenService | None = None
    record: CommandRecord | None = None
    try:
        as_json = logs_as_json(os.environ)
        log_to_stderr(logging.WARNING, "%(levelname)s %(message)s", mask_text, as_json=as_json)
        if options.command == "convert":
            report, code = _convert(options)
        else:
            settings = Settings.from_env({**os.environ, **places_of(options)})
            settings.require_operation(options.command)
            if not getattr(options, "dry_run", False):
                settings.require_no_approval(options.command)
            require_workspace(os.environ)
            opened = open_service(settings, on_wait=screen.on_wait)
            record = _record(options, settings, screen)
            with screen, in_operation(record.operation_id):
                report, code = _run(options, opened.service, screen, record.listener)
                report = record.add(opened.service, report)
    except SyncError as error:
        if opened and record:
            record.add_failure(opened.service, error)
        report = report_failure(options.command, error)
        code = USAGE if isinstance(error, _USAGE_ERRORS) else FAILED
    screen.show(report, opened.calls() if opened else {})
    all_written = write_outputs(options, report)
    if getattr(options, "exit_code", False):
        return detailed_exit_code(report) if all_written else FAILED
    return code if all_written else code or FAILED


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; with --exit-code, however it is written, 2 is not wrong usage."""
    try:
        return make_parser().parse_args(arguments)
    except SystemExit as ended:
        given = sys.argv[1:] if arguments is None else arguments
        if ended.code == USAGE and any(text.startswith("--exit") for text in given):
            raise SystemExit(FAILED) from None
        raise


def _load_own_settings(file: Path) -> None:
    """Read a `.env` file, unless it came with a repository.

    Whoever may propose a change to a repository could say by it where the login is sent.
    """
    if not file.exists():
        return
    from core.gateways.machine.git_index import is_tracked  # noqa: PLC0415 - only needed here

    if is_tracked(file):
        message = f"{file} was not read: it is part of a Git repository. Take it out of Git."
        print(plain(message), file=sys.stderr)
    else:
        load_dotenv(file)


def _escape_what_the_terminal_lacks() -> None:
    """Write letters that the output's encoding lacks as escapes, in place of failing over them."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _record(options: argparse.Namespace, settings: Settings, screen: Screen) -> "CommandRecord":
    from command_line.recording import CommandRecord  # noqa: PLC0415 - the engine is loaded by now

    return CommandRecord(options.command, settings.mode, screen.listener)


def _run(
    options: argparse.Namespace, service: "JobSync", screen: Screen, listener: Listener
) -> tuple[Report, int]:
    from core.planning.review import Review  # noqa: PLC0415 - the engine is loaded by now

    if options.command == "restore":
        return _restore(options, service, listener)
    if options.command == "remove" and not options.yes:
        return _refuse_removal(service, screen)
    if options.command == "mappings":
        return _mappings(options, service, screen)
    if options.command == "bundle":
        return _bundle(options, service, listener)
    if options.command == "drift":
        report = service.drift(listener=screen.listener)
        return report, FAILED if report.rows else DONE
    commands: Mapping[str, Callable[[], Report]] = {
        "info": service.info,
        "export": lambda: service.export(dry_run=options.dry_run, listener=listener),
        "validate": lambda: service.validate(
            details=options.details,
            ask_workspace=options.check_workspace,
            listener=listener,
        )[1],
        "import": lambda: service.import_jobs(Review(options.only), listener=listener),
        "adopt": lambda: service.adopt(listener=listener),
        "take": lambda: service.take(Review([options.name]), options.field, listener=listener),
        "remove": lambda: service.remove(
            Review(options.only, ticked=frozenset(options.confirm)), listener=listener
        ),
        "pull": lambda: service.pull(listener=listener),
        "history": lambda: Report("history", details=service.list_history()),
    }
    report = commands[options.command]()
    return report, DONE if report.status == "completed" else FAILED


def _restore(
    options: argparse.Namespace, service: "JobSync", listener: Listener
) -> tuple[Report, int]:
    command = RestoreCommand(
        options.operation, options.only, options.confirm, options.yes, options.dry_run
    )
    report, is_refused = command.run(service, listener)
    if is_refused:
        return report, USAGE
    return report, DONE if report.status == "completed" else FAILED


def _mappings(
    options: argparse.Namespace, service: "JobSync", screen: Screen
) -> tuple[Report, int]:
    report = service.review_mappings(listener=screen.listener)
    assert isinstance(report.details, MappingsReview)
    return report, FAILED if options.check and not report.details.is_fine else DONE


def _bundle(
    options: argparse.Namespace, service: "JobSync", listener: Listener
) -> tuple[Report, int]:
    """Reads the definitions through the workspace and writes files on this machine."""
    from core.bundling.leaving import check_leaving  # noqa: PLC0415 - the engine is loaded by now
    from core.bundling.plan import BundleRequest  # noqa: PLC0415
    from core.bundling.variables import DEV, PROD  # noqa: PLC0415
    from core.gateways.machine.bundle_folder import BundleFolder  # noqa: PLC0415
    from core.reporting.bundling import bundle_report  # noqa: PLC0415

    folder = BundleFolder(options.out)
    hosts = {DEV: options.dev_host or "", PROD: options.prod_host or ""}
    request = BundleRequest(options.name, hosts, folder.keys)
    plan = check_leaving(service.plan_bundle(request, listener=listener), folder.keys)
    folder.write(plan.files, plan.keys)
    report = bundle_report(plan)
    return report, DONE if report.status == "completed" else FAILED


def _convert(options: argparse.Namespace) -> tuple[Report, int]:
    """Needs no workspace: it reads files and writes beside them."""
    from core.gateways.machine.conversion import convert_files  # noqa: PLC0415 - only needed here

    report = convert_files(options.files, options.to, write=options.write)
    return report, DONE if report.status == "completed" else FAILED


def _refuse_removal(service: "JobSync", screen: Screen) -> tuple[Report, int]:
    from core.applying.removal import check_plan  # noqa: PLC0415 - the engine is loaded by now

    plan, report = service.validate(listener=screen.listener)
    deleted = [row for row in report.rows if row.job_name in plan.removable()]
    error: SyncError = SettingsError(
        f"Nothing was removed. {'1 job is' if len(deleted) == 1 else f'{len(deleted)} jobs are'} "
        "classed as deleted.",
        fix="Add --yes to remove them." if deleted else "",
    )
    try:
        check_plan(plan)
    except RemovalRefusedError as refusal:
        error = refusal
    refused = report_failure("remove", error)
    return Report("remove", tuple(deleted), refused.issues, has_failed=True), USAGE


if __name__ == "__main__":
    sys.exit(main())
