/* Chips count the rows by status; a click shows those of a status alone. */
(() => {
  globalThis.jobsync ??= {};
  const filtered = new Map(); // the status by the id of its grid
  Object.assign(jobsync, {markFilter, withoutStatusFilter});

  document.addEventListener("click", event => {
    const chip = event.target.closest(".chip[data-status]");
    if (chip) filterBy(chip);
  });

  function filterBy(chip) {
    const tab = jobsync.tabAround(chip);
    const frame = jobsync.fedFrame(tab);
    const {status} = chip.dataset;
    if (status === "unmanaged" && frame.dataset.selects) {
      openUnmanaged();
      return;
    }
    const id = frame.dataset.rowsOf;
    const wanted = jobsync.filters.toggled(filtered.get(id), status);
    filtered.set(id, wanted);
    const label = wanted && jobsync.statusLabel(wanted, tab.name);
    const model = jobsync.filters.withStatus(jobsync.gridApi(id).getFilterModel(), label);
    jobsync.setProps(id, {filterModel: model});
    markFilter(tab);
  }

  function openUnmanaged() {
    const group = jobsync.role("unmanaged");
    group.open = true;
    group.scrollIntoView({behavior: "smooth", block: "start"});
  }

  /** Presses the chip that filters; the server draws them anew with each answer. */
  function markFilter(tab) {
    const status = filtered.get(jobsync.fedFrame(tab)?.dataset.rowsOf);
    for (const chip of jobsync.paneOf(tab).querySelectorAll(".chip[data-status]")) {
      chip.setAttribute("aria-pressed", String(chip.dataset.status === status));
    }
  }

  /** Forgets the status; returns the filter model that remains. */
  function withoutStatusFilter(id) {
    filtered.delete(id);
    return jobsync.filters.withStatus(jobsync.gridApi(id).getFilterModel(), null);
  }
})();
