"""The files that a command writes about itself, beside what it prints."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from command_line.tables import plain
from core.reporting.csv_text import csv_bytes
from core.reporting.report import Report
from core.reporting.summary import summary_text


def write_outputs(options: argparse.Namespace, report: Report) -> bool:
    """Write the files that were asked for. Returns whether all were; says which were not."""
    all_written = True
    for path, content in _contents(options, report):
        try:
            path.write_bytes(content)
        except OSError as error:
            all_written = False
            sys.stderr.write(f"{plain(f'{path} was not written: {error.strerror}.')}\n")
    return all_written


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
