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

test("no cell is a formula, and none that is text becomes a number", () => {
  for (const [text, expected] of require("./csv-cells.json")) assert.equal(cell(text), expected);
});

test("numbers are numbers, nothing is empty", () => {
  const values = [0, 1.5, false, null, undefined];
  assert.deepEqual(values.map(cell), ["0", "1.5", "false", "", ""]);
});
