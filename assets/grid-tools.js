/* The tools above a grid: search, choice of columns, CSV. */
(() => {
  globalThis.jobsync ??= {};

  document.addEventListener("input", event => {
    const tools = event.target.closest("[data-grid]");
    const grid = tools && jobsync.gridApi(tools.dataset.grid);
    if (grid) grid.setGridOption("quickFilterText", event.target.value);
  });

  document.addEventListener("click", event => {
    const tools = event.target.closest("[data-grid]");
    const button = event.target.closest("[data-column], [data-reset-columns], [data-csv]");
    if (!tools || !button) return;
    if (button.dataset.column) toggleColumn(tools, button);
    else if (button.dataset.resetColumns) resetColumns(tools);
    else download(tools, button);
  });

  function toggleColumn(tools, item) {
    const isShown = item.getAttribute("aria-checked") !== "true";
    jobsync.gridApi(tools.dataset.grid).setColumnsVisible([item.dataset.column], isShown);
    item.setAttribute("aria-checked", String(isShown));
  }

  function resetColumns(tools) {
    const id = tools.dataset.grid;
    const grid = jobsync.gridApi(id);
    grid.resetColumnState();
    jobsync.setProps(id, {filterModel: {}});
    jobsync.markColumns(id, grid);
  }

  function download(tools, button) {
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
