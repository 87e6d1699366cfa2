const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/addresses.js");

const {setBase, tab, tabOf, entry, entryOf, isHistoryList} = jobsync.addresses;
const {asset, csv, feed, log, details, restore, restoreOf, restoredJob} = jobsync.addresses;
const TABS = [{name: "import"}, {name: "history"}, {name: "restore", within: "history"}];

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

test("below an entry of the history is the page that restores it", () => {
  assert.equal(tabOf("/history/entry/restore", TABS), TABS[2]);
  assert.equal(tabOf("/restore", TABS), null);
  assert.equal(tabOf("/history/entry/other", TABS), TABS[1]);
  assert.equal(restoreOf("/history/entry/restore"), "entry");
  assert.equal(entryOf("/history/entry/restore"), "");
  for (const other of ["/history/entry", "/history//restore", "/import/entry/restore", "/"]) {
    assert.equal(restoreOf(other), "", other);
  }
});

test("an address of Restore may name one job, whatever it is called", () => {
  const job = "<b>&?#/ \u202e=";
  const address = new URL(restore("entry", job), "https://host.example");
  assert.equal(address.pathname, "/history/entry/restore");
  assert.equal(restoredJob(address.pathname, address.search), job);
  assert.equal(restore("entry", ""), "/history/entry/restore");
  assert.equal(restoredJob("/history/entry/restore", ""), "");
  assert.equal(restoredJob("/import", "?job=load"), "");
});

test("the list of the history has an address with or without a slash at its end", () => {
  assert.ok(isHistoryList("/history"));
  assert.ok(isHistoryList("/history/"));
  assert.ok(!isHistoryList("/history/entry"));
  assert.ok(!isHistoryList("/import"));
  assert.ok(!isHistoryList("/historyx"));
  assert.ok(!isHistoryList(""));
});

test("the feed is told what the tab has", () => {
  const place = {number: 3, isNew: true};
  assert.equal(
    feed("import", {operation: "ab", seq: 7}, place),
    "/feed/import?operation=ab&since=7&place=3",
  );
  assert.equal(
    feed("import", {operation: "ab", seq: 7}, {...place, isNew: false}),
    "/feed/import?operation=ab&since=7&place=3&ask=1",
  );
});

test("the feed is told which entry the page of Restore is about", () => {
  assert.equal(
    feed("restore", {operation: "", seq: 0}, {number: 3, isNew: true}, "en&try"),
    "/feed/restore?operation=&since=0&place=3&entry=en%26try",
  );
});

test("the details of a row are those of its operation, or of its entry in the history", () => {
  assert.equal(details("k", "", "ab"), "/feed/row/ab/k");
  assert.equal(details("k", "entry", "ab"), "/feed/history/entry/k");
});

test("below a path all addresses begin with it, and others are none of the page's", context => {
  context.after(() => setBase("/"));
  setBase("/jobs/");
  assert.equal(tab("import"), "/jobs/import");
  assert.equal(entry("a/b"), "/jobs/history/a%2Fb");
  assert.equal(asset("vendor/x.js"), "/jobs/assets/vendor/x.js");
  assert.equal(csv("ab"), "/jobs/feed/csv/ab");
  assert.equal(log("ab"), "/jobs/feed/log/ab");
  assert.ok(feed("import", {operation: "", seq: 0}, {number: 0}).startsWith("/jobs/feed/import?"));
  assert.equal(details("k", "entry", ""), "/jobs/feed/history/entry/k");
  assert.equal(tabOf(tab("import"), TABS), TABS[0]);
  assert.equal(entryOf(entry("ab")), "ab");
  assert.ok(isHistoryList("/jobs/history/"));
  for (const other of ["/import", "/jobs", "/jobs/", "/jobsimport", "/x/jobs/import"]) {
    assert.equal(tabOf(other, TABS), null, other);
  }
  assert.equal(entryOf("/history/ab"), "");
  assert.ok(!isHistoryList("/history"));
});
