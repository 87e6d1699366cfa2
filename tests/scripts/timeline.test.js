const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/timeline.js");

const {SLOTS, afterwards, lane, startsIn, busiest, secondsOf} = jobsync.timeline;
const NONE = [[], 0, 0];
const AT_ONE = [[0], 0, 0];
const AT_TWO = [[1], 0, 0];
const row = (key, more = {}) => ({
  key,
  job: `job ${key}`,
  status: "new",
  state: "",
  pick: "",
  ...more,
});
const found = rows => ({from: 900, times: [[60], [120], null, [0, 1, 14, 15, 1440]], rows});

test("forty jobs at two are forty in one slot", () => {
  const rows = Array.from({length: 40}, (_, at) => row(`${at}`));
  const sides = found(Object.fromEntries(rows.map(({key}) => [key, [AT_ONE, AT_TWO]])));
  const now = lane(sides, rows);
  assert.deepEqual([now.slots.length, now.slots[4], now.slots[8], now.jobs], [SLOTS, 40, 0, 40]);
  const after = lane(sides, rows, each => afterwards(sides, each, true));
  assert.deepEqual([after.slots[4], after.slots[8]], [0, 40]);
});

test("a job that starts often counts once in a slot", () => {
  const {slots, jobs} = lane(found({1: [[[3, 3], 0, 0], NONE]}), [row("1")]);
  assert.deepEqual([slots[0], slots[1], slots[96], jobs], [1, 1, 1, 1]);
});

test("what has no time is counted apart", () => {
  const sides = found({1: [[[2], 1, 2], NONE], 2: [[[], 1, 0], NONE]});
  const {untimed, paused, unread, jobs} = lane(sides, [row("1"), row("2"), row("3")]);
  assert.deepEqual([untimed, paused, unread, jobs], [2, 2, 1, 0]);
});

test("what is not selected stays as it is, and so does what failed", () => {
  const sides = found({1: [AT_ONE, AT_TWO]});
  const planned = row("1", {state: "planned", pick: "import"});
  assert.deepEqual(afterwards(sides, planned, true), AT_TWO);
  assert.deepEqual(afterwards(sides, planned, false), AT_ONE);
  for (const state of ["failed", "not_started"]) {
    assert.deepEqual(afterwards(sides, row("1", {state}), true), AT_ONE);
  }
  assert.deepEqual(afterwards(sides, row("1", {state: "done"}), false), AT_TWO);
  assert.deepEqual(afterwards(sides, row("1", {state: "done", status: "deleted"}), false), NONE);
  assert.deepEqual(afterwards(sides, row("9"), false), NONE);
});

test("the jobs of a slot are listed by time, then by name", () => {
  const sides = found({a: [[[3], 0, 0], NONE], b: [[[3], 0, 0], NONE], c: [AT_ONE, NONE]});
  const listed = startsIn(sides, [row("b"), row("a"), row("c")], 0);
  assert.deepEqual(
    listed.map(each => [each.row.key, each.minutes]),
    [
      ["a", [0, 1, 14]],
      ["b", [0, 1, 14]],
    ],
  );
});

test("the busiest slots come first", () => {
  assert.deepEqual(busiest([0, 2, 5, 2], 2), [
    {slot: 2, jobs: 5},
    {slot: 1, jobs: 2},
  ]);
  assert.equal(secondsOf(found({}), 2), 2700);
});
