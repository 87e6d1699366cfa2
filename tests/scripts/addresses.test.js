const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/addresses.js");

const {tabOf, entryOf, isHistoryList, feed, details} = jobsync.addresses;
const TABS = [{name: "import"}, {name: "history"}];

test("an address names a tab, if this page has it", () => {
  assert.equal(tabOf("/import", TABS), TABS[0]);
  assert.equal(tabOf("/history/20260304T050607Z-import-ab", TABS), TABS[1]);
  assert.equal(tabOf("/export", TABS), null);
  assert.equal(tabOf("/", TABS), null);
});

test("only an address of the history names an entry", () => {
  assert.equal(entryOf("/history/entry"), "entry");
  for (const other of ["/history", "/history/", "/import/entry", "/"]) {
    assert.equal(entryOf(other), "", other);
  }
});

test("the list of the history has an address with or without a slash at its end", () => {
  assert.ok(isHistoryList("/history"));
  assert.ok(isHistoryList("/history/"));
  assert.ok(!isHistoryList("/history/entry"));
  assert.ok(!isHistoryList("/import"));
});

test("the feed is told what the tab has", () => {
  assert.equal(feed("import", {operation: "ab", seq: 7}), "/feed/import?operation=ab&since=7");
});

test("the details of a row are those of its operation, or of its entry in the history", () => {
  assert.equal(details("k", "", "ab"), "/feed/row/ab/k");
  assert.equal(details("k", "entry", "ab"), "/feed/history/entry/k");
});
