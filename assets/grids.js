/* All grids: columns, widths, order, sorting and filters stay as they were left, per browser and
   workspace; a click or Enter opens a row. */
(() => {
  globalThis.jobsync ??= {};
  const FRAMES = "[data-rows-of]";
  jobsync.openers ??= {}; // what a click on a row opens, by data-opens of what surrounds the grid
  const REMEMBERED = ["sortChanged", "columnMoved", "columnVisible", "columnPinned"];
  Object.assign(jobsync, {gridApi, fedFrame, selectingFrame, markColumns, openRowOf});

  /** Returns the grid of an id, or null until it is drawn. */
  function gridApi(id) {
    try {
      return dash_ag_grid.getApi(id);
    } catch {
      return null;
    }
  }

  /** Returns what surrounds the grid of a tab's operation, or null when the tab has none. */
  function fedFrame(tab) {
    return jobsync.paneOf(tab).querySelector("[data-fed]");
  }

  /** Returns what surrounds the first grid whose rows can be ticked. */
  function selectingFrame() {
    return document.querySelector("[data-selects]");
  }

  function attach(frame) {
    const id = frame.dataset.rowsOf;
    const grid = gridApi(id);
    restoreColumns(id, grid);
    if (frame.dataset.fed) jobsync.hideExcluded(id, grid);
    if (frame.dataset.selects) jobsync.attachSelection(id, grid);
    grid.addEventListener("cellClicked", event => {
      const isBox = event.column.getColId() === "ag-Grid-SelectionColumn";
      if (!isBox && !String(getSelection())) open(frame, event.node.data, event.column.getColId());
    });
    grid.addEventListener("cellKeyDown", event => {
      if (event.event.key === "Enter") open(frame, event.node.data, event.column.getColId());
    });
  }

  function restoreColumns(id, grid) {
    const name = `grid.${id}`;
    const kept = jobsync.remembered(name);
    if (kept) grid.applyColumnState({state: kept, applyOrder: true});
    markColumns(id, grid);
    const keep = () => jobsync.remember(name, jobsync.memory.keptColumns(grid.getColumnState()));
    for (const event of REMEMBERED) grid.addEventListener(event, keep);
    grid.addEventListener("columnResized", event => {
      if (event.finished && event.source !== "flex") keep();
    });
  }

  /** Ticks the columns that are shown, in the menu above the grid. */
  function markColumns(id, grid) {
    for (const item of document.querySelectorAll(`[data-grid="${id}"] [data-column]`)) {
      const column = grid.getColumn(item.dataset.column);
      item.setAttribute("aria-checked", String(Boolean(column?.isVisible())));
    }
  }

  function open(frame, row, column) {
    if (frame.dataset.opens !== "row") {
      jobsync.openers[frame.dataset.opens](row, column);
      return;
    }
    if (row.entry_id) {
      jobsync.go(jobsync.addresses.entry(row.entry_id));
      return;
    }
    openRowOf(jobsync.tabAround(frame), row);
  }

  /** Opens the side panel of a row that a tab shows. */
  function openRowOf(tab, row) {
    const entry = jobsync.addresses.entryOf(location.pathname);
    const operation = jobsync.shownOperation(tab.name);
    jobsync.openRow(jobsync.addresses.details(row.key, entry, operation), row);
  }

  function areDrawn() {
    return window.dash_ag_grid?.getApi && jobsync.config() && document.querySelector(FRAMES);
  }

  function attachAll() {
    for (const frame of document.querySelectorAll(FRAMES)) {
      jobsync.whenDrawn(
        () => gridApi(frame.dataset.rowsOf),
        () => attach(frame),
      );
    }
  }

  document.addEventListener("DOMContentLoaded", () => jobsync.whenDrawn(areDrawn, attachAll));
})();
