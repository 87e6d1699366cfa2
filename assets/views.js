/* The views of a tab's rows: table, graph, timeline. Each browser keeps the choice for each tab. What
   the grid's chips and search hide is hidden in all of them: the grid decides, the others ask it. */
(() => {
  globalThis.jobsync ??= {};
  const QUIET_MS = 60; // rows come in one after the other
  const timers = new Map();
  Object.assign(jobsync, {shownView, showView, viewPart, shownRows, allRows});
  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {"data-show": choose});

  function choose(button) {
    showView(jobsync.tabAround(button), button.dataset.show);
  }

  /** Returns what surrounds the views of a tab, or null when it has none. */
  function card(tab) {
    return jobsync.paneOf(tab).querySelector("[data-views]");
  }

  function viewPart(tab, selector) {
    return card(tab).querySelector(selector);
  }

  function shownView(tab) {
    return card(tab).dataset.views;
  }

  function showView(tab, view) {
    const place = card(tab);
    place.dataset.views = view;
    jobsync.remember(`view.${tab.name}`, view);
    for (const button of place.querySelectorAll("[data-show]")) {
      button.setAttribute("aria-pressed", String(button.dataset.show === view));
    }
    jobsync.fedFrame(tab).hidden = view !== "table";
    viewPart(tab, ".graph-view").hidden = view !== "graph";
    viewPart(tab, ".timeline-view").hidden = view !== "timeline";
    redraw(tab);
  }

  function redraw(tab) {
    const view = shownView(tab);
    if (view === "graph") jobsync.drawGraph(tab);
    if (view === "timeline") jobsync.drawTimeline(tab);
  }

  function redrawSoon(tab) {
    if (shownView(tab) === "table") return;
    clearTimeout(timers.get(tab.name));
    timers.set(
      tab.name,
      setTimeout(() => redraw(tab), QUIET_MS),
    );
  }

  function gridOf(tab) {
    return jobsync.gridApi(jobsync.fedFrame(tab).dataset.rowsOf);
  }

  /** Returns the rows that neither the search nor a filter hides, and the keys of the ticked ones. */
  function shownRows(tab) {
    const rows = [];
    const ticked = new Set();
    gridOf(tab).forEachNodeAfterFilter(node => {
      rows.push(node.data);
      if (node.isSelected()) ticked.add(node.data.key);
    });
    return {rows, ticked};
  }

  /** Returns all rows of a tab, those that are in a group of their own apart. */
  function allRows(tab) {
    const main = [];
    gridOf(tab).forEachNode(node => main.push(node.data));
    return {main, apart: jobsync.fedFrame(tab).dataset.selects ? jobsync.unmanagedRows() : []};
  }

  function follow(tab) {
    const grid = gridOf(tab);
    for (const event of ["modelUpdated", "selectionChanged"]) {
      grid.addEventListener(event, () => redrawSoon(tab));
    }
    const kept = jobsync.remembered(`view.${tab.name}`);
    if (kept && viewPart(tab, `[data-show="${CSS.escape(kept)}"]`)) showView(tab, kept);
  }

  function followAll() {
    for (const tab of jobsync.config().tabs.filter(card)) {
      jobsync.whenDrawn(
        () => gridOf(tab),
        () => follow(tab),
      );
    }
  }

  const areDrawn = () => window.dash_ag_grid?.getApi && jobsync.config();
  document.addEventListener("DOMContentLoaded", () => jobsync.whenDrawn(areDrawn, followAll));
})();
