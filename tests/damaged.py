"""What a definition's file may hold by mistake: valid JSON, and no definition any more."""

import json
from typing import Any

from tests.builders import job

SETTINGS = job("load")
DOCUMENT = {"job_id": 1, "run_as_user_name": "ana@dev.example", "settings": SETTINGS}

# Each content, and the words that say what is wrong with it.
DAMAGED: dict[str, tuple[Any, str]] = {
    "an empty object": ({}, "is an empty object"),
    "settings without their wrapper": (SETTINGS, "not inside “settings”"),
    "a name alone": ({"name": "load"}, "not inside “settings”"),
    "a misspelt wrapper": ({"job_id": 1, "setings": SETTINGS}, "inside “setings”"),
    "a wrapper in another case": ({"Settings": SETTINGS}, "inside “Settings”"),
    "the body of a reset": ({"job_id": 1, "new_settings": SETTINGS}, "inside “new_settings”"),
    "a job with renamed keys": ({"id": 1, "job": SETTINGS}, "inside “job”"),
    "an id alone": ({"job_id": 1}, "has no “settings”"),
    "a change to nothing": ({"job_id": 1, "new_settings": None}, "has no “settings”"),
    "a task alone": ({"task_key": "a", "notebook_task": {}}, "not inside “settings”"),
    "no settings": ({"job_id": 1, "settings": None}, "“settings” is null"),
    "settings as a text": ({"settings": json.dumps(SETTINGS)}, "“settings” is a string"),
    "settings in a list": ({"settings": [SETTINGS]}, "“settings” is a list"),
    "a number for settings": ({"settings": 7}, "“settings” is a number"),
    "a truth for settings": ({"settings": True}, "“settings” is true or false"),
    "a list": ([DOCUMENT], "is a list"),
    "an empty list": ([], "is a list"),
    "null": (None, "is null"),
    "a number": (17, "is a number"),
    "a text": (json.dumps(DOCUMENT), "is a string"),
    "a mapping file": ({"run_as_mappings": {"default": {"user_name": "x"}}}, "a mapping file"),
    "something else": ({"version": 2, "colour": "red"}, "has no “settings”"),
}


def damaged_bytes(shape: str) -> bytes:
    """Return what the file holds in this shape."""
    return json.dumps(DAMAGED[shape][0], indent=2).encode()


def damaged_words(shape: str) -> str:
    """Return what the error must say about this shape."""
    return DAMAGED[shape][1]
