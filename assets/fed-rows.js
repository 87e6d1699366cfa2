/* Puts the rows of the feed into the grid of their tab. */
(() => {
  globalThis.jobsync ??= {};
  const kinds = new Map(); // of operation, by the id of the grid
  let unmanaged = [];
  Object.assign(jobsync, {
    showRows,
    shownKind: id => kinds.get(id),
    unmanagedRows: () => unmanaged,
  });

  function showRows(tab, answer) {
    const frame = jobsync.fedFrame(tab);
    if (!frame) return;
    if (!jobsync.gridApi(frame.dataset.rowsOf)) {
      setTimeout(() => showRows(tab, answer), 50);
      return;
    }
    const rows = jobsync.rows.labelled(answer.rows, jobsync.config().labels[answer.kind]);
    if (answer.isFull) setRows(frame, {...answer, rows});
    else if (rows.length) updateRows(frame, rows);
  }

  function setRows(frame, answer) {
    const id = frame.dataset.rowsOf;
    kinds.set(id, answer.kind);
    const filterModel = jobsync.withoutChipFilters(id);
    if (!frame.dataset.selects) {
      jobsync.setProps(id, {rowData: answer.rows, filterModel});
      return;
    }
    const rows = jobsync.rows.apart(answer.rows, answer.kind);
    if (hasUnmanaged(frame)) setUnmanaged(rows.unmanaged);
    const ticked = jobsync.tickedAtFirst(id, rows.main, answer);
    jobsync.setProps(id, {rowData: rows.main, selectedRows: {ids: ticked}, filterModel});
  }

  function updateRows(frame, moved) {
    const id = frame.dataset.rowsOf;
    if (!frame.dataset.selects) {
      apply(id, moved);
      return;
    }
    const rows = jobsync.rows.apart(moved, kinds.get(id));
    if (hasUnmanaged(frame) && rows.unmanaged.length)
      setUnmanaged(jobsync.rows.merged(unmanaged, rows.unmanaged));
    jobsync.tickAdded(id, apply(id, rows.main));
  }

  /** Returns the rows that the grid did not have. */
  function apply(id, moved) {
    const grid = jobsync.gridApi(id);
    const update = moved.filter(row => grid.getRowNode(row.key));
    const add = moved.filter(row => !grid.getRowNode(row.key));
    grid.applyTransactionAsync({update, add});
    return add;
  }

  function hasUnmanaged(frame) {
    return frame.closest(".pane").contains(jobsync.role("unmanaged"));
  }

  /** Unmanaged jobs are in a group of their own. */
  function setUnmanaged(rows) {
    unmanaged = rows;
    const group = jobsync.role("unmanaged");
    const grid = group.querySelector("[data-rows-of]").dataset.rowsOf;
    jobsync.setProps(grid, {rowData: rows});
    jobsync.setProps(group.id, {hidden: !rows.length});
    jobsync.setProps(group.querySelector(".chip-count").id, {children: String(rows.length)});
  }
})();
