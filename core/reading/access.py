"""Reads what plans need to know about permissions, only where the mapping file asks for it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain

from core.definitions.folder import DefinitionFile
from core.errors import Issue, SyncError
from core.jobsettings.permissions import AccessList, Permission, read_access_list
from core.jobsettings.principals import Principal
from core.mapping.mapping_file import Mappings
from core.parallel import in_parallel
from core.planning.access import Access
from core.planning.exported_permissions import ExportedPermissions
from core.planning.identities import Identity
from core.planning.wanted_permissions import (
    MapPrincipal,
    Wanted,
    find_deciding,
    make_wanted,
    own_principal,
)
from core.ports import CurrentPrincipal, Principals
from core.reading.identities import look_up_identities
from core.reading.two_passes import JobReader
from core.reporting.listener import Listener

FindJobs = Callable[[], Iterable[int]]


class AccessReader:
    """Reads access control lists and principals. What cannot be read is an error of its job."""

    def __init__(
        self, jobs: JobReader, principals: Principals, threads: int, listener: Listener
    ) -> None:
        self._jobs = jobs
        self._principals = principals
        self._threads = threads
        self._listener = listener

    def read(
        self,
        me: CurrentPrincipal,
        mappings: Mappings,
        files: Sequence[DefinitionFile],
        find_jobs: FindJobs,
    ) -> Access:
        """Return what an import needs to know.

        Args:
            find_jobs: gives the jobs whose permissions Git speaks of; one call for each.
        """
        policy = mappings.permissions
        if not policy:
            return Access()
        mapper = MapPrincipal(mappings)
        if policy.from_git is None:
            identities = self.look_up(mapper, [policy.new_jobs], mappings, are_from_git=False)
            new = make_wanted(
                policy.new_jobs, mapper, identities, own_principal(me), are_from_git=False
            )
            return Access(me, None, lambda _path: new)
        entries = list_entries(files)
        identities = self.look_up(mapper, entries.values(), mappings, are_from_git=True)

        def wanted(path: str) -> Wanted | None:
            if path not in entries:
                return None
            own = own_principal(me)
            return make_wanted(entries[path], mapper, identities, own, are_from_git=True)

        return Access(me, policy.from_git, wanted, self.read_lists(list(find_jobs())))

    def read_for_export(
        self,
        me: CurrentPrincipal,
        mappings: Mappings,
        files: Sequence[DefinitionFile],
        find_jobs: FindJobs,
    ) -> ExportedPermissions:
        """Return what an export needs to know; `find_jobs` is as in `read`."""
        if mappings.permissions.from_git is None:
            return ExportedPermissions()
        mapper = MapPrincipal(mappings)
        entries = list_entries(files).values() if mappings.run_as else ()
        identify = self.look_up(mapper, entries, mappings, are_from_git=True)
        known: dict[Principal, Principal] = {}

        def here(principal: Principal) -> Principal:
            if principal not in known:
                target = mapper.target_of(principal)
                is_mapped = bool(mapper.entry_of(principal))
                known[principal] = identify(target).principal if is_mapped else target
            return known[principal]

        lists = self.read_lists(list(find_jobs()))
        return ExportedPermissions(lists, own_principal(me), mapper, here)

    def read_lists(self, job_ids: Sequence[int]) -> Mapping[int, AccessList | Issue]:
        """Read the access control lists of jobs, one call for each."""
        if job_ids:
            self._listener.on_step("Reading permissions")
        found: dict[int, AccessList | Issue] = {}
        results = in_parallel(self._read_list, job_ids, threads=self._threads)
        for done, (job_id, result) in enumerate(results, start=1):
            found[job_id] = (
                Issue(f"Its permissions could not be read. {result}")
                if isinstance(result, SyncError)
                else result
            )
            self._listener.on_progress(done, len(job_ids))
        return found

    def look_up(
        self,
        mapper: MapPrincipal,
        entries: Iterable[Collection[Permission]],
        mappings: Mappings,
        *,
        are_from_git: bool,
    ) -> Callable[[Principal], Identity]:
        """Look up the principals that entries give permissions to here."""
        deciding = find_deciding(chain.from_iterable(entries), mapper, are_from_git=are_from_git)
        wanted = {mapper.target_of(entry.principal) for entry in deciding}
        # What people wrote into the mapping file may be a display name.
        written = wanted if not are_from_git else wanted & set(mappings.run_as.values())
        return look_up_identities(self._principals, wanted, written).__getitem__

    def _read_list(self, job_id: int) -> AccessList:
        return read_access_list(self._jobs.get_permissions(job_id))


def list_entries(files: Iterable[DefinitionFile]) -> dict[str, tuple[Permission, ...]]:
    """Return the entries of the files that have `permissions`, by path."""
    found = ((file.path, file.definition.list_permissions()) for file in files)
    return {path: entries for path, entries in found if entries is not None}
