/* Ticking rows: after a validation what can be imported is ticked, what can be removed is not. What
   the user unticks stays so over a reload; after an import nothing is ticked by itself. */
(() => {
  globalThis.jobsync ??= {};
  const ticked = new Set(); // keys that were ticked here once
  let shownPlan = "";
  let leftOut = new Set();
  let soon = null;
  Object.assign(jobsync, {
    attachSelection,
    tickedAtFirst,
    tickAdded,
    showReviewed,
    selectedNames: pick => jobsync.selection.selectedNames(entries(), pick),
  });

  function grid() {
    return jobsync.gridApi(jobsync.selectingFrame().dataset.rowsOf);
  }

  function entries() {
    const found = [];
    grid()?.forEachNode(node => {
      found.push({row: node.data, isSelected: node.isSelected(), isShown: node.displayed});
    });
    return found;
  }

  function attachSelection(selecting) {
    selecting.addEventListener("selectionChanged", event => {
      if (event.source !== "api") rememberUnticked();
      showSelection();
    });
    selecting.addEventListener("modelUpdated", showSelection);
  }

  const unticked = () => `jobsync.unticked.${shownPlan}`;

  function rememberUnticked() {
    if (!shownPlan) return;
    const keys = jobsync.selection.unticked(entries());
    jobsync.memory.write(() => sessionStorage, unticked(), keys);
  }

  /** Returns the keys of the rows to tick when a grid gets all its rows anew. */
  function tickedAtFirst(rows, {kind, operation}) {
    shownPlan = kind === "validate" ? operation : "";
    leftOut = new Set(jobsync.memory.read(() => sessionStorage, unticked(), []));
    ticked.clear();
    if (!shownPlan) return [];
    for (const row of rows.filter(isTickedAtFirst)) ticked.add(row.key);
    return [...ticked];
  }

  function isTickedAtFirst(row) {
    return jobsync.selection.isTickedAtFirst(row, leftOut);
  }

  /** The grid adds rows with a delay. */
  function tickAdded(rows) {
    setTimeout(showSelection, 150);
    if (shownPlan && rows.some(isTickedAtFirst)) setTimeout(tickNew, 200);
  }

  function tickNew() {
    const keys = entries()
      .map(entry => entry.row)
      .filter(row => isTickedAtFirst(row) && !ticked.has(row.key))
      .map(row => row.key);
    for (const key of keys) ticked.add(key);
    tick(keys);
  }

  /** All at once: one at a time would draw ten thousand times. */
  function tick(keys) {
    const nodes = keys.map(key => grid().getRowNode(key));
    grid().setNodesSelected({nodes, newValue: true, source: "api"});
    showSelection();
  }

  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {
    "data-select-needed": () => tick(jobsync.selection.missingNeeds(entries())),
  });

  /** Takes what the server says about the plan whose rows are shown. */
  function showReviewed(answer) {
    jobsync.reviewed = answer;
    showSelection();
  }

  function showSelection() {
    clearTimeout(soon);
    soon = setTimeout(showSelectionNow, 30);
  }

  function showSelectionNow() {
    if (!jobsync.reviewed) return;
    jobsync.showTaking();
    const all = entries();
    for (const button of document.querySelectorAll("[data-counts]")) showCount(button, all);
    const isComplete = !jobsync.selection.missingNeeds(all).length;
    jobsync.setProps(jobsync.role("select-needed").id, {disabled: isComplete});
  }

  function showCount(button, all) {
    const {counts, label, nothing} = button.dataset;
    const {adoptable, reasons} = jobsync.reviewed;
    const labelled = n => jobsync.words.counted(JSON.parse(label), n);
    if (counts === "adoptable") {
      jobsync.setProps(button.id, {hidden: !adoptable, children: labelled(adoptable)});
      return;
    }
    const count = jobsync.selection.tally(all, counts);
    const {texts} = jobsync.config();
    const state = jobsync.selection.buttonState(reasons[button.id], count, nothing, texts);
    const {reason, note} = state;
    const children = labelled(count.selected);
    jobsync.setProps(button.id, {children, disabled: Boolean(reason), title: reason});
    const below = button.closest(".step").querySelector('[data-role="reason"]');
    jobsync.setProps(below.id, {children: note});
  }
})();
