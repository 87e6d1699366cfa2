"""Fills the name book: lists what jobs refer to, and asks for what no list shows."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from core.errors import NotFoundError, SyncError, UnauthenticatedError
from core.jobsettings.kinds import Kind
from core.json_text import JobSettings
from core.mapping.mapping_file import Mappings
from core.mapping.name_book import NameBook
from core.mapping.names import find_unlisted, find_wanted_names
from core.parallel import in_parallel
from core.planning.forms import manager_of
from core.ports import LiveJob, NamedResource, Ports, Resources


def list_names(
    resources: Resources,
    workspace_id: str,
    live: Iterable[LiveJob],
    definitions: Iterable[JobSettings],
    mappings: Mappings,
    *,
    threads: int,
) -> NameBook:
    """List the kinds that some job or definition refers to, and no other.

    A kind that cannot be listed is noted in the book: it concerns the jobs that need it.

    Args:
        definitions: their settings, values mapped.

    Raises:
        UnauthenticatedError: the login is no longer valid.
    """
    names = find_wanted_names(
        definitions,
        (job.unpack_settings() for job in live if not manager_of(job.marks)),
        mappings,
    )
    listed, unlisted = list_kinds(
        resources, {kind: names[kind] for kind in names if kind.is_listed}, threads=threads
    )
    jobs = [NamedResource(str(job.job_id), job.name) for job in live]
    return NameBook(workspace_id, {Kind.JOB: jobs, **listed}, unlisted)


def list_kinds(
    resources: Resources, names: Mapping[Kind, Collection[str]], *, threads: int
) -> tuple[dict[Kind, Sequence[NamedResource]], dict[Kind, str]]:
    """List kinds of objects, and say why some of them cannot be listed.

    Args:
        names: by kind, those that the list must show in any case.

    Raises:
        UnauthenticatedError: the login is no longer valid.
    """
    listed: dict[Kind, Sequence[NamedResource]] = {}
    unlisted: dict[Kind, str] = {}
    results = in_parallel(
        lambda kind: list(resources.list_resources(kind, names[kind])), list(names), threads=threads
    )
    for kind, result in results:
        if isinstance(result, UnauthenticatedError):
            raise result
        if isinstance(result, SyncError):
            unlisted[kind] = str(result)
        else:
            listed[kind] = result
    return listed, unlisted


def look_up_unlisted(
    ports: Ports, jobs: Iterable[LiveJob], book: NameBook, *, proves_gone: bool, threads: int
) -> None:
    """Ask for the objects that no list shows, so that only what is proven gone is `unknown`.

    Args:
        proves_gone: whether an object that is not found is gone: only an admin sees them all.
    """
    wanted = {
        reference
        for job in jobs
        if not manager_of(job.marks)
        for reference in find_unlisted(job.unpack_settings(), book)
    }
    look_up(ports, wanted, book, proves_gone=proves_gone, threads=threads)


def look_up(
    ports: Ports,
    wanted: Iterable[tuple[Kind, str]],
    book: NameBook,
    *,
    proves_gone: bool,
    threads: int,
) -> None:
    """Ask for objects by id, each in a call of its own, and enter them in the book."""
    results = in_parallel(
        lambda reference: _find(ports, *reference), sorted(wanted), threads=threads
    )
    for (kind, resource_id), result in results:
        if isinstance(result, NamedResource):
            book.add(kind, result)
        elif result is None and proves_gone:
            book.note_gone(kind, resource_id)


def _find(ports: Ports, kind: Kind, resource_id: str) -> NamedResource | None:
    if kind is not Kind.JOB:
        return ports.resources.find_resource(kind, resource_id)
    try:
        job = ports.jobs.get_job(int(resource_id))
    except NotFoundError:
        return None
    except ValueError:  # not a number: no job ever had this id
        return None
    return NamedResource(resource_id, job.name)
