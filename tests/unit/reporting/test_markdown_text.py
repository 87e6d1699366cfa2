"""Texts of strangers in Markdown: a real parser shows them, and obeys none of them."""

import re

import pytest
from hypothesis import example, given
from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.one_line import one_line
from core.reporting.markdown_text import code, length, prose, table_row
from tests.hostile_texts import HOSTILE
from tests.secret_samples import SAMPLES

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HEAD = "| A | B | C |\n|:--|:--|:--|\n"
ZERO_WIDTH = re.compile("[\u200b\u200e]")


def inlines(markdown: str) -> list[Token]:
    """The inline tokens of a document, in order."""
    blocks = PARSER.parse(markdown)
    return [token for block in blocks for token in block.children or ()]


def plain_text(tokens: list[Token]) -> str:
    return " · ".join(token.content for token in tokens if token.type == "text")


def assert_obeys_nothing(tokens: list[Token]) -> None:
    assert {token.type for token in tokens} <= {"text", "code_inline", "html_inline"}
    assert {token.content for token in tokens if token.type == "html_inline"} <= {"<br>"}
    text = plain_text(tokens)
    assert not re.search(r"[@#<>$~|`*_\\\[\]{}]|://|www\.|:\w+:", text)
    assert not re.search(r"\b([0-9a-f]{7,}|[a-z]\w*-\d+)\b", text, re.IGNORECASE)


def assert_orders_nothing(raw: str) -> None:
    """Assert that even who reads the raw text finds no order in it."""
    assert not re.search(r"(?<![\w.+-])@\w|#\d", raw)
    assert not re.search(r"\b(clos(e[sd]?|ing)|fix(e[sd]|ing)?):?\s+\S*(#|!|GH-)\d", raw, re.I)
    assert not re.search(r"\[(skip|ci|no)[ -]|\*\*\*NO_CI|##(vso)?\[", raw, re.I)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_a_row_of_a_table_stays_one_row_of_as_many_cells(first: str, second: str, third: str):
    cells = code(first), prose(second), code(third, 30)
    markdown = f"{HEAD}{table_row(cells)}\nafter\n"
    blocks = PARSER.parse(markdown)
    types = [token.type for token in blocks]
    assert (types.count("tr_open"), types.count("td_open")) == (2, 3)
    assert types[-4:] == ["table_close", "paragraph_open", "inline", "paragraph_close"]
    assert_obeys_nothing(inlines(markdown))
    assert_orders_nothing(markdown)


@given(HOSTILE, HOSTILE)
@example("a\\|b", "a\\\\|b")
@example("a|b", "\\\\\\| \\")
def test_no_parser_takes_a_pipe_for_the_end_of_a_cell(first: str, second: str):
    """Some count the backslashes before a pipe, others look at the last one."""
    row = table_row([code(first), prose(second)])
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 3


@given(HOSTILE)
def test_a_sentence_stays_one_item_of_a_list(text: str):
    markdown = f"- {prose(text)}\n- {code(text)}\n\nafter\n"
    types = [token.type for token in PARSER.parse(markdown)]
    assert types.count("list_item_open") == 2
    assert types.count("bullet_list_open") == 1
    assert types.count("paragraph_open") == 3 - types.count("list_item_open") + sum(
        bool(shown) for shown in (prose(text), code(text))
    )
    assert_obeys_nothing(inlines(markdown))
    assert_orders_nothing(markdown)


@given(HOSTILE)
def test_a_name_is_shown_as_it_is(text: str):
    shown = "".join(token.content for token in inlines(code(text, 1000)) if token.content)
    assert ZERO_WIDTH.sub("", shown) == one_line(text)


@given(HOSTILE)
def test_a_name_in_a_table_is_shown_as_it_is_but_for_backslashes_before_pipes(text: str):
    markdown = f"{HEAD}{table_row([code(text, 1000), 'x', 'y'])}"
    shown = ZERO_WIDTH.sub("", plain_text_of_code(inlines(markdown)))
    assert re.sub(r"\\+\|", "|", shown) == re.sub(r"\\+\|", "|", one_line(text))


def plain_text_of_code(tokens: list[Token]) -> str:
    return "".join(token.content for token in tokens if token.type == "code_inline")


@given(HOSTILE)
def test_words_are_shown_in_their_order(text: str):
    tokens = inlines(f"x {prose(text, 10_000)}")
    shown = "".join(token.content for token in tokens if token.type in ("text", "code_inline"))
    joined = ZERO_WIDTH.sub("", re.sub(r"\s", "", shown)).removeprefix("x")
    kept = "".join(one_line(line) for line in text.split("\n"))
    assert joined == re.sub(r"\s", "", kept)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("Will be created.", "Will be created."),
        ("“load” runs 3 jobs, since 2026-11-01 12:00 UTC.",) * 2,
        ("Compute changes: tasks[a].b.", "Compute changes: `tasks[a].b`."),
        ('such as {"user_name": "…"}, or (a_b)', 'such as `{"user_name": "…"}`, or (`a_b`)'),
        ("“big | one”, “a_b” and “c d” run.", "“`big | one`”, “`a_b`” and “c d” run."),
        ("(see job_clusters)", "(see `job_clusters`)"),
        ("a 1 → 2 — it’s 1,5", "a 1 → 2 — it’s 1,5"),
        ("1. first\n  ^ here\n\nlast", "`1`. first<br>`  ^ here`<br>last"),
        ("see deadbeef1 and ABC-12", "see `deadbeef1` and `ABC-12`"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_a_sentence_stays_readable(text: str, markdown: str):
    assert prose(text) == markdown


def test_a_long_text_ends_in_an_ellipsis():
    assert code("a" * 121) == f"`{'a' * 119}…`"
    assert code("a" * 120) == f"`{'a' * 120}`"
    assert prose("word " * 200, 13) == "word word wo…"


def test_a_text_from_right_to_left_does_not_turn_what_is_beside_it():
    assert code("שלום") == "\u200e`שלום`\u200e"
    assert prose("runs שלום now") == "runs \u200eשלום\u200e now"


def test_even_many_backticks_have_a_short_fence():
    name = "`".join("x" * 50) + "`" * 40
    assert code(name, 200) == f"`` {name} ``"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_secrets_are_masked_before_a_text_is_cut(sample):
    for shown in (code(sample.text, 40), prose(sample.text, 40)):
        assert sample.secret[:12] not in shown


def test_a_length_counts_what_a_provider_counts():
    assert length("aé") == 2
    assert length("🎉") == 2
