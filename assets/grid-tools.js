/* The tools above a grid: search, choice of columns, CSV. */
(() => {
  globalThis.jobsync ??= {};

  document.addEventListener("input", event => {
    const tools = event.target.closest("[data-grid]");
    const grid = tools && jobsync.gridApi(tools.dataset.grid);
    if (grid) grid.setGridOption("quickFilterText", event.target.value);
  });

  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {
    "data-column": toggleColumn,
    "data-reset-columns": resetColumns,
    "data-csv": download,
  });

  function toolsAround(button) {
    return button.closest("[data-grid]");
  }

  function toggleColumn(item) {
    const tools = toolsAround(item);
    const isShown = item.getAttribute("aria-checked") !== "true";
    jobsync.gridApi(tools.dataset.grid).setColumnsVisible([item.dataset.column], isShown);
    item.setAttribute("aria-checked", String(isShown));
  }

  function resetColumns(button) {
    const id = toolsAround(button).dataset.grid;
    const grid = jobsync.gridApi(id);
    grid.resetColumnState();
    jobsync.setProps(id, {filterModel: {}});
    jobsync.markColumns(id, grid);
  }

  function download(button) {
    const tools = toolsAround(button);
    button.closest("details").open = false;
    if (button.dataset.csv === "all") downloadAll(tools);
    else downloadShown(tools);
  }

  /** The server has columns that no grid shows. */
  function downloadAll(tools) {
    const operation = jobsync.shownOperation(jobsync.tabAround(tools).name);
    if (operation) location.assign(jobsync.addresses.csv(operation));
  }

  function downloadShown(tools) {
    const id = tools.dataset.grid;
    const what = jobsync.shownKind(id) || tools.dataset.csvName;
    const fileName = jobsync.csv.fileName(jobsync.config().workspace, what, new Date());
    jobsync.gridApi(id).exportDataAsCsv({fileName, processCellCallback: cellText});
  }

  function cellText({value}) {
    return jobsync.csv.cell(value);
  }
})();
