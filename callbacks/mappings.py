"""The Mappings tab: what the text of the file becomes by edits that are not saved yet."""

import json
from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output
from dash.exceptions import PreventUpdate

from components import ids
from components.mapping_sections import SECTIONS
from core.errors import MappingFileError, SyncError
from core.json_text import JsonDict
from core.mapping.editing import REMOVED, Edit, apply_edits
from core.mapping.mapping_file import parse_mappings
from core.mapping.text.file_version import MOST_TEXT_BYTES, file_version
from core.mapping.text.line_diff import DiffLine, LineKind, line_diff

_MOST_EDITS = 20_000
_MOST_NAME = 4_096
_MOST_LINES = 2_000
_MOST_WARNINGS = 200
_PLACES = frozenset(section.place for section in SECTIONS)
_UNSAVED = "The unsaved text"


def register(app: Dash) -> None:
    """Wire the stores: the scripts put into the one what the user made, and take the other."""

    @app.callback(
        Output(ids.MAPPINGS_DRAFT, "data"),
        Input(ids.MAPPINGS_REQUEST, "data"),
        prevent_initial_call=True,
    )
    def on_request(request: Any) -> JsonDict:
        if not isinstance(request, dict):
            raise PreventUpdate
        return make_draft(request)

    app.clientside_callback(
        ClientsideFunction("jobsync", "takeDraft"),
        Input(ids.MAPPINGS_DRAFT, "data"),
        prevent_initial_call=True,
    )


def make_draft(request: Mapping[str, Any]) -> JsonDict:
    """Return the text with the edits made, what is wrong with it, and how it differs.

    Args:
        request: `number`, `base` (the text of the file), `text` (what is edited) and `edits`; comes
            from the browser.
    """
    number = request.get("number")
    answer: JsonDict = {"number": number if isinstance(number, int) else 0}
    try:
        base, text = _checked_text(request.get("base")), _checked_text(request.get("text"))
        edits = _checked_edits(request.get("edits"))
        made = apply_edits(text, edits) if edits else text
    except SyncError as error:
        return {**answer, "text": "", "version": "", "problem": _problem(error)}
    return {**answer, **describe_draft(base, made)}


def describe_draft(base: str, text: str) -> JsonDict:
    """Return what the page shows of a text that is to replace another."""
    lines = line_diff(base, text)
    answer: JsonDict = {
        "text": text,
        "version": file_version(text.encode("utf-8", "surrogatepass")),
        "problem": None,
        "warnings": [],
        "diff": [_line(line) for line in lines[:_MOST_LINES]],
        "isCut": len(lines) > _MOST_LINES,
    }
    try:
        warnings = parse_mappings(text.encode(), _UNSAVED).warnings
    except UnicodeEncodeError:
        problem = SyncError("The text has characters that cannot be saved as UTF-8.")
        return {**answer, "problem": _problem(problem)}
    except SyncError as error:
        return {**answer, "problem": _problem(error)}
    shown = [{"message": warning.message} for warning in warnings[:_MOST_WARNINGS]]
    return {**answer, "warnings": shown}


def _problem(error: SyncError) -> JsonDict:
    line, column = (error.line, error.column) if isinstance(error, MappingFileError) else (0, 0)
    return {"message": str(error), "line": line, "column": column}


def _line(line: DiffLine) -> JsonDict:
    shown = {"kind": line.kind.value, "text": line.text}
    return shown if line.kind is LineKind.GAP else {**shown, "old": line.old, "number": line.new}


# What comes from the browser


def _checked_text(text: Any) -> str:
    if not isinstance(text, str):
        raise SyncError("The page sent no text.", fix="Reload the page.")
    if len(text) > MOST_TEXT_BYTES:
        raise SyncError(f"The mapping file may have at most {MOST_TEXT_BYTES // 10**6} MB.")
    return text


def _checked_edits(edits: Any) -> list[Edit]:
    if not isinstance(edits, list) or len(edits) > _MOST_EDITS:
        raise SyncError("The page sent no list of edits.", fix="Reload the page.")
    return [_checked_edit(edit) for edit in edits]


def _checked_edit(edit: Any) -> Edit:
    if not isinstance(edit, dict) or not _is_edit(edit):
        raise SyncError("The page sent an edit that is none.", fix="Discard it and try again.")
    value = REMOVED if edit.get("removed") is True else edit.get("value")
    return Edit(edit["section"], edit["name"], value, edit.get("new_name") or "")


def _is_edit(edit: Mapping[str, Any]) -> bool:
    names = (edit.get("name"), edit.get("new_name", ""))
    return (
        isinstance(edit.get("section"), str)
        and edit["section"] in _PLACES
        and all(isinstance(name, str) and len(name) <= _MOST_NAME for name in names)
        and len(json.dumps(edit.get("value"))) <= MOST_TEXT_BYTES
    )
