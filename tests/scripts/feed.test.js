const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/news.js");
require("../../assets/logic/pacing.js");

const {moved, hasEnded, lastEnded} = jobsync.news;
const {afterAnswer, afterFailures, next} = jobsync.pacing;

test("only properties that moved are drawn again", () => {
  const shown = new Map();
  const first = {a: {children: {props: {x: 1}}, hidden: false}, b: {children: "text"}};
  assert.deepEqual(moved(shown, first), first);
  assert.deepEqual(moved(shown, structuredClone(first)), {});
  const second = {a: {children: {props: {x: 2}}, hidden: false}, b: {children: "text"}};
  assert.deepEqual(moved(shown, second), {a: {children: {props: {x: 2}}}});
});

test("the operation that had ended when the page was opened is no news", () => {
  assert.equal(hasEnded(null, "one"), false);
});

test("an operation that ended is news once, also after one at work was seen", () => {
  const said = [];
  let before = null;
  for (const ended of ["one", "", "two", "two", "", "three"]) {
    if (hasEnded(before, ended)) said.push(ended);
    before = lastEnded(before, ended);
  }
  assert.deepEqual(said, ["two", "three"]);
});

test("the first operation ever is news", () => {
  assert.equal(hasEnded(lastEnded(null, ""), "one"), true);
});

test("the feed is asked often while an operation is at work", () => {
  assert.ok(afterAnswer({isActive: true}) < 1000);
  assert.ok(afterAnswer({isActive: false}) > 1000);
  assert.ok(afterAnswer({isActive: false, isReading: true}) < 1000);
});

test("each failure doubles the wait, up to a bound", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 50].map(afterFailures), [1000, 2000, 4000, 8000, 8000, 8000]);
});

test("a hidden page asks rarely, what was asked for meanwhile goes at once", () => {
  assert.equal(next(600, {isHidden: false, isAskedAgain: false}), 600);
  assert.equal(next(600, {isHidden: true, isAskedAgain: false}), jobsync.pacing.IDLE);
  assert.equal(next(8000, {isHidden: true, isAskedAgain: false}), 8000);
  assert.equal(next(8000, {isHidden: true, isAskedAgain: true}), 0);
});
