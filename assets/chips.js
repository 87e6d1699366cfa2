/* Chips count the rows by label and by where they were changed; a click shows those alone. */
(() => {
  globalThis.jobsync ??= {};
  const filtered = new Map(); // the label by the id of its grid
  const origins = new Map(); // the word for where a row was changed, likewise
  Object.assign(jobsync, {hideExcluded, markFilter, withoutChipFilters});

  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {"data-status": filterBy, "data-origin": filterByOrigin});

  function filterBy(chip) {
    const tab = jobsync.tabAround(chip);
    const frame = jobsync.fedFrame(tab);
    const {status, label} = chip.dataset;
    if (status === "unmanaged" && frame.dataset.selects) {
      openUnmanaged();
      return;
    }
    const id = frame.dataset.rowsOf;
    const wanted = jobsync.filters.toggled(filtered.get(id), label);
    filtered.set(id, wanted);
    const model = jobsync.filters.withStatus(jobsync.gridApi(id).getFilterModel(), wanted);
    jobsync.setProps(id, {filterModel: model});
    markFilter(tab);
  }

  function filterByOrigin(chip) {
    const tab = jobsync.tabAround(chip);
    const id = jobsync.fedFrame(tab).dataset.rowsOf;
    const wanted = jobsync.filters.toggled(origins.get(id), chip.dataset.origin);
    origins.set(id, wanted);
    const model = jobsync.filters.withOrigin(jobsync.gridApi(id).getFilterModel(), wanted);
    jobsync.setProps(id, {filterModel: model});
    markFilter(tab);
  }

  /** Jobs that do not belong here are shown when their chip is pressed. */
  function hideExcluded(id, grid) {
    grid.setGridOption("isExternalFilterPresent", () => true);
    grid.setGridOption("doesExternalFilterPass", ({data}) =>
      jobsync.filters.isShown(data, filtered.get(id)),
    );
  }

  function openUnmanaged() {
    const group = jobsync.role("unmanaged");
    group.open = true;
    group.scrollIntoView({behavior: "smooth", block: "start"});
  }

  /** Presses the chips that filter; the server draws them anew with each answer. */
  function markFilter(tab) {
    const id = jobsync.fedFrame(tab)?.dataset.rowsOf;
    const pane = jobsync.paneOf(tab);
    for (const chip of pane.querySelectorAll(".chip[data-status]")) {
      chip.setAttribute("aria-pressed", String(chip.dataset.label === filtered.get(id)));
    }
    for (const chip of pane.querySelectorAll(".chip[data-origin]")) {
      chip.setAttribute("aria-pressed", String(chip.dataset.origin === origins.get(id)));
    }
  }

  /** Forgets what the chips filter by; returns the filter model that remains. */
  function withoutChipFilters(id) {
    filtered.delete(id);
    origins.delete(id);
    const model = jobsync.filters.withStatus(jobsync.gridApi(id).getFilterModel(), null);
    return jobsync.filters.withOrigin(model, null);
  }
})();
