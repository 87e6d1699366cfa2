/* The chips filter a grid by the word for its rows. */
(() => {
  globalThis.jobsync ??= {};
  jobsync.filters = {toggled, withStatus, withOrigin, isShown};

  /** Returns the label to filter by after a click on a chip; a second click shows all again. */
  function toggled(current, clicked) {
    return current === clicked ? null : clicked;
  }

  /** Returns a filter model with the status of that label only, other columns as they were. */
  function withStatus(model, label) {
    return withText(model, "status", label);
  }

  /** Returns the same with the word for where a row was changed. */
  function withOrigin(model, word) {
    return withText(model, "origin", word);
  }

  function withText(model, column, text) {
    const {[column]: _before, ...others} = model || {};
    if (!text) return others;
    return {...others, [column]: {filterType: "text", type: "equals", filter: text}};
  }

  /** Whether a row is shown while a label is filtered by; what does not belong here only then. */
  function isShown(row, label) {
    return row.status !== "excluded" || row.label === label;
  }
})();
