"""The section `value_mappings`: what is read, what is refused, and what is doubtful."""
# ruff: noqa: E501  a row of a table of messages is easier to read in one line

import json
from typing import Any

import json5
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import MappingFileError
from core.jobsettings.kinds import Kind
from core.mapping.mapping_file import DROPPABLE, Mappings, parse_mappings, section_of
from core.mapping.values.rules import ANYTHING, ValueRule, ValueSection

PATH = "/map.json"


def read(text: str) -> Mappings:
    return parse_mappings(text.encode(), PATH)


def rules_of(section: str) -> list[tuple[Any, ...]]:
    found = read(f"{{value_mappings: {{{section}}}}}").values.rules
    return [(rule.section, rule.name, rule.old, rule.new, rule.jobs) for rule in found]


def warnings_of(sections: str) -> str:
    return "\n".join(map(str, read(f"{{value_mappings: {{{sections}}}}}").warnings))


def refusal(text: str) -> str:
    with pytest.raises(MappingFileError) as caught:
        read(text)
    return caught.value.message


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ('paths: {"/a": "/b"}', [("paths", "/a", ANYTHING, "/b", "")]),
        ('catalogs: {"`dev-x`": "prod"}', [("catalogs", "`dev-x`", ANYTHING, "prod", "")]),
        (
            'schemas: {raw: "r", "dev.raw": "r2"}',
            [("schemas", "raw", ANYTHING, "r", ""), ("schemas", "dev.raw", ANYTHING, "r2", "")],
        ),
        (
            'parameters: {env: "", c: {"": "x", dev: "prod"}}',
            [
                ("parameters", "env", ANYTHING, "", ""),
                ("parameters", "c", "", "x", ""),
                ("parameters", "c", "dev", "prod", ""),
            ],
        ),
        (
            'emails: {"a@x": null, default: "o@x"}',
            [("emails", "a@x", ANYTHING, None, ""), ("emails", "default", ANYTHING, "o@x", "")],
        ),
        ('git_branches: {develop: "main"}', [("git_branches", "develop", ANYTHING, "main", "")]),
        ('git_urls: {"https://a": "b"}', [("git_urls", "https://a", ANYTHING, "b", "")]),
        ('node_types: {a: "b"}', [("node_types", "a", ANYTHING, "b", "")]),
        ('zones: {a: "b"}', [("zones", "a", ANYTHING, "b", "")]),
        (
            'tags: {a: "b", c: {d: "e"}}',
            [("tags", "a", ANYTHING, "b", ""), ("tags", "c", "d", "e", "")],
        ),
        ("fields: {x: 8}", [("fields", "x", ANYTHING, 8, "")]),
        ("fields: {x: null}", [("fields", "x", ANYTHING, None, "")]),
        ("fields: {x: []}", [("fields", "x", ANYTHING, [], "")]),
        ('fields: {x: ["a", 1]}', [("fields", "x", ANYTHING, ["a", 1], "")]),
        ("fields: {x: {from: false, to: null}}", [("fields", "x", False, None, "")]),
        (
            'fields: {x: [{to: 1, jobs: "n*"}, {from: [], to: 5}]}',
            [("fields", "x", ANYTHING, 1, "n*"), ("fields", "x", [], 5, "")],
        ),
    ],
)
def test_a_section_is_read(section, expected):
    assert rules_of(section) == expected


def test_rules_keep_the_order_of_the_file_and_their_lines():
    text = """{
      value_mappings: {
        tags: {cost: {
          a: "b",
          c: "d"}},
        paths: {"/a": "/b"},
        fields: {x: [{to: 1},
                     {from: 1, to: 2}]},
      },
    }"""
    found = read(text)
    assert [(rule.section, rule.line) for rule in found.values.rules] == [
        ("tags", 4),
        ("tags", 5),
        ("paths", 6),
        ("fields", 7),
        ("fields", 8),
    ]
    assert found.lines["value_mappings.tags", "cost"] == 3
    assert found.lines["value_mappings.fields", "x"] == 7


SECTIONS_OF_TEXTS = {
    "paths": "a path in quotes",
    "catalogs": "the name of a catalog in quotes",
    "schemas": "the name of a schema in quotes, without its catalog",
    "git_branches": "the name of a branch in quotes",
    "git_urls": "the URL of a repository in quotes",
    "node_types": "a node type in quotes",
    "zones": "a zone in quotes",
}
WRONG = {
    "5": "a number",
    "1.5": "a number",
    "true": "true or false",
    "[]": "a list",
    "{}": "an object",
}


@pytest.mark.parametrize("section", [*ValueSection])
@pytest.mark.parametrize("value", ["5", '"x"', "true", "[]", "null"])
def test_a_section_that_is_no_object_is_refused(section, value):
    message = refusal(f"{{\n value_mappings: {{{section}: {value}}}}}")
    column = len(f" value_mappings: {{{section}: ") + 1
    assert message.startswith(
        f"{PATH}: line 2, column {column}: value_mappings.{section} should be an object {{ … }}, but"
    )


@pytest.mark.parametrize("value", ["5", '"x"', "[]", "null"])
def test_value_mappings_that_are_no_object_are_refused(value):
    assert refusal(f"{{value_mappings: {value}}}").startswith(
        f"{PATH}: line 1, column 18: value_mappings should be an object {{ … }}, but it is "
    )


@pytest.mark.parametrize(("section", "expected"), SECTIONS_OF_TEXTS.items())
@pytest.mark.parametrize(("value", "found"), [*WRONG.items(), ("null", "null")])
def test_a_target_of_another_shape_is_refused(section, expected, value, found):
    message = refusal(f"{{value_mappings: {{{section}: {{\n  k: {value}}}}}}}")
    assert message == (
        f"{PATH}: line 2, column 6: value_mappings.{section}.k should be {expected}, "
        f"but it is {found}."
    )


@pytest.mark.parametrize(("section", "expected"), SECTIONS_OF_TEXTS.items())
@pytest.mark.parametrize("value", ['""', '"  "'])
def test_an_empty_target_is_refused(section, expected, value):
    message = refusal(f"{{value_mappings: {{{section}: {{k: {value}}}}}}}")
    assert message.endswith(f"value_mappings.{section}.k should be {expected}.")


@pytest.mark.parametrize("section", [*ValueSection])
def test_an_entry_without_a_name_is_refused(section):
    assert refusal(f'{{value_mappings: {{{section}: {{"": "x"}}}}}}') == (
        f"{PATH}: line 1, column {len(section) + 22}: "
        f"value_mappings.{section} has an entry without a name."
    )


NAMED = 'a text in quotes, or an object of old and new texts such as {"dev": "prod"}'
FIELD = (
    "a value, a list of values, or an object such as {from: 1, to: 2} with to, and from and jobs "
    "where they are wanted; or a list of such objects"
)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("emails: {a: 1}", 31, "emails.a should be an address in quotes, or null to drop it, but it is a number."),
        ('emails: {a: ""}', 31, "emails.a should be an address in quotes, or null to drop it."),
        ("parameters: {a: 1}", 35, f"parameters.a should be {NAMED}, but it is a number."),
        ("parameters: {a: null}", 35, f"parameters.a should be {NAMED}, but it is null."),
        ("tags: {a: []}", 29, f"tags.a should be {NAMED}, but it is a list."),
        ("tags: {a: {}}", 29, f"tags.a should be {NAMED}, but the object is empty."),
        ("tags: {a: {b: null}}", 33, "tags.a: the new value should be a text in quotes, but it is null."),
        ('catalogs: {"a.b": "c"}', 30, "catalogs.a.b: the name should be that of a catalog, a single part."),
        ('catalogs: {"a": "b.c"}', 35, "catalogs.a should be the name of a catalog in quotes."),
        ('schemas: {"a.b.c": "d"}', 29, "schemas.a.b.c: the name should be SCHEMA or CATALOG.SCHEMA."),
        ('schemas: {"a.b": "c.d"}', 36, "schemas.a.b should be the name of a schema in quotes, without its catalog."),
        ("fields: {x: {}}", 31, "fields.x should say with `to` what the field becomes."),
        ("fields: {x: {from: 1}}", 31, "fields.x should say with `to` what the field becomes."),
        ("fields: {x: {to: {}}}", 36, "fields.x: to should be a value, a list of values, or null, but it is an object."),
        ("fields: {x: {to: [[]]}}", 36, "fields.x: to should be a value, a list of values, or null, but it is a list."),
        ("fields: {x: {to: NaN}}", 36, "fields.x: to should be a value, a list of values, or null, but JSON has no such number."),
        ("fields: {x: -Infinity}", 31, f"fields.x should be {FIELD}, but JSON has no such number."),
        ("fields: {x: {to: 1, from: null}}", 45, "fields.x: from should be a value or a list of values, but it is null."),
        ("fields: {x: {to: 1, from: {}}}", 45, "fields.x: from should be a value or a list of values, but it is an object."),
        ("fields: {x: {to: 1, jobs: 5}}", 45, "fields.x: jobs should be a pattern of job names in quotes, such as “nightly*”, but it is a number."),
        ('fields: {x: {to: 1, jobs: ""}}', 45, "fields.x: jobs should be a pattern of job names in quotes, such as “nightly*”."),
        ("fields: {x: {to: 1, form: 5}}", 39, f"fields.x should be {FIELD}, but it has “form”."),
        ("fields: {x: [{to: 1}, 5]}", 31, f"fields.x should be {FIELD}, but it is a list."),
        ("fields: {x: [[]]}", 31, f"fields.x should be {FIELD}, but it is a list."),
        ("fields: {x: [null]}", 31, f"fields.x should be {FIELD}, but it is a list."),
        ("fields: {x: [{to: 1}, {}]}", 41, "fields.x should say with `to` what the field becomes."),
    ],
)  # fmt: skip
def test_another_wrong_shape_is_refused_with_its_place(text, column, message):
    assert refusal(f"{{value_mappings: {{{text}}}}}") == (
        f"{PATH}: line 1, column {column}: value_mappings.{message}"
    )


NO_PATH = "this is not the path of a field. Copy one from the page, such as tasks[load].x."
REMOVED = "an element is removed by its value: use [*] with from, or map the whole list."


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("a..b", "1", NO_PATH),
        (".a", "1", NO_PATH),
        ("a.", "1", NO_PATH),
        ("a[", "1", NO_PATH),
        ("a]", "1", NO_PATH),
        ("a[x]b", "1", NO_PATH),
        ("name", '"x"', "the name says which job this is; it cannot be mapped."),
        ("run_as", "null", "use run_as_mappings for who a job runs as."),
        ("run_as.user_name", '"x"', "use run_as_mappings for who a job runs as."),
        ("tasks[a].task_key", '"x"', "task_key says which element of a list this is; it cannot be mapped."),
        ("job_clusters[*].job_cluster_key", '"x"', "job_cluster_key says which element of a list this is; it cannot be mapped."),
        ("parameters[a].name", '"x"', "name says which element of a list this is; it cannot be mapped."),
        ("tasks[a].health.rules[b].op", '"x"', "op says which element of a list this is; it cannot be mapped."),
        ("tasks[a].for_each_task.task.task_key", '"x"', "task_key says which element of a list this is; it cannot be mapped."),
        ("tasks", "[]", "tasks cannot be mapped as a whole; choose a field of an element."),
        ("tasks[a]", "null", "tasks cannot be mapped as a whole; choose a field of an element."),
        ("parameters", "null", "parameters cannot be mapped as a whole; choose a field of an element."),
        ("tasks[a].depends_on", "[]", "depends_on cannot be mapped as a whole; choose a field of an element."),
        ("tasks[a].existing_cluster_id", '"x"', "this field refers to a cluster, which is mapped by name: use compute_name_mappings.cluster_name_mappings."),
        ("tasks[*].run_job_task.job_id", "7", "this field refers to a job, which is mapped by name: use the name of the other job."),
        ("job_clusters[*].new_cluster.policy_id", "null", "this field refers to a cluster policy, which is mapped by name: use resource_name_mappings.cluster_policies."),
        ("tasks[a].sql_task", '"x"', "there are references by name below this field; it can only be removed (to: null)."),
        ("webhook_notifications.on_failure", '["x"]', "there are references by name below this field; it can only be removed (to: null)."),
        ("tasks[a].spark_python_task.parameters[0]", "null", REMOVED),
        ("tasks[a].spark_python_task.parameters[*]", "null", REMOVED),
    ],
)  # fmt: skip
def test_a_field_that_is_no_value_is_refused_with_what_to_use_instead(field, value, reason):
    message = refusal(f"{{value_mappings: {{fields: {{{json.dumps(field)}: {value}}}}}}}")
    assert message.endswith(f"value_mappings.fields.{field}: {reason}")
    assert message.startswith(f"{PATH}: line 1, column ")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tasks[a].sql_task", "null"),
        ("schedule", "null"),
        ("tasks[a].spark_python_task.parameters", '["x"]'),
        ("tasks[a].spark_python_task.parameters[0]", '"x"'),
        ("tasks[a].spark_python_task.parameters[*]", '{from: "x", to: null}'),
        ("tasks[a].sql_task.parameters.env", "null"),
        ('job_clusters[*].new_cluster.spark_conf["spark.x"]', "null"),
        ("email_notifications.on_failure", '["a@x"]'),
        ('["odd field"]', "1"),
        ("tags[env]", '"x"'),
    ],
)
def test_any_other_field_may_have_a_rule(field, value):
    assert len(rules_of(f"fields: {{{json.dumps(field)}: {value}}}")) == 1


@pytest.mark.parametrize(
    ("sections", "lines"),
    [
        ('paths: {"/a": "/b",\n"/b": "/a"}', (1, 2)),
        ('paths: {"/a": "/b/x",\n"/b": "/a"}', (1, 2)),
        ('paths: {"/Users/a": "/Workspace/Users/b",\n"/Users/b/": "/Users/a/"}', (1, 2)),
        ('catalogs: {a: "B",\nb: "c",\nC: "`A`"}', (1, 2, 3)),
        ('schemas: {a: "b",\nb: "a"}', (1, 2)),
        ('schemas: {"x.a": "b",\n"X.b": "A"}', (1, 2)),
        ('catalogs: {x: "y"}, schemas: {"x.a": "b",\n"y.b": "c", \n"y.c": "b"}', (2, 3)),
        ('emails: {"a@x": "B@x",\n"b@x": "A@x"}', (1, 2)),
        ('parameters: {e: {a: "b",\nb: "a"}}', (1, 2)),
        ('tags: {e: {a: "b",\nb: "a"}}', (1, 2)),
        ('git_branches: {a: "b",\nb: "a"}', (1, 2)),
        ('git_urls: {a: "b",\nb: "a"}', (1, 2)),
        ('node_types: {a: "b",\nb: "a"}', (1, 2)),
        ('zones: {a: "b",\nb: "a"}', (1, 2)),
        ("fields: {x: [{from: 1, to: 2.0},\n{from: 2, to: 1}]}", (1, 2)),
    ],
)
def test_a_circle_is_refused_with_all_of_its_lines(sections, lines):
    message = refusal(f"{{value_mappings: {{{sections}}}}}")
    first, *others = lines
    noun = "line" if len(others) == 1 else "lines"
    assert message.startswith(f"{PATH}: line {first}, column ")
    assert f"goes in a circle with {noun} {', '.join(map(str, others))}: " in message


CHAIN = (
    "makes a value that line 2 replaces, but each value is mapped only once. (/map.json, line 1)"
)
REPEATED = "is for the same value as line 2, which wins because it comes later. (/map.json, line 1)"


@pytest.mark.parametrize(
    "sections",
    [
        'paths: {"/a": "/b",\n"/b": "/c"}',
        'paths: {"/a": "/b",\n"/b/c": "/d"}',
        'paths: {"dbfs:/a": "/b",\n"/Workspace/b": "/c"}',
        'catalogs: {a: "B",\nb: "c"}',
        'catalogs: {dev: "prod"}, schemas: {\n"prod.raw": "x"}',
        'schemas: {"dev.raw": "r2",\nr2: "r3"}',
        'schemas: {raw: "r2",\n"dev.r2": "r3"}',
        'emails: {a: "b",\nb: null}',
        'emails: {default: "b",\nb: "c"}',
        'parameters: {e: {a: "b",\nb: "c"}}',
        'node_types: {a: "b",\nb: "c"}',
        "fields: {x: [{from: 1, to: 2},\n{from: 2, to: 3}]}",
        'fields: {"tasks[*].x": {from: 1, to: 2},\n"tasks[a].x": {from: 2, to: 1}}',
        'fields: {"tasks[*].x": 2,\n"tasks[a].x": {from: 2, to: 1}}',
        'fields: {x: [{from: 1, to: 2, jobs: "a*"},\n{from: 2, to: 3, jobs: "*b"}]}',
        'fields: {"git_source.git_branch": {from: "a", to: "b"}}, git_branches: {\nb: "c"}',
        'fields: {"parameters[p].default": {from: "a", to: "b"}}, parameters: {p: {\nb: "c"}}',
        'fields: {"tasks[*].notebook_task.notebook_path": {from: "a", to: "/b"}}, paths: {\n"/b": "c"}',
        'fields: {"email_notifications.on_start[*]": {from: "a", to: "b"}}, emails: {\nb: "c"}',
    ],
)
def test_a_chain_is_a_warning_with_its_lines(sections):
    assert CHAIN in warnings_of(sections)


@pytest.mark.parametrize(
    "sections",
    [
        'paths: {"/a": "/b",\n"/a/": "/c"}',
        'paths: {"/Users/a": "/b",\n"/Workspace/Users/a": "/c"}',
        'catalogs: {a: "b",\nA: "c"}',
        'schemas: {"x.a": "b",\n"X.`A`": "c"}',
        'emails: {"a@x": "b",\n"A@x": null}',
        "fields: {x: [{to: 1},\n{to: 2}]}",
        "fields: {x: [{from: 1, to: 3},\n{from: 1.0, to: 2}]}",
        'fields: {x: [{to: 1, jobs: "a*"},\n{to: 2, jobs: "*b"}]}',
        'fields: {"tasks[a].libraries[*].whl": "x",\n"tasks[*].libraries[0].whl": "y"}',
    ],
)
def test_a_contradiction_is_a_warning_with_its_lines(sections):
    assert REPEATED in warnings_of(sections)


@pytest.mark.parametrize(
    "sections",
    [
        'paths: {"/a": "/a"}',
        'paths: {"/a": "/a/b"}',
        'paths: {"/a": "/b", "/b": "/b"}',
        'paths: {"/a": "/b", "/a/": "/b/"}',
        'paths: {"/a": "/c/d", "/c": "/c/d"}',
        'paths: {"/a": "/bc", "/b": "/d"}',
        'catalogs: {a: "A"}',
        'catalogs: {a: "b", A: "B", b: "b"}',
        'catalogs: {dev: "prod"}, schemas: {"dev.raw": "r"}',
        'schemas: {raw: "raw", "dev.raw": "r2"}',
        'emails: {a: "b", default: "b"}',
        'emails: {a: "b", c: "b", b: "B"}',
        'parameters: {e: "b", f: {b: "c"}}',
        "fields: {x: [{from: 1, to: 5}, {to: 3}]}",
        'fields: {x: [{from: 1, to: 2, jobs: "a*"}, {from: 2, to: 1, jobs: "b*"}]}',
        'fields: {"tasks[a].x": {from: 1, to: 2}, "tasks[b].x": {from: 2, to: 1}}',
        'fields: {"tasks[a].x": 1, "tasks[*].x": {from: 1, to: 2}}',
        'fields: {"parameters[p].default": {from: "a", to: "b"}}, parameters: {p: "c"}',
        "fields: {x: [{to: 1}, {to: 1}]}",
    ],
)
def test_what_is_clear_is_no_warning(sections):
    assert warnings_of(sections) == ""


def test_an_unknown_section_is_a_warning():
    assert "“value_mappings.path” is not a known key and is ignored." in warnings_of("path: {}")


# --- many rules, hostile rules -------------------------------------------------------------------


@pytest.mark.slow
def test_thousands_of_rules_of_every_section_are_read():
    many, fewer = range(10_000), range(2000)
    texts = [
        "paths: {" + ",".join(f'"/a/{n}": "/b/{n % 7}"' for n in many) + "}",
        "paths: {" + ",".join(f'"/a/{n}": "/a"' for n in fewer) + "}",
        "schemas: {" + ",".join(f'"c{n % 99}.s{n}": "s{n + 1}"' for n in fewer) + "}",
        "catalogs: {" + ",".join(f'c{n}: "c{n + 1}"' for n in fewer) + "}",
        "emails: {" + ",".join(f'"a{n}": "a{n + 1}"' for n in fewer) + "}",
        "parameters: {p: {" + ",".join(f'v{n}: "v{n + 1}"' for n in many) + "}}",
        "fields: {x: [" + ",".join(f"{{from: {n}, to: {n + 1}}}" for n in fewer) + "]}",
        "fields: {x: [" + ",".join(f'{{to: {n}, jobs: "{n}*"}}' for n in many) + "]}",
        "fields: {" + ",".join(f'"tasks[t{n}].x": {{from: 1, to: {n}}}' for n in many) + "}",
        "fields: {" + ",".join(f'"tasks[*].x{n}": 1' for n in fewer) + "}",
    ]
    for text in texts:
        assert len(read(f"{{value_mappings: {{{text}}}}}").values.rules) in {10_000, 2000}


def test_a_long_chain_is_followed_to_its_end():
    rules = ",".join(f'c{n}: "c{n + 1}"' for n in range(5_000))
    assert "goes in a circle" in refusal(
        f'{{value_mappings: {{catalogs: {{{rules}, c5000: "c0"}}}}}}'
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.text(max_size=6) | st.sampled_from(["tasks[a].x", "a.b", "`a`", "default", "/a", "name"])


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from([*ValueSection]), st.dictionaries(NAMES, JSON, max_size=3)))
@settings(max_examples=300)
def test_any_shape_is_read_or_refused_with_its_place(document):
    text = json5.dumps({"value_mappings": document}, quote_keys=True)
    try:
        assert all(isinstance(rule, ValueRule) for rule in read(text).values.rules)
    except MappingFileError as error:
        assert error.message.startswith(f"{PATH}: line 1, column ")


# --- files without the new sections --------------------------------------------------------------

TARGETS = st.text(min_size=1, max_size=5) | st.fixed_dictionaries(
    {"id": st.text(min_size=1, max_size=4)}
)
OLD_FILES = st.fixed_dictionaries(
    {},
    optional={
        "run_as_mappings": st.dictionaries(
            st.text(max_size=5), st.fixed_dictionaries({"user_name": st.text("ab", min_size=1)})
        ),
        "pause_status": st.sampled_from(["from_git", "keep_target", "new_paused"]),
        "unknown": st.text(max_size=5) | st.lists(st.integers()),
        **{
            group: st.fixed_dictionaries(
                {},
                optional={
                    kind.section.key: st.dictionaries(
                        st.text(max_size=5),
                        TARGETS | st.none() if kind in DROPPABLE else TARGETS,
                        max_size=3,
                    )
                    for kind in Kind
                    if kind.section and kind.section.group == group
                },
            )
            for group in ("compute_name_mappings", "resource_name_mappings")
        },
    },
)


@pytest.mark.slow
@given(OLD_FILES, st.booleans(), st.none() | st.integers(0, 2))
@settings(max_examples=200)
def test_a_file_without_the_new_sections_means_what_the_json5_library_reads(
    document, quoted, indent
):
    # The library reads two escapes of one character as two characters, so none are written.
    text = json5.dumps(
        document, quote_keys=quoted, indent=indent, trailing_commas=True, ensure_ascii=False
    )
    found, expected = read(text), json5.loads(text)
    assert (found.values.rules, bool(found.selection)) == ((), False)
    assert found.pause == expected.get("pause_status", "from_git")
    assert {name: principal.as_json() for name, principal in found.run_as.items()} == (
        expected.get("run_as_mappings", {})
    )
    for kind, names in found.names.items():
        group, key = section_of(kind).split(".")
        written = expected.get(group, {}).get(key, {})
        assert {
            name: {"id": target.resource_id} if hasattr(target, "resource_id") else target
            for name, target in names.items()
        } == written
