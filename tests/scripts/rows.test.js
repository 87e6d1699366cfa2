const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/rows.js");

const {apart, merged} = jobsync.rows;
const row = (key, status, more = {}) => ({key, status, ...more});

test("unmanaged jobs stand apart", () => {
  const rows = [row("1", "new"), row("2", "unmanaged")];
  assert.deepEqual(apart(rows, "validate"), {main: [rows[0]], unmanaged: [rows[1]]});
});

test("a pull shows files, of which none stands apart", () => {
  const rows = [row("1", "unmanaged")];
  assert.deepEqual(apart(rows, "pull"), {main: rows, unmanaged: []});
});

test("a row that moved replaces what was known of it, others stay", () => {
  const known = [row("1", "new"), row("2", "new")];
  const moved = [row("2", "error"), row("3", "new")];
  assert.deepEqual(merged(known, moved), [known[0], ...moved]);
});
