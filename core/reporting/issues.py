"""Issues as JSON."""

from typing import Any

from core.errors import Issue
from core.jobsettings.secrets import mask_text
from core.json_fields import Fields
from core.json_text import JsonDict


def issue_as_json(issue: Issue) -> JsonDict:
    """Return an issue as the page keeps it, without secrets."""
    return {"path": mask_text(issue.path), "message": mask_text(issue.message)}


def issue_from_json(document: Any) -> Issue:
    """Read what `issue_as_json` gave."""
    fields = Fields(document, "an issue")
    return Issue(fields.text("message"), fields.text("path"))
