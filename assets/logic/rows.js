/* The rows that the feed sends. */

/**
 * @typedef {object} Row a job or a file, as Python stores it
 * @property {string} key identifies it within its operation
 * @property {string} job
 * @property {string} file
 * @property {string} status one of the keys of the labels
 * @property {string} state planned, done, failed, or nothing
 * @property {string} label the word for status and state
 * @property {string} pick what it can be ticked for: import, remove, or nothing
 * @property {boolean} preselected whether a validation ticks it
 * @property {string[]} needs names of the jobs that it runs
 * @property {string} origin which side has moved: git, here, both, or nothing
 * @property {string} doubt why it needs a confirmation of its own, or nothing
 * @property {boolean} preselected whether it is ticked at first
 * @property {string[]} risks codes of what to look at
 *
 * @typedef {object} FeedAnswer what /feed/<tab> answers
 * @property {string} operation whose rows these are
 * @property {string} shown whose progress and outcome the tab shows
 * @property {string} kind of the operation
 * @property {boolean} isActive whether something is running
 * @property {boolean} isFull whether `rows` are all, otherwise those that moved
 * @property {number} seq up to which the rows are known now
 * @property {Row[]} rows
 * @property {Object<string, Object<string, unknown>>} props properties by component id
 * @property {{operation: string, text: string}} finished which operation ended last
 * @property {string=} plan the validation that may be carried out
 * @property {number=} adoptable how many jobs could be adopted
 * @property {Object<string, string>=} reasons why a button may not be pressed, by its id
 */
(() => {
  globalThis.jobsync ??= {};
  jobsync.rows = {apart, labelled, merged};

  /** Adds to each row its word, by state and status; a status of another version is its own. */
  function labelled(rows, labels) {
    return rows.map(row => ({...row, label: labels?.[row.state]?.[row.status] || row.status}));
  }

  /** Takes out the unmanaged jobs, which are in a group of their own; a pull shows files. */
  function apart(rows, kind) {
    const isUnmanaged = row => row.status === "unmanaged" && kind !== "pull";
    return {
      main: rows.filter(row => !isUnmanaged(row)),
      unmanaged: rows.filter(isUnmanaged),
    };
  }

  /** Replaces the rows that moved and adds those that are new. */
  function merged(known, moved) {
    const keys = new Set(moved.map(row => row.key));
    return [...known.filter(row => !keys.has(row.key)), ...moved];
  }
})();
