/* What is selected, what that lacks, and what the buttons say about it. */

/**
 * @typedef {object} Entry a row of the grid
 * @property {Row} row
 * @property {boolean} isSelected
 * @property {boolean} isShown whether neither the search nor a filter hides it
 */
(() => {
  globalThis.jobsync ??= {};
  jobsync.selection = {
    isTickedAtFirst,
    unticked,
    selectedRows,
    selectedNames,
    missingNeeds,
    tally,
    buttonState,
  };

  /**
   * After a plan was made, what can be done with it is ticked, save what the user had unticked. What
   * needs a tick of its own gets it from the user, as does an import that undoes something here.
   * @param {string} pick what the plan is for
   * @param {string} only the job that alone is ticked, empty for all
   */
  function isTickedAtFirst(row, leftOut, pick, only = "") {
    if (row.pick !== pick || row.doubt || leftOut.has(row.key)) return false;
    if (pick === "import" && !row.preselected) return false;
    return !only || row.job === only;
  }

  /** Returns the keys to remember, so that they stay unticked over a reload. */
  function unticked(entries, pick) {
    return entries
      .filter(entry => entry.row.pick === pick && !entry.isSelected)
      .map(entry => entry.row.key);
  }

  function selectedRows(entries, pick) {
    return entries
      .filter(entry => entry.isSelected && entry.row.pick === pick)
      .map(entry => entry.row);
  }

  function selectedNames(entries, pick) {
    return selectedRows(entries, pick).map(row => row.job);
  }

  /**
   * Returns the keys of the jobs to import that the selected ones run, through any number of jobs.
   * One that exists here can be run as it is: it is none of them where its import undoes something.
   */
  function missingNeeds(entries) {
    const rows = entries.map(entry => entry.row).filter(row => row.pick === "import");
    const byName = new Map(rows.map(row => [row.job, row]));
    const waiting = selectedNames(entries, "import");
    const seen = new Set(waiting);
    const found = [];
    while (waiting.length) {
      const row = byName.get(waiting.pop());
      for (const need of row ? row.needs : []) {
        if (seen.has(need) || !isNeeded(byName.get(need))) continue;
        seen.add(need);
        waiting.push(need);
        found.push(byName.get(need).key);
      }
    }
    return found;
  }

  function isNeeded(row) {
    return Boolean(row) && (row.preselected || row.status === "new");
  }

  /** Counts the rows that can be picked for something. */
  function tally(entries, pick) {
    const pickable = entries.filter(entry => entry.row.pick === pick);
    const selected = pickable.filter(entry => entry.isSelected);
    return {
      pickable: pickable.length,
      selected: selected.length,
      hidden: selected.filter(entry => !entry.isShown).length,
    };
  }

  /**
   * Returns whether a button may be pressed, and the note below it.
   * @param {string} reason why the server refuses, empty when it does not
   * @param {{pickable: number, selected: number, hidden: number}} count
   * @param {string} nothing what to say when there is nothing to pick
   */
  function buttonState(reason, count, nothing, texts) {
    const {counted, fill} = jobsync.words;
    if (reason) return {reason, note: reason};
    if (!count.selected) {
      const missing = count.pickable ? fill(texts.tick, {n: count.pickable}) : nothing;
      return {reason: missing, note: missing};
    }
    return {reason: "", note: count.hidden ? counted(texts.hidden, count.hidden) : ""};
  }
})();
