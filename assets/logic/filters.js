/* The chips filter a grid by the word for its rows. */
(() => {
  globalThis.jobsync ??= {};
  jobsync.filters = {toggled, withStatus, isShown};

  /** Returns the label to filter by after a click on a chip; a second click shows all again. */
  function toggled(current, clicked) {
    return current === clicked ? null : clicked;
  }

  /** Returns a filter model with the status of that label only, other columns as they were. */
  function withStatus(model, label) {
    const {status: _before, ...others} = model || {};
    if (!label) return others;
    return {...others, status: {filterType: "text", type: "equals", filter: label}};
  }

  /** Whether a row is shown while a label is filtered by; what does not belong here only then. */
  function isShown(row, label) {
    return row.status !== "excluded" || row.label === label;
  }
})();
