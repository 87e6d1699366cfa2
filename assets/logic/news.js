/* What an answer of the feed says that the page does not show yet. */
(() => {
  globalThis.jobsync ??= {};
  jobsync.news = {moved, hasEnded, lastEnded};

  /**
   * Returns the properties that moved, and notes them: drawing what did not move would lose focus.
   * @param {Map<string, string>} shown what was drawn last, by id and property
   */
  function moved(shown, props) {
    const found = {};
    for (const [id, values] of Object.entries(props)) {
      for (const [name, value] of Object.entries(values)) {
        const key = `${id}.${name}`;
        const text = JSON.stringify(value);
        if (shown.get(key) === text) continue;
        shown.set(key, text);
        found[id] = {...found[id], [name]: value};
      }
    }
    return found;
  }

  /** Whether an operation ended since the last look; the first look is not news. */
  function hasEnded(before, operation) {
    return before !== null && Boolean(operation) && operation !== before;
  }

  /** Returns what to compare the next look with. An empty answer means that one is running. */
  function lastEnded(before, operation) {
    return operation || before === null ? operation : before;
  }
})();
