const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/removal.js");
require("../../assets/logic/asking.js");

const {carriedOut, doubtful, grouped, isConfirmed} = jobsync.asking;

const row = (job, status, doubt = "") => ({key: `key-${job}`, job, status, doubt});
const ROWS = [
  row("gone", "new"),
  row("load", "changed"),
  row("old", "renamed"),
  row("made", "deleted"),
  row("moved", "changed", "It was changed here."),
  row("grown", "deleted", "It was changed here."),
];
const names = rows => rows.map(one => one.job);

test("rows with a doubt are left as they are until they are ticked", () => {
  assert.deepEqual(names(doubtful(ROWS)), ["moved", "grown"]);
  assert.deepEqual(names(carriedOut(ROWS, new Set())), ["gone", "load", "old", "made"]);
  const all = carriedOut(ROWS, new Set(["key-moved", "key-grown"]));
  assert.deepEqual(names(all), names(ROWS));
});

test("a tick is for its own row alone", () => {
  assert.deepEqual(names(carriedOut(ROWS, new Set(["key-moved"]))).at(-1), "moved");
  assert.deepEqual(names(carriedOut(ROWS, new Set(["moved", "key-load"]))).at(-1), "made");
});

test("a restore says which jobs are created again, set back and removed", () => {
  const groups = grouped(carriedOut(ROWS, new Set(["key-grown"])));
  assert.deepEqual(names(groups.creates), ["gone"]);
  assert.deepEqual(names(groups.setsBack), ["load", "old"]);
  assert.deepEqual(names(groups.removes), ["made", "grown"]);
});

test("only the jobs that a restore removes are counted and typed", () => {
  assert.equal(isConfirmed("", 3, 0), true);
  assert.equal(isConfirmed("", 3, 1), false);
  assert.equal(isConfirmed("3", 3, 1), false);
  assert.equal(isConfirmed("1", 3, 1), true);
  assert.equal(isConfirmed("0", 0, 0), false);
});
