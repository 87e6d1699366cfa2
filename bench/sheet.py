"""Tables of figures: printed as they come, and written into docs/measurements.md when complete.

The document has a mark for each table, `<!-- bench:NAME -->` … `<!-- /bench:NAME -->`. What is
between the two is replaced with the table and with what it was measured on; all else stays.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from bench.machine import describe_machine

DOCUMENT = Path(__file__).parent.parent / "docs/measurements.md"
_BREAKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line of a measurement says. `numbers` is empty where it gives none."""

    numbers: tuple[int, ...]
    is_written: bool


def read_options(about: str | None) -> Options:
    """Read the command line: numbers, and whether to write the document."""
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="in place of ours")
    parser.add_argument("--write", action="store_true", help="write docs/measurements.md")
    found = parser.parse_args()
    return Options(tuple(found.numbers), found.write)


class Sheet:
    """One table, to be used as a context: it is written at its end, unless something failed.

    Args:
        name: that of its mark.
        note: a sentence for below the table.
        packages: whose versions matter.
        document: None only prints.
        describe: says on what is measured.

    Raises:
        SystemExit: the document has no such mark; said before anything is measured.
    """

    def __init__(
        self,
        name: str,
        heads: Sequence[str],
        *,
        note: str = "",
        packages: Sequence[str] = (),
        document: Path | None = None,
        describe: Callable[[Sequence[str]], str] = describe_machine,
    ) -> None:
        self._name = name
        self._document = document
        self._heads = tuple(heads)
        self._lines: list[str] = []
        if document:
            replace_table(document.read_text(), name, "")
        self.note = note
        self._machine = describe(packages)  # before we keep it busy ourselves
        print(f"{name}\n{self._machine}")
        self._put(self._heads)
        self._put(["---"] * len(self._heads))

    def add(self, *cells: object) -> None:
        """Add a row; a cell that is a number gets its thousands separated."""
        if len(cells) != len(self._heads):
            raise ValueError(f"{self._name} has {len(self._heads)} columns, not {len(cells)}")
        self._put([f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells])

    def __enter__(self) -> "Sheet":
        return self

    def __exit__(
        self,
        failure: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if failure is None:
            print(f"{self.note}\n", flush=True)
            self._write()

    def _put(self, cells: Sequence[str]) -> None:
        self._lines.append(f"| {' | '.join(map(_cell, cells))} |")
        print(self._lines[-1], flush=True)

    def _write(self) -> None:
        if not self._document:
            return
        said = " ".join(filter(None, (self.note, self._machine)))
        table = "\n".join((*self._lines, "", said))
        text = replace_table(self._document.read_text(), self._name, table)
        draft = self._document.with_name(f"{self._document.name}.draft")
        draft.write_text(text)
        draft.replace(self._document)


def document_of(options: Options) -> Path | None:
    """Return the document, where it is to be written."""
    return DOCUMENT if options.is_written else None


def replace_table(text: str, name: str, table: str) -> str:
    """Return a document with another table between the marks of a name.

    Raises:
        SystemExit: it does not have them once each, in this order.
    """
    begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    before, has_begin, rest = text.partition(begin)
    _, has_end, after = rest.partition(end)
    if not (has_begin and has_end) or begin in rest or end in before + after:
        raise SystemExit(
            f"The document needs the lines {begin} and {end} once each, in this order, where the "
            "table is to be."
        )
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"


def _cell(text: str) -> str:
    """Return a text that stays in its cell."""
    return _BREAKS.sub(" ", text).strip().replace("\\", "\\\\").replace("|", "\\|")
