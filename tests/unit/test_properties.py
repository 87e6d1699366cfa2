"""Promises that hold for every job, not only for the examples."""

import json
import string
import unicodedata
from copy import deepcopy
from functools import partial
from graphlib import TopologicalSorter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.comparing.canonical import canonicalize, drop_unsendable, sort_shuffled
from core.comparing.diff import FieldChange, HiddenDifference, diff_settings
from core.definitions.definition import Definition, encode_definition, parse_definition
from core.definitions.file_names import (
    find_free_file_name,
    fold_file_name,
    job_name_of,
    make_file_name,
    possible_file_names,
)
from core.errors import InvalidDefinitionError, InvalidJsonError, Issue, MappingFileError
from core.jobsettings.facts import JobFacts
from core.jobsettings.kinds import Kind, name_in, placeholder
from core.jobsettings.places import KEYED_LISTS
from core.jobsettings.verbatim import Verbatim
from core.json_text import equal_json, fingerprint, parse_json, stable_bytes
from core.mapping.check import MappingProblem
from core.mapping.mapped_value import MISSING, MappedValue
from core.mapping.mapping_file import parse_mappings
from core.mapping.name_book import NameBook
from core.mapping.names import write_ids, write_names
from core.mapping.unmapped import UnmappedName
from core.mapping.use import EntryState, MappingEntry
from core.operations.grid_row import GridRow, Pick, RecordedRow, RowState
from core.operations.outcome import Outcome
from core.planning.order import cut_circles, find_circles
from core.planning.risks import Risk
from core.planning.statuses import RowStatus
from core.ports import NamedResource
from core.reporting.csv_text import disarm
from core.reporting.details import (
    FolderContents,
    GitPlace,
    MappingFacts,
    PlanFacts,
    PullFacts,
    Whereabouts,
    WorkspaceInformation,
)
from core.reporting.mapping_details import (
    Choice,
    MappingsInformation,
    MappingTest,
    SavedMappings,
    TestedRow,
)
from core.reporting.report import ReportRow, ReportStatus, RowDetails
from core.state.history import Ending, HistoryEntry

pytestmark = pytest.mark.slow

ANY_TEXT = st.text(st.characters(), max_size=60)  # lone surrogates included
TEXT = st.text(max_size=20)
JOB_NAMES = st.one_of(
    ANY_TEXT,
    st.text("aAbB.%~ /\\", max_size=8),
    st.text("aeEéDﬁßſK在\u1100\u1161\u0301\u0323\u030c\u0338\u200d\ufe0f\u3000 .", max_size=8),
    st.sampled_from(
        ["con", "AUX", "aux.x", "COM1", "nul .x", "a.lvdash", "../../x", ".", "..", "~"]
    ),
    st.text(min_size=100, max_size=4096),
).filter(lambda name: bool(name.strip()))

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=15,
)

# --- settings that look like those of jobs -------------------------------------------------------

SHORT = st.text("ab", min_size=1, max_size=3)


def fields(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of the known fields, and with one that nobody knows."""
    return st.fixed_dictionaries({}, optional={**known, "brand_new": JSON})


def keyed(key: str, element: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[Any]]:
    """Lists whose elements have keys of their own."""
    keys = st.lists(SHORT, unique=True, max_size=3)
    return keys.flatmap(
        lambda names: st.tuples(*(element.map(lambda e, n=name: {key: n, **e}) for name in names))
    ).map(list)


EMAILS = fields(on_start=st.lists(TEXT, max_size=3), on_failure=st.none() | st.just([]))
WEBHOOKS = fields(on_failure=st.lists(st.fixed_dictionaries({"id": SHORT}), max_size=3))
CLUSTERS = fields(
    instance_pool_id=st.none() | SHORT,
    driver_instance_pool_id=st.none() | SHORT,
    node_type_id=SHORT,
    driver_node_type_id=SHORT,
    num_workers=st.integers(0, 2),
    enable_elastic_disk=st.booleans(),
    enable_local_disk_encryption=st.booleans(),
    apply_policy_default_values=st.booleans(),
    spark_conf=st.dictionaries(TEXT, TEXT, max_size=2),
    aws_attributes=fields(zone_id=SHORT, instance_profile_arn=TEXT),
    gcp_attributes=fields(google_service_account=TEXT),
)
TASK_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "run_if": st.sampled_from(["ALL_SUCCESS", "ALL_DONE"]),
    "timeout_seconds": st.integers(0, 1),
    "retry_on_timeout": st.booleans(),
    "email_notifications": EMAILS,
    "webhook_notifications": WEBHOOKS,
    "new_cluster": CLUSTERS,
    "existing_cluster_id": st.sampled_from(["c-0", "c-1", "c-2"]),
    "run_job_task": st.fixed_dictionaries({"job_id": st.sampled_from([100, 101, 102])}),
    "notebook_task": fields(
        source=st.sampled_from(["GIT", "WORKSPACE"]),
        warehouse_id=st.sampled_from(["w-0", "w-1", "w-2"]),
    ),
    "spark_python_task": fields(parameters=st.lists(TEXT, max_size=3)),
    "depends_on": st.lists(
        st.fixed_dictionaries({"task_key": SHORT}, optional={"outcome": SHORT}), max_size=3
    ),
}
INNER_TASKS = fields(**TASK_FIELDS)
TASKS = fields(
    **TASK_FIELDS, for_each_task=st.fixed_dictionaries({"inputs": TEXT, "task": INNER_TASKS})
)
SETTINGS = st.fixed_dictionaries(
    {"name": TEXT.filter(str.strip)},
    optional={
        "tasks": keyed("task_key", TASKS),
        "job_clusters": keyed("job_cluster_key", st.fixed_dictionaries({"new_cluster": CLUSTERS})),
        "git_source": fields(git_url=TEXT, git_snapshot=JSON),
        "email_notifications": EMAILS,
        "webhook_notifications": WEBHOOKS,
        "timeout_seconds": st.integers(0, 1),
        "max_concurrent_runs": st.integers(0, 2),
        "schedule": fields(pause_status=st.sampled_from(["PAUSED", "UNPAUSED"])),
        "triggers": st.lists(fields(pause_status=st.sampled_from(["PAUSED", "UNPAUSED"]))),
        "tags": st.dictionaries(TEXT, TEXT, max_size=2),
        "deployment": JSON,
        "brand_new": JSON,
    },
)

# --- file names ----------------------------------------------------------------------------------

UNSAFE = frozenset('<>:"/\\|?*')
DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"
}


@given(JOB_NAMES)
@settings(max_examples=120)
def test_a_file_name_is_safe_everywhere(name):
    for result in (
        make_file_name(name),
        find_free_file_name(name, {fold_file_name(make_file_name(name))}),
    ):
        stem = result.removesuffix(".json")
        assert not UNSAFE & set(result)
        assert all(char == " " or unicodedata.category(char)[0] not in "CZ" for char in result)
        assert unicodedata.is_normalized("NFC", result)
        assert len(result.encode()) <= 255
        assert len(result.encode("utf-16-le")) <= 2 * 150
        assert result.endswith(".json")
        assert stem
        assert result[0] not in ". "
        assert stem[-1] != " "
        assert stem.partition(".")[0].rstrip(" ").casefold() not in DEVICES
        assert not stem.casefold().endswith((".lvdash", ".dbalert", ".dbquery"))


@given(JOB_NAMES)
@settings(max_examples=120)
def test_a_short_name_comes_back_from_its_file_name(name):
    result = make_file_name(name)
    assert job_name_of(result) in ({name} if "~" not in result else {None})
    if len(name) <= 11:  # of any characters: at most four bytes each, three letters per byte
        assert job_name_of(result) == name


@given(
    st.text(st.characters(categories=["L", "M", "N", "P", "S"], exclude_characters='<>:"/\\|?*%~'))
)
@settings(max_examples=200)
def test_a_name_in_any_script_is_its_own_file_name(text):
    name = f"x {unicodedata.normalize('NFC', text)} x"[:40].strip()
    blank = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    if not set(name) & set(blank):
        assert make_file_name(name) == f"{name}.json"


@given(st.lists(JOB_NAMES, min_size=2, max_size=10, unique=True))
@settings(max_examples=75)
def test_different_names_have_different_file_names(names):
    assert len({make_file_name(name) for name in names}) == len(names)
    hashed = [found for name in names for found in possible_file_names(name) if "~" in found]
    assert len(set(hashed)) == len(hashed)


@given(st.lists(JOB_NAMES | st.text("aAéÉ", max_size=4).filter(bool), max_size=12, unique=True))
@settings(max_examples=75)
def test_free_names_never_meet_even_where_case_is_ignored(names):
    taken: set[str] = set()
    for name in names:
        result = find_free_file_name(name, taken)
        for form in ("NFC", "NFD"):
            assert unicodedata.normalize(form, result.casefold()) not in taken
        assert fold_file_name(result) not in taken
        taken.add(fold_file_name(result))


@given(st.text(string.ascii_letters + "%~.0123456789ABCDEFabcdef é\u0301", max_size=12))
@settings(max_examples=200)
def test_a_file_name_belongs_to_one_job_name_at_most(stem):
    name = job_name_of(f"{stem}.json")
    assert name is None or make_file_name(name) == f"{stem}.json"


# --- text and definitions ------------------------------------------------------------------------


@given(JSON)
@settings(max_examples=200)
def test_json_is_read_back_as_it_was_written(value):
    content = stable_bytes(value)
    assert equal_json(parse_json(content.decode()), value)
    assert stable_bytes(parse_json(content.decode())) == content
    assert fingerprint(parse_json(content.decode())) == fingerprint(value)


@given(st.text('{}[]",:\\ \n0123456789.eE-truefalsn\u2028', max_size=40))
@settings(max_examples=200)
def test_any_text_is_json_or_refused(text):
    try:
        value = parse_json(text)
    except InvalidJsonError:
        return
    assert equal_json(parse_json(stable_bytes(value).decode()), value)


@given(SETTINGS, st.none() | st.integers(1, 2**63 - 1), TEXT)
@settings(max_examples=75)
def test_a_definition_loses_nothing(job_settings, job_id, run_as):
    job_settings = {"tasks": [], **job_settings}
    written = encode_definition(Definition.pack(job_settings["name"], job_id, run_as, job_settings))
    definition = parse_definition(written)
    assert definition is not None
    assert equal_json(definition.unpack_settings(), job_settings)
    assert (definition.job_name, definition.source_job_id) == (job_settings["name"], job_id)
    assert definition.run_as_user_name == run_as
    assert encode_definition(definition) == written


@given(st.binary(max_size=60) | TEXT.map(str.encode))
@settings(max_examples=200)
def test_any_file_is_a_definition_or_another_shape_or_refused(content):
    try:
        parse_definition(content)
    except InvalidDefinitionError:
        return


# --- the comparable form -------------------------------------------------------------------------


@given(SETTINGS)
@settings(max_examples=75)
def test_the_comparable_form_of_a_comparable_form_is_itself(job_settings):
    before = deepcopy(job_settings)
    once = canonicalize(job_settings).settings
    assert equal_json(canonicalize(once).settings, once)
    assert job_settings == before


@given(SETTINGS, SETTINGS)
@settings(max_examples=75)
def test_there_is_a_change_exactly_when_the_comparable_forms_differ(current, desired):
    same = equal_json(canonicalize(current).settings, canonicalize(desired).settings)
    assert (diff_settings(current, desired) == ()) is same
    assert diff_settings(current, current) == ()


def shuffled(node: Any, random: Any, name: str = "") -> Any:
    """Reorder every keyed list and every e-mail list, and the keys of every object."""
    if isinstance(node, dict):
        keys = list(node)
        random.shuffle(keys)
        return {
            key: node[key] if key == "brand_new" else shuffled(node[key], random, key)
            for key in keys
        }
    if isinstance(node, list):
        items = [shuffled(item, random) for item in node]
        if name in KEYED_LISTS and name != "parameters":
            random.shuffle(items)
        return items
    return node


@given(SETTINGS, st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_another_order_of_keyed_lists_is_no_change(job_settings, random):
    assert diff_settings(job_settings, shuffled(job_settings, random)) == ()


def objects(node: Any) -> list[dict[str, Any]]:
    """Return every object of the settings that the server might add a field to."""
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    found = [found for value in inner for found in objects(value)]
    return [node, *found] if isinstance(node, dict) else found


VALUES = st.one_of(st.booleans(), st.integers(), TEXT, st.lists(st.integers(), min_size=1))


@given(SETTINGS, VALUES, VALUES, st.data())
@settings(max_examples=80)
def test_a_field_that_no_rule_knows_is_never_hidden(job_settings, old, new, data):
    for kind in ("deployment", "git_source", "brand_new"):  # wholly or partly left out by rules
        job_settings.pop(kind, None)
    current, desired = deepcopy(job_settings), deepcopy(job_settings)
    places = [
        index
        for index, node in enumerate(objects(current))
        if "instance_profile_arn" not in node and "google_service_account" not in node
    ]
    index = data.draw(st.sampled_from(places))
    pool = [node for node in objects(current) if node.get("instance_pool_id")]
    if any(objects(current)[index] in objects(node)[1:] for node in pool):
        return  # in the cloud attributes of a cluster in a pool
    objects(current)[index]["newer"] = old
    objects(desired)[index]["newer"] = new
    changes = diff_settings(current, desired)
    assert bool(changes) is not equal_json(old, new)


@given(SETTINGS)
@settings(max_examples=50)
def test_what_is_sent_means_the_same(job_settings):
    before = deepcopy(job_settings)
    sent = drop_unsendable(job_settings)
    assert drop_unsendable(sent) == sent
    assert diff_settings(job_settings, sent) == ()
    assert diff_settings(job_settings, sort_shuffled(job_settings)) == ()
    assert job_settings == before


# --- names and ids -------------------------------------------------------------------------------

NAMES = st.lists(
    (TEXT | st.sampled_from(["a_b", "__", '"q"', "__JOB__x__", "größe"])).filter(
        lambda name: name not in {"", "unknown"}
    ),
    min_size=3,
    max_size=3,
    unique=True,
)


@given(SETTINGS, NAMES)
@settings(max_examples=50)
def test_ids_come_back_from_names(job_settings, names):
    job_settings.pop("webhook_notifications", None)
    for node in objects(job_settings):
        for field in ("webhook_notifications", "new_cluster"):
            node.pop(field, None)
    ids = {Kind.CLUSTER: "c-{}", Kind.WAREHOUSE: "w-{}", Kind.JOB: "10{}"}
    book = NameBook(
        "42",
        {
            kind: [NamedResource(form.format(index), name) for index, name in enumerate(names)]
            for kind, form in ids.items()
        },
    )
    named = write_names(job_settings, book)
    assert named.issues == ()
    assert write_ids(named.settings, book) == job_settings


@given(st.sampled_from(Kind), ANY_TEXT)
@settings(max_examples=200)
def test_a_placeholder_holds_any_name_of_its_own_kind_only(kind, name):
    written = placeholder(kind, name)
    assert name_in(kind, written) == name
    assert all(name_in(other, written) is None for other in Kind if other is not kind)


# --- the mapping file ----------------------------------------------------------------------------

MAPPING_FILE = """{
  // names
  "compute_name_mappings": {"cluster_name_mappings": {"a b": "c", 'd': "e",}},
  run_as_mappings: {"default": {"user_name": "x"}}, /* who */
}"""


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(MAPPING_FILE)),
            st.integers(0, 3),
            st.text("{}[]:,\"'/*\\ \n\r\ta1\u2028é", max_size=2),
        ),
        max_size=3,
    )
)
@settings(max_examples=75)
def test_a_damaged_mapping_file_is_read_or_explained(edits):
    text = MAPPING_FILE
    for start, removed, added in edits:
        text = text[:start] + added + text[start + removed :]
    try:
        parse_mappings(text.encode(), "/Workspace/map.json")
    except MappingFileError as error:
        assert error.message.startswith("/Workspace/map.json")


# --- the rest ------------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from("abcdefg"), st.sets(st.sampled_from("abcdefgz"))))
@settings(max_examples=200)
def test_without_circles_every_job_has_its_turn(graph):
    circles = find_circles(graph)
    rest = cut_circles(graph, circles)
    assert set(TopologicalSorter(rest).static_order()) == graph.keys()
    for name, needs in graph.items():
        kept = needs & graph.keys() if name not in circles else needs & graph.keys() - circles
        assert rest[name] == kept


@given(ANY_TEXT)
@settings(max_examples=200)
def test_no_cell_is_ever_run(text):
    assert disarm(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert disarm(disarm(text)) == disarm(text)


# --- what is kept of operations ------------------------------------------------------------------

COUNTS = st.dictionaries(st.sampled_from([*RowStatus, "beamed"]), st.integers(0, 10**6))
TEXTS = st.lists(ANY_TEXT, max_size=3).map(tuple)
PATHS = st.sampled_from(["", "name", "tasks[main].timeout_seconds", 'tags["a.b"]'])
ISSUES = st.lists(st.builds(Issue, ANY_TEXT, PATHS), max_size=3).map(tuple)
STATUSES = st.sampled_from([*RowStatus, "beamed", ""])
NUMBERS = st.integers(0, 2**63)
GRID_ROWS = st.builds(
    GridRow,
    key=ANY_TEXT,
    job=ANY_TEXT,
    file=ANY_TEXT,
    status=STATUSES,
    state=st.sampled_from(RowState),
    changes=NUMBERS,
    message=ANY_TEXT,
    risks=TEXTS,
    facts=st.builds(JobFacts, NUMBERS, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT),
    job_id=ANY_TEXT,
    pick=st.sampled_from(Pick),
    needs=TEXTS,
    mapped=NUMBERS,
)
ROW_DETAILS = st.builds(
    RowDetails,
    st.lists(st.builds(Verbatim, PATHS, SCALARS, ANY_TEXT), max_size=2).map(tuple),
    st.lists(
        st.builds(HiddenDifference, PATHS, SCALARS, SCALARS, ANY_TEXT, ANY_TEXT), max_size=2
    ).map(tuple),
)
MAPPED = st.builds(
    MappedValue,
    path=PATHS,
    source=SCALARS | st.just(MISSING),
    target=SCALARS | st.just(MISSING),
    section=TEXT,
    name=TEXT,
    line=NUMBERS,
)
REPORT_ROWS = st.builds(
    ReportRow,
    job_name=ANY_TEXT,
    file_name=ANY_TEXT,
    status=STATUSES,
    changes=st.lists(st.builds(FieldChange, PATHS, SCALARS, SCALARS), max_size=3).map(tuple),
    issues=ISSUES,
    message=ANY_TEXT.map(lambda text: f"{text}."),
    details=ROW_DETAILS,
    risks=st.lists(st.builds(Risk, TEXT, TEXT.map(lambda text: f"{text}!")), max_size=3).map(tuple),
    mapped=st.lists(MAPPED, max_size=3).map(tuple),
)
GIT_PLACES = st.builds(
    GitPlace, ANY_TEXT, folder_id=NUMBERS, url=ANY_TEXT, branch=ANY_TEXT, commit=ANY_TEXT
) | st.builds(GitPlace, ANY_TEXT)
MAPPING_FACTS = st.builds(
    MappingFacts,
    st.none() | ANY_TEXT,
    st.lists(st.builds(MappingEntry, TEXT, TEXT, TEXT, NUMBERS), max_size=2).map(tuple),
    TEXT,
) | st.builds(MappingFacts, ANY_TEXT)
WHEREABOUTS = st.builds(Whereabouts, TEXT, TEXT, st.booleans(), TEXT, TEXT, GIT_PLACES)
INFORMATION = st.builds(
    WorkspaceInformation,
    WHEREABOUTS,
    st.builds(FolderContents, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    NUMBERS,
    TEXT,
    MAPPING_FACTS,
    TEXT,
)
ENTRIES = st.lists(
    st.builds(
        MappingEntry, TEXT, TEXT, TEXT, NUMBERS, JSON, TEXTS, st.sampled_from(EntryState), NUMBERS
    ),
    max_size=2,
).map(tuple)
CHOICES = st.builds(Choice, TEXT, JSON)
MAPPINGS = st.builds(
    MappingsInformation,
    path=TEXT,
    text=TEXT,
    exists=st.booleans(),
    version=TEXT,
    problem=st.builds(MappingProblem, TEXT, NUMBERS, NUMBERS),
    entries=ENTRIES,
    pause_status=TEXT,
    choices=st.dictionaries(TEXT, st.lists(CHOICES, max_size=2).map(tuple), max_size=2),
    warnings=ISSUES,
    notes=ISSUES,
    folder_id=st.none() | NUMBERS,
    workspace_id=TEXT,
)
STATUSES = st.sampled_from(["", *RowStatus])
TESTED = st.builds(TestedRow, TEXT, STATUSES, STATUSES, TEXT)
DETAILS: dict[str, Any] = {
    "mappings": MAPPINGS,
    "test": st.builds(
        MappingTest, TEXT, COUNTS, COUNTS, st.lists(TESTED, max_size=2).map(tuple), ISSUES
    ),
    "save": st.builds(SavedMappings, TEXT, TEXT, TEXT, st.none() | NUMBERS, TEXT),
    "validate": st.builds(PlanFacts, st.booleans(), NUMBERS),
    "pull": st.builds(PullFacts, GIT_PLACES, TEXT),
    "info": INFORMATION,
    "import": st.none(),
}


def outcomes(kind: str) -> Any:
    return st.builds(
        Outcome,
        status=st.sampled_from(ReportStatus),
        counts=COUNTS,
        states=st.dictionaries(st.sampled_from(RowState), COUNTS),
        issues=ISSUES,
        unmapped=st.lists(
            st.builds(UnmappedName, TEXT, TEXT, TEXTS, TEXTS, TEXT, TEXT), max_size=2
        ).map(tuple),
        details=DETAILS[kind] | st.none(),
        mode=TEXT,
        message=ANY_TEXT,
    )


ENTRIES = st.builds(
    HistoryEntry,
    TEXT,
    kind=TEXT,
    actor=ANY_TEXT,
    mode=TEXT,
    started=st.floats(0, 10**10),
    seconds=st.floats(0, 10**6),
    outcome=st.sampled_from([*Ending, "beamed"]),
    counts=COUNTS,
    message=ANY_TEXT,
)
KEPT: list[tuple[Any, Any]] = [
    (GRID_ROWS, GridRow.from_json),
    (st.builds(RecordedRow, GRID_ROWS, st.none() | REPORT_ROWS), RecordedRow.from_json),
    (REPORT_ROWS, ReportRow.from_json),
    (ENTRIES, HistoryEntry.from_json),
    *((outcomes(kind), partial(Outcome.from_json, kind=kind)) for kind in DETAILS),
]
KEPT_IDS = ("grid row", "recorded row", "report row", "entry", *DETAILS)


@pytest.mark.parametrize(("values", "read"), KEPT, ids=KEPT_IDS)
@given(data=st.data())
@settings(max_examples=60)
def test_what_is_kept_is_read_as_it_was(values, read, data):
    value = data.draw(values)
    assert read(json.loads(json.dumps(value.as_json()))) == value


@pytest.mark.parametrize(("values", "read"), KEPT, ids=KEPT_IDS)
@given(data=st.data())
@settings(max_examples=60)
def test_a_damaged_document_is_read_or_refused_and_its_field_is_named(values, read, data):
    document = data.draw(values).as_json()
    name = data.draw(st.sampled_from(sorted(document)))
    damaged = {**document, name: data.draw(SCALARS | st.just([1]) | st.just({"x": "y"}))}
    try:
        read(damaged)
    except InvalidJsonError as error:
        assert "should be" in error.message or name in error.message


@pytest.mark.parametrize(("_values", "read"), KEPT, ids=KEPT_IDS)
@pytest.mark.parametrize("document", [None, 1, "x", [], [{}]])
def test_what_is_no_object_is_refused(_values, read, document):
    with pytest.raises(InvalidJsonError, match="should be a JSON object"):
        read(document)
