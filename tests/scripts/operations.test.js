const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/words.js");
require("../../assets/logic/removal.js");
require("../../assets/logic/requests.js");

const {requestFor} = jobsync.requests;
const {isConfirmed, dialog} = jobsync.removal;
const QUESTION = {one: "1 job of {workspace}?", other: "{n} jobs of {workspace}?"};

test("a request holds what its button needs, and nothing else", () => {
  const values = {plan: "abc", names: ["load"], typed: "1"};
  const request = requestFor("import", "plan names", "7", need => values[need]);
  assert.deepEqual(request, {kind: "import", number: "7", plan: "abc", names: ["load"]});
});

test("a button that needs nothing asks for its operation only", () => {
  const request = requestFor("pull", "", "7", assert.fail);
  assert.deepEqual(request, {kind: "pull", number: "7"});
});

test("a removal is confirmed by the number of its jobs alone", () => {
  assert.equal(isConfirmed("2", 2), true);
  assert.equal(isConfirmed(" 2 ", 2), true);
  assert.equal(isConfirmed("1,200", 1200), true);
  assert.equal(isConfirmed("1200", 1200), true);
  assert.equal(isConfirmed("1,20", 120), false);
  for (const typed of ["", "1", "3", "02", "2.0", "two", "22", null, undefined]) {
    assert.equal(isConfirmed(typed, 2), false, String(typed));
  }
});

test("a removal of nothing is never confirmed", () => {
  assert.equal(isConfirmed("0", 0), false);
  assert.equal(isConfirmed("", 0), false);
});

test("the dialog counts the jobs and lists each by its name, as text", () => {
  const {question, list} = dialog(["<b>", "load"], 2, "PROD", QUESTION);
  assert.equal(question, "2 jobs of PROD?");
  assert.equal(list.type, "Ul");
  assert.deepEqual(
    list.props.children.map(item => [item.type, item.props.children]),
    [
      ["Li", "<b>"],
      ["Li", "load"],
    ],
  );
  assert.equal(dialog(["load"], 1, "PROD", QUESTION).question, "1 job of PROD?");
});
