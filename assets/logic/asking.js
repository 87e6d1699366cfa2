/* What a dialog asks before jobs are removed or restored: rows with a doubt need a tick of their own. */
(() => {
  globalThis.jobsync ??= {};
  jobsync.asking = {carriedOut, doubtful, grouped, isConfirmed};

  function doubtful(rows) {
    return rows.filter(row => row.doubt);
  }

  /**
   * Returns the rows that will be carried out; the others are left as they are.
   * @param {Set<string>} ticked keys of rows with a doubt
   */
  function carriedOut(rows, ticked) {
    return rows.filter(row => !row.doubt || ticked.has(row.key));
  }

  /** Returns by what a restore does with them the rows that it carries out. */
  function grouped(rows) {
    const of = (...statuses) => rows.filter(row => statuses.includes(row.status));
    return {creates: of("new"), setsBack: of("changed", "renamed"), removes: of("deleted")};
  }

  /** Whether a restore may begin: the number is typed only when it removes jobs. */
  function isConfirmed(typed, count, removed) {
    if (!count) return false;
    return !removed || jobsync.removal.isConfirmed(typed, removed);
  }
})();
