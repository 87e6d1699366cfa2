/* What the browser remembers. Without storage, or when it is full, the page works all the same. */
(() => {
  globalThis.jobsync ??= {};
  jobsync.memory = {read, write, keptColumns};

  const KEPT = ["colId", "hide", "width", "flex", "sort", "sortIndex", "pinned"];

  /** @param {() => Storage} storage reading it alone may throw */
  function read(storage, key, otherwise = null) {
    try {
      return JSON.parse(storage().getItem(key)) ?? otherwise;
    } catch {
      return otherwise;
    }
  }

  function write(storage, key, value) {
    try {
      storage().setItem(key, JSON.stringify(value));
    } catch {
      // full, or switched off
    }
  }

  /** Returns of a grid's columns what stays as the user left it. */
  function keptColumns(state) {
    return state.map(column => Object.fromEntries(KEPT.map(name => [name, column[name]])));
  }
})();
