"""What a report says of JSON that holds jobs and is not a definition."""

from core.definitions.folder import GitContents
from core.errors import Issue

_MOST_LISTED = 20
_WAY_OUT = (
    "`python cli.py convert FILE…` makes definitions of requests, answers and bundles in a clone; "
    "an export writes those of its workspace."
)


def payload_issues(contents: GitContents) -> tuple[Issue, ...]:
    """Return one note that lists the files that hold jobs in another form, and the way out."""
    files = contents.list_payloads()
    if not files:
        return ()
    listed = [f"{file.path} ({file.json.form})" for file in files[:_MOST_LISTED]]
    more = len(files) - len(listed)
    names = ", ".join(listed) + (f" and {more} more" if more else "")
    what = "JSON file is not a definition" if len(files) == 1 else "JSON files are not definitions"
    return (Issue(f"{len(files)} {what}: {names}. {_WAY_OUT}"),)
