"""Two local workspaces with the page beside each, to click through. `python -m examples.demo`."""

import argparse
import logging
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from emulator import EmulatorError, Environment, start_environment
from emulator.samples import UNMAPPED, sample_seeds
from examples.page_server import Page, PageError, PortError, RunningPage, free_port, start_pages

_PORTS = (8000, 8001, 8101, 8102)
_OTHER_PORTS = "To use free ports: .venv/bin/python -m examples.demo --ports 0 0 0 0"
_STORY = """\
  1  DEV page        Export: every job of DEV becomes a JSON file in the Git folder.
  2  DEV workspace   Open the Git folder, review the changes, Commit & Push.
  3  PROD page       Pull, then Validate: what would change, job by job. Nothing is written yet.
  4  PROD page       Two names are not mapped yet: map them in Mappings, test, save, validate.
  5  PROD page       Click a row for its differences and risks; select some jobs, or import all.
  6  PROD page       Import New and Changed Jobs; it keeps running when you close the page.
  7  PROD page       Validate again: nothing left to change. History shows what was done."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo until it is stopped. Returns its exit status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        if options.state is not None:
            _run(options.state, options.ports)
        with tempfile.TemporaryDirectory(prefix="job-sync-demo-") as directory:
            _run(Path(directory), options.ports)
    except KeyboardInterrupt:
        print("\nEverything stopped.")
        return 0
    except PortError as error:
        print(f"demo: {error} {_OTHER_PORTS}", file=sys.stderr)
        return 1
    except (PageError, EmulatorError, OSError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _run(directory: Path, ports: Sequence[int]) -> NoReturn:
    """Serve until a signal or an error ends it."""
    for port in ports:
        free_port(port)
    print("Starting two workspaces and two pages …", flush=True)
    workspaces = start_environment(
        directory,
        ports={"DEV": ports[2], "PROD": ports[3]},
        seeds=sample_seeds(unmapped=UNMAPPED),
    )
    with workspaces as environment, start_pages(_pages(environment, directory, ports)) as pages:
        print(_screen(environment, pages), flush=True)
        while True:
            time.sleep(0.5)
            for page in pages:
                page.require_alive()


def _pages(environment: Environment, directory: Path, ports: Sequence[int]) -> list[Page]:
    names = ("DEV", "PROD")
    return [
        Page(environment[name], directory.resolve() / f"page-{name}", port)
        for name, port in zip(names, ports, strict=False)
    ]


def _screen(environment: Environment, pages: Sequence[RunningPage]) -> str:
    addresses = (
        f"  {page.name:<6}{page.url:<26}{environment[page.name].url}\n        page log: {page.log}"
        for page in pages
    )
    return "\n".join(
        (
            f"\n        {'page':<26}workspace",
            *addresses,
            "\nThe jobs belong to a fictional grocer. A tour:\n",
            _STORY,
            "\nPress Ctrl+C to stop.",
        )
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m examples.demo",
        description="Serve the page beside a local DEV and a local PROD workspace.",
    )
    parser.add_argument(
        "--ports",
        nargs=4,
        type=_port,
        default=_PORTS,
        metavar=("DEV-PAGE", "PROD-PAGE", "DEV", "PROD"),
        help=f"ports of the pages and of the workspaces, 0 for a free one (default: {_PORTS})",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="keep the state in DIR and continue with it next time",
    )
    return parser


def _port(text: str) -> int:
    if text.isdecimal() and int(text) < 2**16:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port")


if __name__ == "__main__":
    sys.exit(main())
