/* What the grids do in the browser: rows, selection, filters, columns, CSV, what is remembered. */
(function () {
  const jobsync = window.jobsync = window.jobsync || {};
  const GRIDS = ["export-grid", "import-grid", "unmanaged-grid", "history-grid", "history-rows-grid"];
  const filters = {};
  const kinds = {};
  const api = id => { try { return window.dash_ag_grid.getApi(id); } catch (error) { return null; } };
  jobsync.gridApi = api;

  /* Rows */
  jobsync.setRows = function (tab, rows, kind, operation) {
    const id = tab + "-grid";
    kinds[tab] = kind;
    if (tab === "import") {
      setUnmanaged(rows.filter(isUnmanaged));
      rows = rows.filter(row => !isUnmanaged(row));
    }
    const grid = api(id);
    if (!grid) { setTimeout(() => jobsync.setRows(tab, rows, kind, operation), 50); return; }
    filters[id] = null;
    const isPlan = tab === "import" && kind === "validate";
    shownPlan = isPlan ? operation : "";
    leftOut = unticked();
    const first = isPlan ? rows.filter(isTickedAtFirst).map(row => row.key) : [];
    touched.clear();
    first.forEach(key => touched.add(key));
    jobsync.setProps(id, {rowData: rows, selectedRows: {ids: first}, filterModel: withStatus(grid, null)});
  };
  jobsync.updateRows = function (tab, rows) {
    const grid = api(tab + "-grid");
    if (!grid) return;
    if (tab === "import") {
      const others = rows.filter(isUnmanaged);
      if (others.length) setUnmanaged([...unmanaged.filter(old => !others.some(row => row.key === old.key)), ...others]);
      rows = rows.filter(row => !isUnmanaged(row));
    }
    const known = rows.filter(row => grid.getRowNode(row.key));
    const added = rows.filter(row => !grid.getRowNode(row.key));
    grid.applyTransactionAsync({update: known, add: added});
    if (tab === "import") setTimeout(jobsync.showSelection, 150);
    if (shownPlan && tab === "import" && added.some(isTickedAtFirst)) setTimeout(() => selectAdded(grid), 200);
  };

  /* Unmanaged jobs stand in a group of their own. */
  let unmanaged = [];
  const isUnmanaged = row => row.status === "unmanaged" && kinds.import !== "pull";
  function setUnmanaged(rows) {
    unmanaged = rows;
    jobsync.setProps("unmanaged-grid", {rowData: rows});
    jobsync.setProps("unmanaged", {hidden: !rows.length});
    jobsync.setProps("unmanaged-count", {children: String(rows.length)});
  }

  /* Selection: after a validation what can be imported is selected, what can be removed is not. What
     the user unticks stays so over a reload; after an import nothing is ticked by itself. */
  const touched = new Set();
  let shownPlan = "";
  const untickedKey = () => "jobsync.unticked." + shownPlan;
  function unticked() {
    try { return new Set(JSON.parse(sessionStorage.getItem(untickedKey()) || "[]")); } catch (error) { return new Set(); }
  }
  let leftOut = new Set();
  const isTickedAtFirst = row => row.pick === "import" && !leftOut.has(row.key);
  function rememberUnticked(grid) {
    if (!shownPlan) return;
    const keys = [];
    grid.forEachNode(node => { if (node.data.pick === "import" && !node.isSelected()) keys.push(node.data.key); });
    try { sessionStorage.setItem(untickedKey(), JSON.stringify(keys)); } catch (error) { /* full or off */ }
  }
  function selectAdded(grid) {
    const nodes = [];
    grid.forEachNode(node => {
      if (isTickedAtFirst(node.data) && !touched.has(node.data.key)) { nodes.push(node); touched.add(node.data.key); }
    });
    select(grid, nodes);
  }
  /* All at once: one at a time would draw ten thousand times. */
  function select(grid, nodes) {
    grid.setNodesSelected({nodes, newValue: true, source: "api"});
    jobsync.showSelection();
  }
  function selectedRows(pick) {
    const grid = api("import-grid");
    if (!grid) return [];
    return grid.getSelectedNodes().map(node => node.data).filter(row => row.pick === pick);
  }
  jobsync.selectedNames = pick => selectedRows(pick).map(row => row.job);
  let soon = null;
  jobsync.showSelection = function () {
    clearTimeout(soon);
    soon = setTimeout(showSelectionNow, 30);
  };
  function showSelectionNow() {
    const state = jobsync.importState;
    if (!state) return;
    const imports = selectedRows("import"), removes = selectedRows("remove");
    step("import-start", "Import New and Changed Jobs (" + imports.length + ")", imports.length, "import");
    step("import-remove", "Remove Deleted Jobs (" + removes.length + ")", removes.length, "remove");
    jobsync.setProps("import-adopt", {
      hidden: !state.adoptable,
      children: "Adopt " + state.adoptable + (state.adoptable === 1 ? " matching job" : " matching jobs"),
    });
    jobsync.setProps("import-needs", {disabled: !missingNeeds().length});
  }
  function step(button, label, count, pick) {
    const reason = jobsync.importState.reasons[button] || (count ? "" : nothingSelected(pick));
    jobsync.setProps(button, {children: label, disabled: Boolean(reason), title: reason});
    jobsync.setProps(button + "-reason", {children: reason || hiddenSelected(pick)});
  }
  function hiddenSelected(pick) {
    const hidden = api("import-grid").getSelectedNodes().filter(node => node.data.pick === pick && !node.displayed).length;
    return hidden ? hidden + " of them " + (hidden === 1 ? "is" : "are") + " hidden by the search or a filter." : "";
  }
  function nothingSelected(pick) {
    let pickable = 0;
    const grid = api("import-grid");
    if (grid) grid.forEachNode(node => { if (node.data.pick === pick) pickable += 1; });
    if (pickable) return "Nothing is selected: tick jobs in the table (" + pickable + ").";
    return pick === "import" ? "There is nothing to import." : "There is nothing to remove.";
  }
  function missingNeeds() {
    const grid = api("import-grid");
    if (!grid) return [];
    const byName = new Map();
    grid.forEachNode(node => { if (node.data.pick === "import") byName.set(node.data.job, node); });
    const found = [], waiting = selectedRows("import").map(row => row.job), done = new Set(waiting);
    while (waiting.length) {
      const node = byName.get(waiting.pop());
      for (const need of node ? node.data.needs : []) {
        if (done.has(need) || !byName.has(need)) continue;
        done.add(need);
        waiting.push(need);
        found.push(byName.get(need));
      }
    }
    return found;
  }

  /* Chips filter by status. */
  document.addEventListener("click", event => {
    const chip = event.target.closest(".chip[data-status]");
    if (chip) filterBy(chip);
    if (event.target.closest("#import-needs")) {
      select(api("import-grid"), missingNeeds());
    }
  });
  function filterBy(chip) {
    const tab = chip.closest(".pane").id.replace("pane-", ""), id = tab + "-grid", grid = api(id), status = chip.dataset.status;
    if (status === "unmanaged" && tab === "import") {
      const group = document.getElementById("unmanaged");
      group.open = true;
      group.scrollIntoView({behavior: "smooth", block: "start"});
      return;
    }
    filters[id] = filters[id] === status ? null : status;
    const label = filters[id] && statusLabels(tab)[status];
    jobsync.setProps(id, {filterModel: withStatus(grid, label)});
    jobsync.markFilter(tab);
  }
  function withStatus(grid, label) {
    const model = {...grid.getFilterModel()};
    delete model.status;
    if (label) model.status = {filterType: "text", type: "equals", filter: label};
    return model;
  }
  jobsync.markFilter = function (tab) {
    for (const chip of document.querySelectorAll("#" + tab + "-chips .chip")) {
      chip.setAttribute("aria-pressed", String(filters[tab + "-grid"] === chip.dataset.status));
    }
  };
  const statusLabels = name => window.jobsyncLabels[name] || window.jobsyncLabels.import;

  /* Search, columns, CSV */
  document.addEventListener("input", event => {
    if (!event.target.id || !event.target.id.endsWith("-search")) return;
    const grid = api(event.target.id.replace(/-search$/, ""));
    if (grid) grid.setGridOption("quickFilterText", event.target.value);
  });
  document.addEventListener("click", event => {
    const tools = event.target.closest("[data-grid]");
    if (!tools) return;
    const id = tools.dataset.grid, grid = api(id);
    const column = event.target.closest("[data-column]"), csv = event.target.closest("[data-csv]");
    if (column) {
      const isShown = column.getAttribute("aria-checked") !== "true";
      grid.setColumnsVisible([column.dataset.column], isShown);
      column.setAttribute("aria-checked", String(isShown));
    } else if (event.target.closest("[data-reset-columns]")) {
      grid.resetColumnState();
      jobsync.setProps(id, {filterModel: {}});
      markColumns(id, grid);
    } else if (csv && csv.dataset.csv === "all") {
      const operation = jobsync.shownOperation(id.replace("-grid", ""));
      if (operation) location.assign("/feed/csv/" + operation);
    } else if (csv) {
      grid.exportDataAsCsv({fileName: csvName(id), processCellCallback: csvCell});
    }
    if (csv) csv.closest("details").open = false;
  });
  function csvName(id) {
    const place = jobsync.config().workspace.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^-+|-+$/g, "") || "workspace";
    const what = kinds[id.replace("-grid", "")] || id.replace("-grid", "");
    return place + "-" + what + "-shown-" + new Date().toISOString().replace(/[-:]|\.\d+/g, "") + ".csv";
  }
  function csvCell(params) {
    let value = params.value === null || params.value === undefined ? "" : String(params.value);
    if (params.column.getColId() === "status") value = labelOf(params.column.getColDef(), params.value);
    return /^[=+\-@\t\r\n\0＝＋－＠]/.test(value) ? "'" + value : value;
  }
  const labelOf = (definition, status) => statusLabels((definition.cellRendererParams || {}).labels)[status] || status;

  /* Columns, widths, order, sorting and filters stay as they were left, per browser and workspace. */
  function attach(id) {
    const grid = api(id);
    if (!grid || !document.getElementById("page-config")) { setTimeout(() => attach(id), 100); return; }
    const kept = jobsync.storage.get("grid." + id);
    if (kept) grid.applyColumnState({state: kept, applyOrder: true});
    markColumns(id, grid);
    const keep = () => jobsync.storage.set("grid." + id, grid.getColumnState().map(({colId, hide, width, flex, sort, sortIndex, pinned}) => ({colId, hide, width, flex, sort, sortIndex, pinned})));
    for (const name of ["sortChanged", "columnMoved", "columnVisible", "columnPinned"]) grid.addEventListener(name, keep);
    grid.addEventListener("columnResized", event => { if (event.finished && event.source !== "flex") keep(); });
    if (id === "import-grid") {
      grid.addEventListener("selectionChanged", event => {
        if (event.source !== "api") rememberUnticked(grid);
        jobsync.showSelection();
      });
      grid.addEventListener("modelUpdated", jobsync.showSelection);
    }
    grid.addEventListener("cellClicked", event => { if (event.column.getColId() !== "ag-Grid-SelectionColumn" && !String(getSelection())) open(id, event.node.data); });
    grid.addEventListener("cellKeyDown", event => { if (event.event.key === "Enter") open(id, event.node.data); });
  }
  function markColumns(id, grid) {
    for (const item of document.querySelectorAll('[data-grid="' + id + '"] [data-column]')) {
      const column = grid.getColumn(item.dataset.column);
      item.setAttribute("aria-checked", String(Boolean(column && column.isVisible())));
    }
  }
  function open(id, row) {
    if (id === "history-grid") { jobsync.go("/history/" + encodeURIComponent(row.entry_id)); return; }
    if (id === "history-rows-grid") {
      jobsync.openPanel("/feed/history/" + location.pathname.split("/")[2] + "/" + row.key, row);
      return;
    }
    const tab = id === "export-grid" ? "export" : "import";
    jobsync.openPanel("/feed/row/" + jobsync.shownOperation(tab) + "/" + row.key, row);
  }
  (function boot() {
    if (window.dash_ag_grid && window.dash_ag_grid.getApi && document.getElementById("import-grid")) GRIDS.forEach(attach);
    else setTimeout(boot, 50);
  })();
})();
