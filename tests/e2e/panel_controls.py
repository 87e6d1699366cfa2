"""The side panel as tests see it: its controls, found from the page, and what each has to do.

A control that is not known here fails the tests: whoever adds one says what it does.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

Facts = dict[str, Any]

# A control is found again after it was drawn anew by its attribute and its place among equal ones.
_FACTS = """() => {
  const panel = document.querySelector("[data-role=panel]");
  const isSeen = element => Boolean(element?.checkVisibility());
  const found = [...panel.querySelectorAll("button, summary, input, select, textarea, a[href]")];
  const named = found.map(element => {
    const action = element.getAttributeNames().find(name => Object.hasOwn(jobsync.controls, name));
    const value = action ? element.getAttribute(action) : "";
    const name = action ? `${action}=${value}` : element.localName;
    return {element, action: action || element.localName, value, name};
  });
  const body = panel.querySelector("[data-role=panel-body]");
  const places = {};
  const sides = body.querySelector(".panel-sides");
  return {
    isOpen: isSeen(panel),
    title: panel.querySelector("[data-role=panel-title]").textContent,
    kind: [["log", ".log-line"], ["row", ".panel-facts"]]
      .filter(([, mark]) => body.querySelector(mark)).map(([kind]) => kind).join(),
    isWide: panel.classList.contains("panel-wide"),
    hasFields: isSeen(body.querySelector(".panel-fields")),
    hasSides: isSeen(sides),
    sides: sides ? sides.textContent : "",
    sideRows: sides ? sides.querySelectorAll("tr").length : 0,
    marked: body.querySelectorAll(".change-shown").length,
    lines: [...body.querySelectorAll(".log-line")].map(line => line.textContent),
    seenLines: [...body.querySelectorAll(".log-line")].filter(isSeen).map(line => line.textContent),
    controls: named.map(({element, action, value, name}) => {
      const place = places[name] = (places[name] ?? -1) + 1;
      return {
        key: `${name}#${place}`, action, value,
        isSeen: isSeen(element),
        pressed: element.getAttribute("aria-pressed"),
        isUnfolded: action === "summary" ? element.parentElement.open : null,
        isFocused: element === document.activeElement,
      };
    }),
  };
}"""
_AIM = """key => {
  const at = key.lastIndexOf("#");
  const [name, place] = [key.slice(0, at), Number(key.slice(at + 1))];
  const [action, ...rest] = name.split("=");
  const found = [...document.querySelectorAll("[data-role=panel] *")].filter(element =>
    action.startsWith("data-")
      ? element.getAttribute(action) === rest.join("=")
      : element.localName === action &&
        !element.getAttributeNames().some(each => Object.hasOwn(jobsync.controls, each)));
  const element = found[place];
  element.scrollIntoView({block: "center", behavior: "instant"});
  const box = element.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const hit = document.elementFromPoint(x, y);
  return {x, y, isReached: element.contains(hit), hit: hit ? hit.outerHTML.slice(0, 120) : ""};
}"""


# The page's policy forbids what playwright's own waiting for a function does.
_WAIT = """async selector => {
  const end = performance.now() + 10000;
  while (!document.querySelector(selector)) {
    if (performance.now() > end) throw new Error(`There is no ${selector}`);
    await new Promise(done => setTimeout(done, 5));
  }
}"""


@dataclass(frozen=True, slots=True)
class Panel:
    """A kind of panel: how it is opened, and what it shows then."""

    name: str
    title: str
    kind: str
    open: Callable[[], None]


class Controls:
    """Presses the controls of the open panel, and checks what each did."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._now: Facts = {"isOpen": False}

    @property
    def is_open(self) -> bool:
        """Whether the panel is open, as it was seen last."""
        return bool(self._now["isOpen"])

    def facts(self) -> Facts:
        """Look at the panel."""
        self._now = self._page.evaluate(_FACTS)
        return self._now

    def open(self, panel: Panel) -> list[str]:
        """Open a panel and return its controls."""
        panel.open()
        self._wait_for(".panel .log-line" if panel.kind == "log" else ".panel .panel-facts")
        facts = self.facts()
        check_kind(facts, panel)
        assert not facts["isWide"], "left from the panel before"
        assert facts["kind"] == "log" or facts["hasFields"] or facts["hasSides"]
        return [one["key"] for one in facts["controls"] if one["action"] not in LEAVING]

    def reveal(self, key: str) -> bool:
        """Make a control visible by what else can be pressed; False when that does not help."""
        for other in self._now["controls"]:
            if control_of(self._now, key)["isSeen"]:
                break
            if other["isUnfolded"] is False or other["value"] == "sides":
                self.press(other["key"])
        return bool(control_of(self._now, key)["isSeen"])

    def press(self, key: str) -> None:
        """Press a control with the mouse, and check that it did its own thing and no other."""
        before = self._now
        action = control_of(before, key)["action"]
        EFFECTS[action](self, key, before)
        if action != "data-close-panel":
            after = self._now if self._now is not before else self.facts()
            same = ("isOpen", "title", "kind")
            assert [after[fact] for fact in same] == [before[fact] for fact in same]

    def click(self, key: str) -> None:
        aim = self._page.evaluate(_AIM, key)
        assert aim["isReached"], f"{key} is covered by {aim['hit']}"
        self._page.mouse.click(aim["x"], aim["y"])

    def _wait_for(self, selector: str) -> None:
        self._page.evaluate(_WAIT, selector)

    def close(self) -> None:
        if self.facts()["isOpen"]:
            self._page.keyboard.press("Escape")
        assert not self.facts()["isOpen"]

    # What each does

    def closes(self, key: str, before: Facts) -> None:
        self.click(key)
        assert not self.facts()["isOpen"]
        assert self._page.evaluate(_FOCUS_IS_ON_THE_PAGE), "the focus is lost"

    def shows_view(self, key: str, before: Facts) -> None:
        self.click(key)
        is_sides = control_of(before, key)["value"] == "sides"
        if is_sides:
            self._wait_for(".panel-sides:not(:empty)")
        after = self.facts()
        assert (after["hasSides"], after["hasFields"]) == (is_sides, not is_sides)
        assert after["isWide"] == is_sides
        for control in after["controls"]:
            if control["action"] == "data-view":
                assert control["pressed"] == str(control["key"] == key).lower()
            if control["action"] in ("data-move", "data-fold"):
                assert control["isSeen"] == is_sides
        if is_sides:
            assert json.dumps(before["title"], ensure_ascii=False) in after["sides"]

    def moves(self, key: str, before: Facts) -> None:
        self.click(key)
        assert self.facts()["marked"] == 1

    def unfolds_lines(self, key: str, before: Facts) -> None:
        was = control_of(before, key)["pressed"]
        self.click(key)
        after = self.facts()
        assert {was, control_of(after, key)["pressed"]} == {"true", "false"}
        grown = after["sideRows"] - before["sideRows"]
        assert (grown > 0) == (was == "false"), grown

    def copies_text(self, key: str, before: Facts) -> None:
        self._click_to_copy(key)
        assert self._copied() == control_of(before, key)["value"]

    def copies_json(self, key: str, before: Facts) -> None:
        self._click_to_copy(key)
        assert json.loads(self._copied())["name"] == before["title"]

    def _click_to_copy(self, key: str) -> None:
        self._page.evaluate(_FORGET_COPIED)
        self.click(key)

    def _copied(self) -> str:
        self._wait_for(".panel .copied")
        text: str = self._page.evaluate("navigator.clipboard.readText()")
        return text

    def unfolds(self, key: str, before: Facts) -> None:
        self.click(key)
        assert control_of(self.facts(), key)["isUnfolded"] != control_of(before, key)["isUnfolded"]

    def filters(self, key: str, before: Facts) -> None:
        self.click(key)
        after = self.facts()
        pressed = [c["key"] for c in after["controls"] if c["pressed"] == "true"]
        assert pressed == [key]
        assert after["seenLines"] == lines_of_level(after)

    def searches(self, key: str, before: Facts) -> None:
        self.click(key)
        assert control_of(self.facts(), key)["isFocused"]
        self._page.keyboard.insert_text("no line says this")
        assert self.facts()["seenLines"] == []
        expect(self._page.locator(".log-no-match")).to_be_visible()
        self._page.keyboard.press("Escape")
        after = self.facts()
        assert after["isOpen"], "the first Escape empties the field"
        assert after["seenLines"] == lines_of_level(after)

    def downloads(self, key: str, before: Facts) -> None:
        with self._page.expect_download() as download:
            self.click(key)
        assert download.value.suggested_filename.startswith("job-sync-log-")


# What they lead to is tried in test_mappings.py, test_graph.py, test_restore_story.py and
# test_hidden_values.py.
LEAVING = ("data-map-section", "data-focus", "data-restore", "data-reveal")

_FORGET_COPIED = """() => {
  for (const marked of document.querySelectorAll(".copied")) marked.classList.remove("copied");
}"""
_FOCUS_IS_ON_THE_PAGE = "() => document.activeElement !== document.body"

EFFECTS: Mapping[str, Callable[[Controls, str, Facts], None]] = {
    "data-close-panel": Controls.closes,
    "data-view": Controls.shows_view,
    "data-move": Controls.moves,
    "data-fold": Controls.unfolds_lines,
    "data-copy": Controls.copies_text,
    "data-copy-json": Controls.copies_json,
    "data-least": Controls.filters,
    "data-download-log": Controls.downloads,
    "input": Controls.searches,
    "summary": Controls.unfolds,
}


def control_of(facts: Facts, key: str) -> Facts:
    [found] = [control for control in facts["controls"] if control["key"] == key]
    control: Facts = found
    return control


def lines_of_level(facts: Facts) -> list[str]:
    """Return the lines of a log that the pressed level lets through."""
    [least] = [c["value"] for c in facts["controls"] if c["pressed"] == "true"]
    levels = {"all": ("INFO", "WARNING", "ERROR"), "warning": ("WARNING", "ERROR")}
    shown = levels.get(least, ("ERROR",))
    return [line for line in facts["lines"] if line.split()[3] in shown]


def check_kind(facts: Facts, panel: Panel) -> None:
    """A panel shows what was opened, whatever was pressed in it."""
    assert facts["isOpen"]
    assert (facts["title"], facts["kind"]) == (panel.title, panel.kind)
