"""docs/security.md names tests: each of them has to exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/security.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", DOCUMENT)


def test_every_test_that_the_document_names_exists() -> None:
    missing = [
        f"{path}::{name}"
        for path, name in NAMED
        if f"\ndef {name}(" not in (ROOT / path).read_text()
    ]
    assert not missing
    assert len(NAMED) > 60


def test_every_line_of_attack_has_a_test() -> None:
    rows = [line for line in DOCUMENT.partition("## Attacks")[2].splitlines() if "| " in line]
    attacks = [row for row in rows if not row.startswith(("| attack", "|---"))]
    assert len(attacks) > 35
    assert [row for row in attacks if "`tests/" not in row] == []


def test_nothing_else_in_it_looks_like_a_test() -> None:
    assert DOCUMENT.count("tests/") == len(NAMED)


def test_the_way_to_report_a_hole_is_where_people_look_for_it() -> None:
    assert "Report a vulnerability" in (ROOT / "SECURITY.md").read_text()
    assert "docs/security.md" in (ROOT / "README.md").read_text()
