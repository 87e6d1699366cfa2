"""What the user chose, and whether it is still what the user saw."""

import pytest

from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.errors import SelectionError
from core.planning.fingerprints import fingerprint_row
from core.planning.import_rows import New
from core.planning.review import Review
from tests.builders import job

ROW = New.pack("a", DefinitionFile("a.json", Definition.pack("a", 1, "", job("a")), b""), job("a"))


def test_an_empty_review_chooses_everything_as_it_is_now() -> None:
    review = Review()
    assert review.select(["a", "b"], "such") == {"a", "b"}
    assert not review.has_moved(ROW)


def test_only_what_is_there_can_be_chosen() -> None:
    assert Review(["a"]).select(["a", "b"], "such") == {"a"}
    with pytest.raises(SelectionError, match="nobody"):
        Review(["a", "nobody"]).select(["a", "b"], "such")


def test_a_row_has_moved_when_it_is_another_one_or_was_never_seen() -> None:
    assert not Review(fingerprints={"a": fingerprint_row(ROW)}).has_moved(ROW)
    assert Review(fingerprints={"a": "another"}).has_moved(ROW)
    assert Review(fingerprints={}).has_moved(ROW)
