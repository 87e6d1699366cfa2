const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/words.js");
require("../../assets/logic/mapping-values.js");
require("../../assets/logic/choices.js");

const {shown, formOf, valueIn, candidateValue, chosenValue, choicesOf, isEqual} =
  jobsync.mappingValues;
const {offered, moved} = jobsync.choices;
const APPLICATION = "7d9e0d0c-1111-4a4a-9a9a-000000000001";
const TEXTS = {
  mappingDropped: "(left out)",
  mappingId: "id {name}",
  mappingUser: "user {name}",
  mappingService: "service principal {name}",
  mappingGroup: "group {name}",
  mappingForJobs: "{what} (jobs {jobs})",
  mappingNoTarget: "no target",
  mappingMixedRules: "mixed",
  mappingSameOld: "same",
};

const VALUES = [
  ["name", "etl"],
  ["name", {id: "77"}],
  ["droppable", null],
  ["principal", {user_name: "ana"}],
  ["principal", {service_principal_name: APPLICATION}],
  ["principal", {group_name: "admins"}],
  ["text", "/Workspace/prod"],
  ["email", "ops@x"],
  ["email", null],
  ["policy", "new_paused"],
  ["rules", "prod"],
  ["rules", {dev: "prod", dev_eu: "prod_eu"}],
  ["fields", 8],
  ["fields", "8"],
  ["fields", "eight"],
  ["fields", true],
  ["fields", [1, "a"]],
  ["fields", {from: 60, to: 3600}],
  ["fields", {to: null}],
  ["fields", {from: "", to: "x"}],
  [
    "fields",
    [
      {to: 1, jobs: "nightly*"},
      {from: 1, to: 5},
    ],
  ],
];

for (const [shape, value] of VALUES) {
  test(`a form keeps ${shape} ${JSON.stringify(value)} as it is`, () => {
    assert.deepEqual(valueIn(formOf(value, shape), shape, TEXTS), {value});
  });
}

test("an identity is shown as the list has it", () => {
  const value = {service_principal_name: APPLICATION};
  const choices = [{label: "etl-prod · 7d9e (service principal)", value}];
  assert.equal(shown({...value}, "principal", TEXTS, choices), choices[0].label);
  assert.equal(shown({group_name: "x"}, "principal", TEXTS, choices), "group x");
});

test("values are shown in words", () => {
  const words = VALUES.map(([shape, value]) => shown(value, shape, TEXTS));
  assert.deepEqual(words.slice(0, 6), [
    "etl",
    "id 77",
    "(left out)",
    "user ana",
    `service principal ${APPLICATION}`,
    "group admins",
  ]);
  assert.equal(shown({dev: "prod", a: "b"}, "rules", TEXTS), "dev → prod, a → b");
  assert.equal(
    shown(
      [
        {to: 1, jobs: "n*"},
        {from: 1, to: 5},
      ],
      "fields",
      TEXTS,
    ),
    "1 (jobs n*), 1 → 5",
  );
  assert.equal(shown(undefined, "name", TEXTS), "");
  assert.equal(shown("{name} {jobs}", "name", TEXTS), "{name} {jobs}");
});

test("what a form lacks is said", () => {
  const problem = (form, shape) =>
    valueIn({...formOf(undefined, shape), ...form}, shape, TEXTS).problem;
  const rule = (from, to, jobs = "") => ({from, to, jobs});
  assert.equal(problem({}, "name"), "no target");
  assert.equal(problem({}, "rules"), "no target");
  assert.equal(problem({rules: [rule("", "")]}, "fields"), "no target");
  assert.equal(problem({rules: [rule("1", "")]}, "fields"), "no target");
  assert.equal(problem({rules: [rule("", "a"), rule("b", "c")]}, "rules"), "mixed");
  assert.equal(problem({rules: [rule("a", "b"), rule("a", "c")]}, "rules"), "same");
  assert.equal(problem({way: "drop"}, "droppable"), undefined);
});

test("a candidate has the form of the line that the report suggests", () => {
  const name = {name: "bi", line: '"bi": {"id": "77"}'};
  assert.deepEqual(candidateValue(name, "88"), {id: "88"});
  assert.equal(candidateValue({name: "bi", line: '"bi": "x"'}, "y"), "y");
  assert.equal(candidateValue({name: "bi", line: "not JSON"}, "y"), "y");
});

test("what is chosen is the value behind its label, and free text is a name", () => {
  const choices = choicesOf(["etl", ["twin (id 7)", {id: "7"}]]);
  assert.deepEqual(chosenValue("twin (id 7)", "name", choices), {id: "7"});
  assert.equal(chosenValue("other", "name", choices), "other");
  assert.deepEqual(chosenValue("ana@x", "principal", []), {user_name: "ana@x"});
  assert.deepEqual(chosenValue(APPLICATION, "principal", []), {
    service_principal_name: APPLICATION,
  });
  assert.deepEqual(choicesOf(undefined), []);
});

test("values are equal whatever the order of their keys", () => {
  assert.equal(isEqual({a: 1, b: [1, {c: 2, d: 3}]}, {b: [1, {d: 3, c: 2}], a: 1}), true);
  assert.equal(isEqual([1, 2], [2, 1]), false);
  assert.equal(isEqual(null, undefined), false);
});

test("a list offers what begins with the text before what holds its words", () => {
  const labels = ["prod etl", "etl", "ETL big", "other"];
  assert.deepEqual(offered(labels, "etl"), ["etl", "ETL big", "prod etl"]);
  assert.deepEqual(offered(labels, "big etl"), ["ETL big"]);
  assert.deepEqual(offered(labels, "", ["other"]), ["other", "prod etl", "etl", "ETL big"]);
  assert.deepEqual(offered(labels, "none"), []);
});

test("a list of thousands offers a few", () => {
  const labels = Array.from({length: 5000}, (_, at) => `cluster ${at}`);
  assert.equal(offered(labels, "cluster").length, 50);
  assert.equal(offered(labels, "").length, 50);
});

test("arrow keys go around", () => {
  assert.equal(moved(-1, 1, 3), 0);
  assert.equal(moved(-1, -1, 3), 2);
  assert.equal(moved(2, 1, 3), 0);
  assert.equal(moved(0, -1, 3), 2);
  assert.equal(moved(-1, 1, 0), -1);
});
