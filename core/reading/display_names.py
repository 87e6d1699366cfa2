"""Names for people of who jobs run as. Nothing depends on them: what cannot be read is left out."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping

from core.errors import StoppedError, WorkspaceError
from core.jobsettings.principals import principal_from_name
from core.ports import Principals

log = logging.getLogger(__name__)

_MOST = 400  # who runs one or two jobs of ten thousand keeps the id


def read_display_names(principals: Principals, ids: Iterable[str]) -> Mapping[str, str]:
    """Return the display names of users and service principals by their id, in few calls.

    Args:
        ids: user names and application ids, each as often as it is shown.
    """
    often = Counter(filter(None, ids)).most_common(_MOST)
    wanted = [principal_from_name(name) for name, _ in often]
    found: dict[str, str] = {}
    for field in ("service_principal_name", "user_name"):
        some = [one for one in wanted if one.field == field]
        try:
            names = principals.display_names(some) if some else {}
        except (WorkspaceError, StoppedError) as error:
            log.info("display names could not be read: %s", error)
            continue
        found |= {one.name: name for one, name in names.items()}
    return found
