const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/csv.js");

const {fileName, cell} = jobsync.csv;
const NOW = new Date("2026-03-04T05:06:07.890Z");

test("a file says which workspace, what and when", () => {
  assert.equal(fileName("PROD", "validate", NOW), "PROD-validate-shown-20260304T050607Z.csv");
});

test("a workspace's name is a name that every system takes", () => {
  const name = fileName("http://a b/c?", "pull", NOW);
  assert.equal(name, "http-a-b-c-pull-shown-20260304T050607Z.csv");
  assert.match(fileName("…", "pull", NOW), /^workspace-pull-/);
});

test("no cell is a formula", () => {
  for (const first of "=+-@\t\r\n\0＝＋－＠") assert.equal(cell(`${first}1`), `'${first}1`);
});

test("other values are texts as they stand, nothing is empty", () => {
  const values = ["a=1", 0, false, null, undefined, ""];
  assert.deepEqual(values.map(cell), ["a=1", "0", "false", "", "", ""]);
});
