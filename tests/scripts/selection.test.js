const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/words.js");
require("../../assets/logic/selection.js");

const {isTickedAtFirst, unticked, selectedNames, missingNeeds, tally, buttonState} =
  jobsync.selection;
const TEXTS = {tick: "tick some of {n}", hidden: {one: "{n} is hidden", other: "{n} are hidden"}};

function entry(job, {isSelected = false, isShown = true, ...row} = {}) {
  const usual = {pick: "import", preselected: true, status: "changed", needs: []};
  return {row: {key: `key-${job}`, job, ...usual, ...row}, isSelected, isShown};
}
const selected = (job, more = {}) => entry(job, {...more, isSelected: true});

test("what can be imported is ticked at first, what can be removed is not", () => {
  const row = {key: "1", pick: "import", preselected: true};
  assert.equal(isTickedAtFirst(row, new Set(), "import"), true);
  assert.equal(isTickedAtFirst({key: "1", pick: "remove"}, new Set(), "import"), false);
  assert.equal(isTickedAtFirst({key: "1", pick: ""}, new Set(), "import"), false);
});

test("what was changed here is not ticked at first", () => {
  const row = {key: "1", pick: "import", preselected: false};
  assert.equal(isTickedAtFirst(row, new Set(), "import"), false);
});

test("what the user had unticked is not ticked at first", () => {
  const row = {key: "1", pick: "import", preselected: true};
  assert.equal(isTickedAtFirst(row, new Set(["1"]), "import"), false);
});

test("what needs a tick of its own is not ticked at first", () => {
  for (const pick of ["import", "remove", "restore"]) {
    const row = {key: "1", job: "load", pick, doubt: "It has moved."};
    assert.equal(isTickedAtFirst(row, new Set(), pick), false, pick);
  }
});

test("of a restore all is ticked at first, or the one job that was asked for", () => {
  const row = {key: "1", job: "load", pick: "restore", doubt: ""};
  assert.equal(isTickedAtFirst(row, new Set(), "restore"), true);
  assert.equal(isTickedAtFirst(row, new Set(), "restore", "load"), true);
  assert.equal(isTickedAtFirst(row, new Set(), "restore", "report"), false);
  assert.equal(isTickedAtFirst({...row, doubt: "Moved."}, new Set(), "restore", "load"), false);
});

test("only jobs to import are remembered as unticked", () => {
  const entries = [entry("a"), selected("b"), entry("c", {pick: "remove"})];
  assert.deepEqual(unticked(entries, "import"), ["key-a"]);
  assert.deepEqual(unticked(entries, "remove"), ["key-c"]);
});

test("names are selected for an import or for a removal, never for both", () => {
  const entries = [selected("a"), selected("b", {pick: "remove"}), entry("c")];
  assert.deepEqual(selectedNames(entries, "import"), ["a"]);
  assert.deepEqual(selectedNames(entries, "remove"), ["b"]);
});

test("a job that a selected one runs is missing", () => {
  assert.deepEqual(missingNeeds([selected("a", {needs: ["b"]}), entry("b")]), ["key-b"]);
});

test("what is needed through another job is missing as well", () => {
  const entries = [selected("a", {needs: ["b"]}), entry("b", {needs: ["c"]}), entry("c")];
  assert.deepEqual(missingNeeds(entries), ["key-b", "key-c"]);
});

test("jobs that run each other are each found once", () => {
  const entries = [selected("a", {needs: ["b"]}), entry("b", {needs: ["a", "b"]})];
  assert.deepEqual(missingNeeds(entries), ["key-b"]);
});

test("nothing is missing that is selected, unchanged, to be removed or unknown", () => {
  const entries = [
    selected("a", {needs: ["b", "same", "gone", "nowhere"]}),
    selected("b"),
    entry("same", {pick: ""}),
    entry("gone", {pick: "remove"}),
  ];
  assert.deepEqual(missingNeeds(entries), []);
});

test("a job that was changed here can be run as it is, one that was deleted here cannot", () => {
  const moved = {preselected: false, status: "changed"};
  const gone = {preselected: false, status: "new"};
  const entries = [selected("a", {needs: ["b", "c"]}), entry("b", moved), entry("c", gone)];
  assert.deepEqual(missingNeeds(entries), ["key-c"]);
});

test("a job of thousands that run each other is found in one go", () => {
  const chain = Array.from({length: 5000}, (_, at) => entry(`${at}`, {needs: [`${at + 1}`]}));
  chain[0].isSelected = true;
  assert.equal(missingNeeds(chain).length, 4999);
});

test("what is selected is counted with what a filter hides", () => {
  const entries = [
    selected("a"),
    selected("b", {isShown: false}),
    entry("c"),
    entry("d", {isShown: false}),
    selected("e", {pick: "remove"}),
  ];
  assert.deepEqual(tally(entries, "import"), {pickable: 4, selected: 2, hidden: 1});
});

test("the server's reason comes first", () => {
  const state = buttonState("Wait.", {pickable: 2, selected: 2, hidden: 1}, "nothing", TEXTS);
  assert.deepEqual(state, {reason: "Wait.", note: "Wait."});
});

test("without a selection a button says what to tick, or that there is nothing", () => {
  const none = {pickable: 0, selected: 0, hidden: 0};
  assert.deepEqual(buttonState("", none, "nothing", TEXTS), {reason: "nothing", note: "nothing"});
  const state = buttonState("", {...none, pickable: 3}, "nothing", TEXTS);
  assert.deepEqual(state, {reason: "tick some of 3", note: "tick some of 3"});
});

test("with a selection a button may be pressed, and says what is hidden of it", () => {
  const count = {pickable: 5, selected: 3, hidden: 0};
  assert.deepEqual(buttonState("", count, "", TEXTS), {reason: "", note: ""});
  const note = hidden => buttonState("", {...count, hidden}, "", TEXTS).note;
  assert.deepEqual([note(1), note(2)], ["1 is hidden", "2 are hidden"]);
});
