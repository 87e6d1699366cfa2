const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/graph.js");

const {arrowsOf, reached, drawn, packed, inColumns, legend, shortened} = jobsync.graph;
const row = (job, {runs = [], by = [], status = "new"} = {}) => ({
  key: `key-${job}`,
  job,
  runs,
  triggered_by: by,
  status,
  label: status,
});
const all = row("all", {runs: ["load", "report"]});
const load = row("load", {by: ["source"]});
const report = row("report", {runs: ["mail"]});
const ROWS = [all, load, report, row("source"), row("mail"), row("alone")];

test("an arrow goes from what comes first to what comes after it", () => {
  assert.deepEqual(arrowsOf([all, load, row("source")]), [
    {from: "key-all", to: "key-load", kind: "runs"},
    {from: "key-source", to: "key-load", kind: "triggers"},
  ]);
});

test("a job that is not in the list has no arrow, and rows of older versions have none", () => {
  assert.deepEqual(arrowsOf([row("a", {runs: ["gone"], by: ["gone"]}), {key: "1", job: "b"}]), []);
});

test("of two rows with a name the first one counts", () => {
  const twin = {...row("b"), key: "twin"};
  assert.equal(arrowsOf([row("a", {runs: ["b"]}), row("b"), twin])[0].to, "key-b");
});

test("a name is a name, also one that objects have by themselves", () => {
  assert.deepEqual(arrowsOf([row("a", {runs: ["__proto__", "constructor"]})]), []);
  assert.equal(arrowsOf([row("a", {runs: ["__proto__"]}), row("__proto__")]).length, 1);
});

test("a job needs what it runs and what triggers it, through any number of jobs", () => {
  const names = (job, direction) =>
    [...reached(ROWS, `key-${job}`, direction)].map(key => key.slice(4)).sort();
  assert.deepEqual(names("all", "needs"), ["all", "load", "mail", "report", "source"]);
  assert.deepEqual(names("load", "needs"), ["load", "source"]);
  assert.deepEqual(names("mail", "needed"), ["all", "mail", "report"]);
  assert.deepEqual(names("source", "needed"), ["all", "load", "source"]);
  assert.deepEqual(names("alone", "needs"), ["alone"]);
});

test("jobs that run each other are each found once, and long chains are found in one go", () => {
  const circle = [row("a", {runs: ["b"]}), row("b", {runs: ["a"]})];
  assert.equal(reached(circle, "key-a", "needs").size, 2);
  const chain = Array.from({length: 10_000}, (_, at) => row(`${at}`, {runs: [`${at + 1}`]}));
  assert.equal(reached(chain, "key-0", "needs").size, 10_000);
});

test("all rows are drawn while they are few", () => {
  const {rows, arrows, left, many} = drawn(ROWS);
  assert.deepEqual([rows.length, arrows.length, left, many], [6, 4, 0, 0]);
});

test("of many rows those with arrows are drawn, of too many none", () => {
  const {rows, left, many} = drawn(ROWS, [], 5);
  assert.deepEqual([rows.length, left, many], [5, 1, 0]);
  assert.deepEqual(drawn(ROWS, [], 4), {rows: [], arrows: [], left: 0, many: 5});
});

test("a row that names no job is not drawn", () => {
  assert.equal(drawn([{...row("x"), job: ""}]).rows.length, 0);
});

test("other rows are drawn where an arrow joins them to the rows", () => {
  const others = [row("source"), row("far", {runs: ["away"]}), row("away")];
  const {rows, arrows} = drawn([load], others);
  assert.deepEqual([rows.map(each => each.job), arrows.length], [["load", "source"], 1]);
});

test("boxes are packed without touching each other, within the width where they fit", () => {
  const boxes = Array.from({length: 40}, (_, at) => ({width: 20 + at * 3, height: 10 + (at % 7)}));
  const {places, height} = packed(boxes, 200, 5);
  for (const [a, first] of boxes.entries()) {
    assert.ok(places[a].x + first.width <= 200 || places[a].x === 0);
    assert.ok(places[a].y + first.height <= height);
    for (const [b, second] of boxes.entries()) {
      const isApart =
        places[a].x + first.width <= places[b].x ||
        places[b].x + second.width <= places[a].x ||
        places[a].y + first.height <= places[b].y ||
        places[b].y + second.height <= places[a].y;
      assert.ok(a === b || isApart);
    }
  }
  assert.deepEqual(packed([], 200, 5), {places: [], height: 0});
});

test("cells fill rows from the left", () => {
  const cell = {width: 10, height: 4};
  assert.deepEqual(inColumns(3, 25, cell), [
    {x: 0, y: 0},
    {x: 10, y: 0},
    {x: 0, y: 4},
  ]);
  assert.deepEqual(inColumns(2, 5, cell)[1], {x: 0, y: 4});
});

test("a name that is too long loses its end, whole letters at a time", () => {
  const widthOf = text => 5 * [...text].length;
  assert.equal(shortened("short", 25, widthOf), "short");
  assert.equal(shortened("a long name", 25, widthOf), "a lo…");
  assert.equal(shortened("👍👍👍👍", 15, widthOf), "👍👍…");
  assert.equal(
    shortened("wide", 1, () => 9),
    "…",
  );
});

test("the legend has each status once for each word", () => {
  const rows = [row("a"), row("b"), {...row("c"), label: "Created"}];
  assert.deepEqual(legend(rows), [
    {status: "new", label: "new"},
    {status: "new", label: "Created"},
  ]);
});
