const {test} = require("node:test");
const assert = require("node:assert");
require("../../assets/logic/memory.js");

const {read, write, keptColumns} = jobsync.memory;

/** A storage as browsers have it. */
function storageWith(items = {}) {
  const kept = new Map(Object.entries(items));
  return {
    getItem: key => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, String(value)),
  };
}
const off = () => {
  throw new Error("storage is off");
};

test("what was remembered comes back", () => {
  const storage = storageWith();
  write(() => storage, "key", ["a", 1]);
  assert.deepEqual(
    read(() => storage, "key"),
    ["a", 1],
  );
});

test("what is not there or cannot be read is as if never remembered", () => {
  const storage = storageWith({broken: "{"});
  assert.equal(
    read(() => storage, "other"),
    null,
  );
  assert.deepEqual(
    read(() => storage, "broken", []),
    [],
  );
  assert.deepEqual(read(off, "key", []), []);
});

test("a browser that remembers nothing is no error", () => {
  write(off, "key", 1);
  const full = {setItem: off};
  write(() => full, "key", 1);
});

test("of a column its place, width and sorting are kept", () => {
  const state = [{colId: "job", hide: false, width: 200, flex: null, sort: "asc", sortIndex: 0}];
  const [kept] = keptColumns([{...state[0], pinned: null, aggFunc: "sum"}]);
  assert.deepEqual(kept, {...state[0], pinned: null});
});
