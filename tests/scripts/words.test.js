const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/words.js");

const {fill, counted} = jobsync.words;
test("a number is written with its thousands apart", () => {
  assert.equal(counted({one: "1 job", other: "{n} jobs"}, 12345), "12,345 jobs");
});

const JOBS = {one: "{n} job of {place}", other: "{n} jobs of {place}"};

test("one has a form of its own, none and many have the other", () => {
  const said = [0, 1, 2].map(n => counted(JOBS, n, {place: "DEV"}));
  assert.deepEqual(said, ["0 jobs of DEV", "1 job of DEV", "2 jobs of DEV"]);
});

test("what a value says is text, even when it looks like a gap", () => {
  assert.equal(counted(JOBS, 1, {place: "{n} $& {place}"}), "1 job of {n} $& {place}");
});

test("a gap without a value stays", () => {
  assert.equal(fill("{a} {toString} {b}", {a: 1}), "1 {toString} {b}");
});
