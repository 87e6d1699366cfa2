"""The files that a command writes about itself, beside what it prints."""

import argparse
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from command_line.tables import plain
from core.reporting.csv_text import csv_bytes
from core.reporting.report import Report
from core.reporting.summary import summary_text

_LINK = "it is a link, and is not followed"


def write_outputs(options: argparse.Namespace, report: Report) -> bool:
    """Write the files that were asked for. Returns whether all were; says which were not."""
    all_written = True
    for path, content in _contents(options, report):
        try:
            _write(path, content)
        except OSError as error:
            all_written = False
            why = _LINK if error.errno == errno.ELOOP else error.strerror
            sys.stderr.write(f"{plain(f'{path} was not written: {why}.')}\n")
    return all_written


def _write(path: Path, content: bytes) -> None:
    """Write a file, and follow no link: one may have come with the checkout.

    `/dev/stdout` and its kin are links of the machine.
    """
    stays = 0 if path.is_relative_to("/dev") else os.O_NOFOLLOW
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | stays, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _contents(options: argparse.Namespace, report: Report) -> Iterator[tuple[Path, bytes]]:
    if options.csv:
        yield options.csv, csv_bytes(report.rows)
    if getattr(options, "markdown", None):
        text = summary_text(
            report,
            workspace=options.workspace_name,
            limit=options.markdown_limit,
            csv_name=options.csv.name if options.csv else "",
        )
        yield options.markdown, text.encode()
    if getattr(options, "junit", None):
        from core.reporting.junit import junit_bytes  # noqa: PLC0415 - only needed here

        yield options.junit, junit_bytes(report)
