const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/words.js");
require("../../assets/logic/mapping-values.js");
require("../../assets/logic/mappings.js");

const {keyOf, staged, without, rebased, rowsOf, tallies, toSend, pending, isTaken, readDraft} =
  jobsync.mappings;
const PLACE = "compute_name_mappings.cluster_name_mappings";

function entry(name, value, {section = PLACE, state = "fine", jobs = 1, line = 3} = {}) {
  return {section, name, value, state, jobs, line};
}
const edit = (name, value, more = {}) => ({section: PLACE, name, value, ...more});
const FILE = [entry("etl", "etl-prod"), entry("ml", "ml-prod")];

test("an edit of an entry remembers what the file held", () => {
  const [made] = staged([], edit("etl", "other"), FILE);
  assert.deepEqual(
    [made.name, made.value, made.before, made.isRemoved],
    ["etl", "other", "etl-prod", false],
  );
});

test("a second edit of an entry replaces the first and keeps what the file held", () => {
  const once = staged([], edit("etl", "other"), FILE);
  const twice = staged(once, edit("etl", "third"), FILE);
  assert.equal(twice.length, 1);
  assert.deepEqual([twice[0].value, twice[0].before], ["third", "etl-prod"]);
});

test("an edit that leaves the file as it is goes away", () => {
  const once = staged([], edit("etl", "other"), FILE);
  assert.deepEqual(staged(once, edit("etl", "etl-prod"), FILE), []);
  assert.deepEqual(staged([], edit("etl", "etl-prod", {newName: "etl"}), FILE), []);
});

test("a rename alone is a change", () => {
  const [made] = staged([], edit("etl", "etl-prod", {newName: "load"}), FILE);
  assert.equal(made.newName, "load");
});

test("a new entry has no other name than its own, and removing it leaves nothing", () => {
  const added = staged([], edit("new", "x"), FILE);
  const renamed = staged(added, edit("new", "x", {newName: "newer"}), FILE);
  assert.deepEqual(
    renamed.map(({name, newName}) => [name, newName]),
    [["newer", ""]],
  );
  assert.deepEqual(staged(added, edit("new", undefined, {isRemoved: true}), FILE), []);
});

test("one edit can be undone", () => {
  const edits = staged(staged([], edit("etl", "a"), FILE), edit("ml", "b"), FILE);
  assert.deepEqual(
    without(edits, keyOf(edits[0])).map(({name}) => name),
    ["ml"],
  );
});

test("names that differ only in where they end are two entries", () => {
  assert.notEqual(keyOf({section: "a.b", name: "c"}), keyOf({section: "a", name: "b.c"}));
  assert.notEqual(keyOf({section: 'a","b', name: ""}), keyOf({section: "a", name: "b"}));
});

test("the rows of a section are those of the file, then the new ones", () => {
  let edits = staged([], edit("new", "x"), FILE);
  edits = staged(edits, edit("etl", "other"), FILE);
  edits = staged(edits, edit("ml", undefined, {isRemoved: true}), FILE);
  assert.deepEqual(
    rowsOf(PLACE, FILE, edits).map(({name, value, change}) => [name, value, change]),
    [
      ["etl", "other", "changed"],
      ["ml", "ml-prod", "removed"],
      ["new", "x", "added"],
    ],
  );
  assert.deepEqual(rowsOf("run_as_mappings", FILE, edits), []);
});

test("what was saved, or made by somebody else as well, is no edit any longer", () => {
  const edits = staged(staged([], edit("new", "x"), FILE), edit("etl", "other"), FILE);
  assert.deepEqual(rebased(edits, [entry("etl", "other"), entry("new", "x")]), []);
  const removed = staged([], edit("ml", undefined, {isRemoved: true}), FILE);
  assert.deepEqual(rebased(removed, [entry("etl", "etl-prod")]), []);
  const renamed = staged([], edit("etl", "etl-prod", {newName: "load"}), FILE);
  assert.deepEqual(rebased(renamed, [entry("load", "etl-prod")]), []);
});

test("an edit of an entry that somebody else changed is in conflict", () => {
  const edits = rebased(staged([], edit("etl", "mine"), FILE), [entry("etl", "theirs")]);
  const [row] = rowsOf(PLACE, [entry("etl", "theirs")], edits);
  assert.deepEqual([row.value, row.before, row.isConflict], ["mine", "theirs", true]);
});

test("an edit of an entry that somebody else left alone is in no conflict", () => {
  const other = [entry("etl", "etl-prod"), entry("theirs", "x")];
  const edits = rebased(staged([], edit("etl", "mine"), FILE), other);
  assert.equal(rowsOf(PLACE, other, edits)[0].isConflict, false);
});

test("a new entry that somebody else added with another value is in conflict", () => {
  const other = [entry("new", "theirs")];
  const edits = rebased(staged([], edit("new", "mine"), FILE), other);
  const [row] = rowsOf(PLACE, other, edits);
  assert.deepEqual([row.change, row.isConflict], ["changed", true]);
});

test("an edit of an entry that somebody else removed adds it under its new name", () => {
  const edits = rebased(staged([], edit("etl", "x", {newName: "load"}), FILE), []);
  assert.deepEqual(
    edits.map(({name, newName}) => [name, newName]),
    [["load", ""]],
  );
});

test("sections count entries, those that need a look, unused and unsaved ones", () => {
  const entries = [
    ...FILE,
    entry("a", "x", {state: "missing"}),
    entry("b", "x", {state: "shadowed"}),
    entry("c", "x", {state: "unused"}),
  ];
  const found = tallies(entries, [edit("new", "x"), {...edit("y", "z"), section: "jobs.exclude"}]);
  assert.deepEqual(found.get(PLACE), {all: 5, bad: 2, unused: 1, unsaved: 1});
  assert.deepEqual(found.get("jobs.exclude"), {all: 0, bad: 0, unused: 0, unsaved: 1});
});

test("ten thousand entries are counted and shown at once", () => {
  const entries = Array.from({length: 10_000}, (_, at) => entry(`name ${at}`, "x"));
  const edits = entries.slice(0, 1000).map(({name}) => edit(name, "y"));
  const begun = performance.now();
  tallies(entries, edits);
  assert.equal(rowsOf(PLACE, entries, edits).length, 10_000);
  rebased(edits, entries);
  assert.ok(performance.now() - begun < 1000);
});

test("edits are sent as the server takes them", () => {
  assert.deepEqual(
    toSend([
      edit("a", "x", {newName: "b"}),
      edit("c", undefined, {newName: "", isRemoved: true}),
      edit("d", undefined, {newName: ""}),
    ]),
    [
      {section: PLACE, name: "a", new_name: "b", value: "x"},
      {section: PLACE, name: "c", new_name: "", removed: true},
      {section: PLACE, name: "d", new_name: "", value: null},
    ],
  );
});

test("a name is mapped by an edit, or by an entry whose target is here", () => {
  const unmapped = ["etl", "ml", "new", "job"].map(name => ({
    name,
    section: name === "job" ? "" : PLACE,
  }));
  const file = [entry("etl", "x"), entry("ml", "gone", {state: "missing"})];
  const found = pending(unmapped, [edit("new", "y")], file);
  assert.deepEqual(
    found.map(({name, isDone, edit: made}) => [name, isDone, Boolean(made)]),
    [
      ["etl", true, false],
      ["ml", false, false],
      ["new", false, true],
    ],
  );
});

test("a name is taken by another entry, not by one that goes away", () => {
  assert.equal(isTaken({section: PLACE, name: "ml"}, "etl", FILE, []), true);
  assert.equal(isTaken({section: PLACE, name: "etl"}, "etl", FILE, []), false);
  const removed = staged([], edit("ml", undefined, {isRemoved: true}), FILE);
  assert.equal(isTaken({section: PLACE, name: "ml"}, "etl", FILE, removed), false);
  const renamed = staged([], edit("ml", "ml-prod", {newName: "load"}), FILE);
  assert.equal(isTaken({section: PLACE, name: "load"}, "", FILE, renamed), true);
});

test("whatever else the browser remembered is no edit", () => {
  assert.deepEqual(readDraft(null), {edits: [], text: null});
  assert.deepEqual(readDraft({edits: "x", text: 5}), {edits: [], text: null});
  const kept = {edits: [edit("a", "b"), null, {section: 1}], text: "{}"};
  assert.deepEqual(readDraft(kept), {edits: [edit("a", "b")], text: "{}"});
});
