const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/log.js");

const {parse, isShown} = jobsync.logLines;
const TEXT = [
  "2026-03-04 05:06:07 UTC INFO    Reading jobs",
  "2026-03-04 05:06:08 UTC WARNING Waiting 2 s",
  "2026-03-04 05:06:09 UTC ERROR   “load” failed",
  "",
].join("\n");

function shown(least, search = "") {
  return parse(TEXT)
    .filter(line => isShown(line, least, search))
    .map(line => line.level);
}

test("each line has a level", () => {
  assert.deepEqual(
    parse(TEXT).map(line => line.level),
    ["info", "warning", "error"],
  );
});

test("a text that is no log has lines of no level", () => {
  assert.deepEqual(parse("Gone.\n"), [{text: "Gone.", level: ""}]);
  assert.deepEqual(parse(""), []);
});

test("a level shows itself and what is worse", () => {
  assert.deepEqual(shown("all"), ["info", "warning", "error"]);
  assert.deepEqual(shown("warning"), ["warning", "error"]);
  assert.deepEqual(shown("error"), ["error"]);
});

test("the search does not care about capitals", () => {
  assert.deepEqual(shown("all", "LOAD"), ["error"]);
  assert.deepEqual(shown("warning", "reading"), []);
});
