process.env.TZ = "Europe/Oslo";
const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/times.js");

const {compare, local, short, utc} = jobsync.times;

test("a moment is shown in the zone of who looks", () => {
  assert.equal(local("2026-11-27T23:30:05Z"), "2026-11-28 00:30:05");
  assert.equal(local("2026-07-01T04:00:00Z"), "2026-07-01 06:00:00");
});

test("seconds are left out when there are none", () => {
  assert.equal(short("2026-11-27T04:00:00Z"), "2026-11-27 05:00");
  assert.equal(short("2026-11-27T04:00:36Z"), "2026-11-27 05:00:36");
});

test("the tooltip has it in UTC", () => {
  assert.equal(utc("2026-11-27T04:00:00Z"), "2026-11-27 04:00:00 UTC");
});

test("what is no moment stays as it is", () => {
  for (const text of ["", "soon", undefined, null, "2026-99-27T04:00:00Z"]) {
    assert.equal(local(text), text);
    assert.equal(short(text), text);
    assert.equal(utc(text), text);
  }
});

test("moments are in order, and rows without one come last both ways", () => {
  const moments = ["", "2026-11-28T00:00:00Z", "2026-11-27T00:00:00Z", ""];
  const [early, late] = [moments[2], moments[1]];
  assert.deepEqual(
    moments.toSorted((a, b) => compare(a, b, false)),
    [early, late, "", ""],
  );
  // the grid turns the answer round when it sorts downwards
  assert.deepEqual(
    moments.toSorted((a, b) => -compare(a, b, true)),
    [late, early, "", ""],
  );
});
