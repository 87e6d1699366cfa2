"""What the scripts take from Python: they type no text, no label and no id of their own."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dash.development.base_component import Component

import app
import core
from components import ids
from components.operation_button import needs_of
from components.script_config import BADGES, LABELS
from components.shell import Frame, page
from core.operations.kinds import OperationKind

ROOT = Path(app.__file__).parent
SCRIPTS = sorted(path for path in (ROOT / "assets").rglob("*.js") if "vendor" not in path.parts)
TESTS = sorted((ROOT / "tests" / "scripts").glob("*.js"))
TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)""", re.DOTALL
)
# A word that begins with a capital and another word, or such a word alone.
TEXT = re.compile(r"\b[A-Z][a-z]+ \w+|^[A-Z][a-z]+$")
KEYS = {"Enter", "Escape", "Tab"}
ELEMENTS = {"Button", "Code", "Details", "Div", "Input", "Label", "Li", "Nav", "Optgroup", "Option"}
ELEMENTS |= {"Pre", "Section", "Select", "Span", "Strong", "Summary", "Textarea", "Ul"}
NAMED = re.compile(r"\[(data-[a-z-]+)(?:=\"([a-z-]+)\")?\]")
DRAWN_BY_SCRIPTS = {
    "data-bar",
    "data-choice",
    "data-choices",
    "data-download-log",
    "data-entry",
    "data-field",
    "data-least",
    "data-mapping-add-rule",
    "data-mapping-all",
    "data-mapping-as-text",
    "data-mapping-candidate",
    "data-mapping-create",
    "data-mapping-reveal",
    "data-mapping-drop-rule",
    "data-mapping-mistake",
    "data-mapping-needed",
    "data-mapping-section",
    "data-mapping-text",
    "data-mapping-undo-key",
    "data-rule",
    "data-start",
    "data-text-lines",
    "data-tick",
}
IN_THE_PANEL = {OperationKind.TAKE}  # whose buttons are in it for some rows
REGISTERED = re.compile(r"Object\.assign\(jobsync\.controls, {(.*?)}\);", re.DOTALL)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def literals(path: Path) -> set[str]:
    """Return the texts in a script, without its comments."""
    found = TOKEN.finditer(path.read_text(encoding="utf-8"))
    return {match.group(1)[1:-1] for match in found if match.group(1)}


def used(pattern: str) -> set[str]:
    """Return what the scripts take apart from an object, as `{a, b} = object` or `object.a`.

    A function of that name may give the object.
    """
    found: set[str] = set()
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(rf"\b{pattern}(?:\(\))?\.(\w+)", text))
        for names in re.findall(
            rf"{{([\w,\s]+)}} = (?:\w+\.config\(\)\.)?{pattern}(?:\(\))?;", text
        ):
            found |= set(re.findall(r"\w+", names))
    return found


def walk(node: Any) -> Iterator[Component]:
    if isinstance(node, Component):
        yield node
        yield from walk(getattr(node, "children", None))
    elif isinstance(node, list | tuple):
        for inner in node:
            yield from walk(inner)


@pytest.fixture(scope="module")
def nodes() -> list[Component]:
    frame = Frame(
        workspace_name="DEV",
        host="",
        colour="blue",
        mode="Both",
        user="ana",
        may_operate=True,
        key="k",
        tabs=("export", "import", "mappings", "history", "restore", "workspace"),
    )
    return list(walk(page(frame)))


@pytest.fixture(scope="module")
def config(nodes: list[Component]) -> dict[str, Any]:
    [text] = attributes(nodes, "data-config")
    told: dict[str, Any] = json.loads(text)
    return told


def attributes(nodes: list[Component], name: str) -> list[str]:
    props = [node.to_plotly_json()["props"] for node in nodes]
    return [str(each[name]) for each in props if name in each]


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_no_script_says_anything_to_users(path: Path) -> None:
    said = {text for text in literals(path) if TEXT.search(text)} - KEYS - ELEMENTS
    assert said == set()


def test_a_text_in_a_script_would_be_found() -> None:
    assert TEXT.search("Nothing is selected.")
    assert TEXT.search("Download")
    assert TEXT.search(" of them are hidden. Tick others")
    assert not TEXT.search("status status-new")


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_no_script_has_a_label_of_its_own(path: Path) -> None:
    labels = {
        label for states in LABELS.values() for words in states.values() for label in words.values()
    }
    badges = {badge for badge in BADGES.values() if " " in badge}
    assert not literals(path) & (labels | badges)


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_no_script_types_an_id(path: Path) -> None:
    listed = {value for name, value in vars(ids).items() if name.isupper() and "-" in value}
    typed = {text for text in literals(path) if any(text in (i, f"#{i}") for i in listed)}
    assert typed == set()
    assert not re.search(
        r"getElementById\([\"'`]|querySelector(All)?\([\"'`]#", path.read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("path", [*SCRIPTS, *TESTS], ids=name_of)
def test_no_line_of_a_script_is_longer_than_120_columns(path: Path) -> None:
    assert max(map(len, path.read_text(encoding="utf-8").splitlines())) <= 120


def test_scripts_take_every_text_and_id_that_they_are_told_and_no_other(
    config: dict[str, Any],
) -> None:
    by_name = {"logAll", "logWarning", "logError"}  # looked up by the level
    assert used("texts") | by_name == config["texts"].keys()
    assert used("ids") == config["ids"].keys()


def test_every_id_that_scripts_are_told_is_in_the_page(
    nodes: list[Component], config: dict[str, Any]
) -> None:
    present = {node.id for node in nodes if getattr(node, "id", None)}
    told = {
        *config["ids"].values(),
        *(tab[key] for tab in config["tabs"] for key in ("nav", "pane")),
    }
    assert told <= present


def test_every_attribute_that_scripts_look_for_is_written_by_a_component() -> None:
    written = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "components").glob("*.py")
    )
    for path in SCRIPTS:
        for attribute, value in NAMED.findall(" ".join(literals(path))):
            name = value if attribute == "data-role" and value else attribute
            assert f'"{name}"' in written or name in DRAWN_BY_SCRIPTS, name


def controls() -> set[str]:
    """Return the attributes by which a button says what it does."""
    texts = [path.read_text(encoding="utf-8") for path in SCRIPTS]
    registered = [part for text in texts for part in REGISTERED.findall(text)]
    return {name for part in registered for name in re.findall(r'"(data-[a-z-]+)":', part)}


def test_every_control_is_written_by_a_component() -> None:
    files = (ROOT / "components").glob("*.py")
    written = "".join(path.read_text(encoding="utf-8") for path in files)
    assert {name for name in controls() - DRAWN_BY_SCRIPTS if f'"{name}"' not in written} == set()


def test_nothing_but_buttons_carries_the_attribute_of_a_control(nodes: list[Component]) -> None:
    assert len(controls()) > 15
    others = [node for node in nodes if node._type != "Button"]
    assert not [
        each for node in others for each in controls() & set(node.to_plotly_json()["props"])
    ]


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_no_script_looks_above_a_click_for_an_attribute(path: Path) -> None:
    """What surrounds a control may carry the attribute for a reason of its own."""
    assert "event.target.closest(" not in "".join(
        re.findall(r'addEventListener\("click".*?\n  }\);', path.read_text("utf-8"), re.DOTALL)
    ).replace('event.target.closest("button")', "")


def test_there_is_one_button_for_each_kind_of_operation(nodes: list[Component]) -> None:
    kinds = attributes(nodes, "data-operation")
    assert sorted([*kinds, *IN_THE_PANEL]) == sorted(OperationKind)


def test_what_a_request_needs_is_something_the_scripts_can_gather(nodes: list[Component]) -> None:
    fields = set(attributes(nodes, "data-request"))
    assert {need for kind in OperationKind for need in needs_of(kind)} <= fields | {
        "plan",
        "names",
        "text",
        "version",
        "ticked",
        "entry",
        "fields",
    }


def test_a_button_that_counts_has_a_label_for_one_and_for_many(nodes: list[Component]) -> None:
    labels = [json.loads(text) for text in attributes(nodes, "data-label")]
    assert len(labels) == 4
    for label in labels:
        assert all("{n}" in label[form] for form in ("one", "other"))


def test_every_risk_has_a_badge() -> None:
    rooms = Path(core.__file__).parent
    source = "".join(
        (rooms / name).read_text(encoding="utf-8")
        for name in ("planning/risks.py", "reading/workspace_risks.py")
    )
    codes = set(re.findall(r'Risk\("(\w+)"|, "(\w+)", "[A-Z]', source))
    assert {code or other for code, other in codes} == BADGES.keys()
