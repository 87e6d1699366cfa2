const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/filters.js");

const {toggled, withStatus, withOrigin, isShown} = jobsync.filters;
const NEW = {filterType: "text", type: "equals", filter: "New"};

test("a second click on a chip shows all rows again", () => {
  assert.equal(toggled(undefined, "new"), "new");
  assert.equal(toggled("new", "new"), null);
  assert.equal(toggled("new", "error"), "error");
});

test("a status is filtered by its label; other columns keep their filters", () => {
  const model = {job: {filter: "a"}, status: {filter: "Changed"}};
  assert.deepEqual(withStatus(model, "New"), {job: {filter: "a"}, status: NEW});
  assert.deepEqual(withStatus(model, null), {job: {filter: "a"}});
  assert.deepEqual(model.status, {filter: "Changed"});
});

test("where a row was changed is filtered by beside its status", () => {
  const here = {filterType: "text", type: "equals", filter: "here"};
  const both = withOrigin(withStatus({}, "New"), "here");
  assert.deepEqual(both, {status: NEW, origin: here});
  assert.deepEqual(withOrigin(both, null), {status: NEW});
  assert.deepEqual(withStatus(both, null), {origin: here});
});

test("a grid without filters has none, or null", () => {
  assert.deepEqual(withStatus({}, "New"), {status: NEW});
  assert.deepEqual(withStatus(null, null), {});
});

test("what does not belong here is shown when its own label is filtered by", () => {
  const row = {status: "excluded", label: "Excluded"};
  assert.equal(isShown(row, undefined), false);
  assert.equal(isShown(row, "New"), false);
  assert.equal(isShown(row, "Excluded"), true);
  assert.equal(isShown({status: "new", label: "New"}, undefined), true);
});
