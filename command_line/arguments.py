"""The commands and their options."""

import argparse
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from core.local_paths import local_path
from core.reporting.summary import DEFAULT_LIMIT, SMALLEST_LIMIT

_ABOUT = "The engine without a browser."
_LARGEST_LIMIT = 1_000_000  # characters: that of GitLab
_PLACES = {
    "folder": "WORKSPACE_GIT_FOLDER_PATH",
    "mappings": "RESOURCE_NAME_MAPPINGS_FILE_PATH",
}
_NEEDS_NO_FOLDER = frozenset({"convert"})


def _output_file(text: str) -> Path:
    """Refuse a path that cannot be written before anything is done."""
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a file in an existing folder")
    return path


def places_of(options: argparse.Namespace) -> Mapping[str, str]:
    """Return the variables of the configuration that options take the place of.

    Raises:
        SettingsError: one of them is no path of this machine.
    """
    return {
        variable: local_path(f"--{option}", text)
        for option, variable in _PLACES.items()
        if (text := getattr(options, option, None)) is not None
    }


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return path


def _limit(text: str) -> int:
    if not text.isdecimal() or not SMALLEST_LIMIT <= int(text) <= _LARGEST_LIMIT:
        raise argparse.ArgumentTypeError(
            f"{text} is not a number from {SMALLEST_LIMIT} to {_LARGEST_LIMIT}"
        )
    return int(text)


def _bundle_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", text):
        raise argparse.ArgumentTypeError(
            "a bundle's name begins with a letter and has letters, digits, “-” and “_” only"
        )
    return text


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"https", "http"} or not parts.hostname or "@" in parts.netloc:
        raise argparse.ArgumentTypeError(f"{text} is not the address of a workspace")
    return f"{parts.scheme}://{parts.netloc}"


def make_parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    output = argparse.ArgumentParser(add_help=False)
    output.add_argument("--json", action="store_true", help="print one JSON document on stdout")
    output.add_argument(
        "--csv", type=_output_file, metavar="FILE", help="write the rows to a CSV file"
    )
    output.add_argument("--all", action="store_true", help="also show unchanged and excluded rows")
    output.add_argument(
        "--diff", action="store_true", help="print every field that differs or is mapped"
    )
    place = argparse.ArgumentParser(add_help=False)
    place.add_argument(
        "--folder",
        metavar="PATH",
        help="folder of this machine with the definitions, in place of WORKSPACE_GIT_FOLDER_PATH",
    )
    place.add_argument(
        "--mappings",
        metavar="FILE",
        help="mapping file on this machine, in place of RESOURCE_NAME_MAPPINGS_FILE_PATH",
    )
    parser = argparse.ArgumentParser(prog="cli.py", description=_ABOUT, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        parents = [output] if name in _NEEDS_NO_FOLDER else [output, place]
        return commands.add_parser(name, help=text, parents=parents, allow_abbrev=False)

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
    drifting = command(
        "drift", "exit with 1 if something here moved since the last import; writes nothing"
    )
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
    command("history", "list what was done, by whom, and what can be undone")
    restoring = command(
        "restore",
        "undo an operation: set jobs back, create again what it removed, remove what it created",
    )
    restoring.add_argument(
        "operation", metavar="OPERATION", help="as history lists it, or the name of a snapshot"
    )
    restoring.add_argument("--dry-run", action="store_true", help="only show what would happen")
    restoring.add_argument(
        "--yes", action="store_true", help="confirm that what the operation created is removed"
    )
    restoring.add_argument(
        "--confirm",
        action="append",
        default=[],
        metavar="NAME",
        help="also restore this job, which has moved since or is in doubt (repeatable)",
    )
    command("pull", "update the Git folder to the newest commit of its branch")
    converting = command("convert", "make definitions of requests, answers and bundles in JSON")
    converting.add_argument("files", nargs="+", type=Path, metavar="FILE")
    converting.add_argument(
        "--to", type=_folder, metavar="FOLDER", help="where to write; by default beside each file"
    )
    converting.add_argument("--write", action="store_true", help="write, instead of only showing")
    bundling = command("bundle", "write all jobs as a Databricks Asset Bundle to a local folder")
    bundling.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="an empty folder, or one that holds a bundle that this command wrote",
    )
    bundling.add_argument(
        "--name", type=_bundle_name, default="jobs", help="of the bundle; by default “jobs”"
    )
    for target in ("dev", "prod"):
        bundling.add_argument(
            f"--{target}-host",
            type=_address,
            metavar="URL",
            help=f"address of the workspace of the target “{target}”",
        )
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
    for reporting in (export, validating, drifting, importing, removing):
        _add_pipeline_options(reporting)
    for selecting in (importing, removing, restoring):
        selecting.add_argument(
            "--only", action="append", metavar="NAME", help="only this job (repeatable)"
        )
    return parser


def _add_pipeline_options(command: argparse.ArgumentParser) -> None:
    """Add what a pipeline needs of a command."""
    command.add_argument(
        "--markdown",
        type=_output_file,
        metavar="FILE",
        help="write a summary for a pull request to a Markdown file",
    )
    command.add_argument(
        "--workspace-name", default="", metavar="NAME", help="of the workspace, for its title"
    )
    command.add_argument(
        "--markdown-limit",
        type=_limit,
        default=DEFAULT_LIMIT,
        metavar="CHARACTERS",
        help=f"its largest size; whole rows are left out (default: {DEFAULT_LIMIT})",
    )
    command.add_argument(
        "--junit", type=_output_file, metavar="FILE", help="write the rows as JUnit test cases"
    )
    command.add_argument(
        "--exit-code",
        action="store_true",
        help="exit with 0 if nothing is left to do, 2 if changes are, 1 for every error",
    )
