/* Chips count the rows by label; a click shows those of a label alone. */
(() => {
  globalThis.jobsync ??= {};
  const filtered = new Map(); // the label by the id of its grid
  Object.assign(jobsync, {hideExcluded, markFilter, withoutStatusFilter});

  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {"data-status": filterBy});

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

  /** Presses the chip that filters; the server draws them anew with each answer. */
  function markFilter(tab) {
    const label = filtered.get(jobsync.fedFrame(tab)?.dataset.rowsOf);
    for (const chip of jobsync.paneOf(tab).querySelectorAll(".chip[data-status]")) {
      chip.setAttribute("aria-pressed", String(chip.dataset.label === label));
    }
  }

  /** Forgets the label; returns the filter model that remains. */
  function withoutStatusFilter(id) {
    filtered.delete(id);
    return jobsync.filters.withStatus(jobsync.gridApi(id).getFilterModel(), null);
  }
})();
