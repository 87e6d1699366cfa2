"""`python -m emulator`: starts local workspaces and runs until it is stopped."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from emulator.environment import Environment, RunningWorkspace, start_environment
from emulator.errors import EmulatorError
from emulator.option_texts import options_by_workspace
from emulator.seeds import SeedDocument

DEFAULT_WORKSPACES = ("DEV:8101", "PROD:8102")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    if options.state is not None:
        return _run(options.state, options, stopped)
    with tempfile.TemporaryDirectory(prefix="emulator-") as directory:
        return _run(Path(directory), options, stopped)


def _run(directory: Path, options: argparse.Namespace, stopped: threading.Event) -> int:
    ports = dict(map(_name_and_port, options.workspace or DEFAULT_WORKSPACES))
    seeds = {} if options.empty else _sample_seeds()
    names = tuple(ports)
    try:
        environment = start_environment(
            directory,
            names,
            ports=ports,
            seeds=seeds,
            options=options_by_workspace(options.option, names),
            host=options.host,
        )
    except (EmulatorError, OSError) as error:
        print(f"emulator: {error}", file=sys.stderr)
        return 1
    with environment:
        print(_summary(environment), flush=True)
        stopped.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m emulator", description="Run local Databricks workspaces over HTTP."
    )
    parser.add_argument(
        "--workspace",
        action="append",
        metavar="NAME[:PORT]",
        help="a workspace to start; repeatable (default: DEV:8101 and PROD:8102)",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="keep the state in DIR and continue with it next time",
    )
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="[NAME:]OPTION=VALUE",
        help="how workspaces answer where real ones differ, by the names in options.py; repeatable",
    )
    parser.add_argument("--empty", action="store_true", help="start without sample data")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    return parser


def _name_and_port(text: str) -> tuple[str, int]:
    name, colon, port = text.partition(":")
    if colon and not (port.isdecimal() and int(port) < 2**16):
        raise SystemExit(f"emulator: {text!r} is not NAME or NAME:PORT")
    return name, int(port or 0)


def _sample_seeds() -> Mapping[str, SeedDocument]:
    from emulator.samples import sample_seeds  # noqa: PLC0415 - built only when needed

    return sample_seeds()


def _summary(environment: Environment) -> str:
    described = "\n\n".join(_describe(one) for one in environment.workspaces)
    return f"{described}\n\nPress Ctrl+C to stop."


def _describe(workspace: RunningWorkspace) -> str:
    host = f"export DATABRICKS_HOST={workspace.url}"
    client = f"DATABRICKS_CLIENT_ID={workspace.client_id}"
    return "\n".join(
        (
            f"{workspace.name} workspace",
            f"  URL            {workspace.url}",
            f"  Token          {workspace.admin_token}",
            f"  Client ID      {workspace.client_id}",
            f"  Client secret  {workspace.client_secret}",
            f"  Git folder     {workspace.git_folder_path}",
            "  As its administrator:",
            f"    {host} DATABRICKS_TOKEN={workspace.admin_token}",
            "  As the service principal of an app:",
            f"    {host} {client} DATABRICKS_CLIENT_SECRET={workspace.client_secret}",
            "  In a browser:",
            f"    databricks auth login --host {workspace.url}",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
