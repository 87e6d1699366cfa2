/* Ticking rows: after a validation what can be imported is ticked, what can be removed is not; after
   the preview of a restore all that needs no tick of its own. What the user unticks stays so over a
   reload; after an import or a restore nothing is ticked by itself. */
(() => {
  globalThis.jobsync ??= {};
  const boards = new Map(); // what is known of each grid whose rows can be ticked, by its id
  Object.assign(jobsync, {
    attachSelection,
    tickedAtFirst,
    tickAdded,
    showReviewed,
    holdSelection,
    selectedRows: pick => jobsync.selection.selectedRows(entries(boardHere()), pick),
    selectedNames: pick => jobsync.selection.selectedNames(entries(boardHere()), pick),
    reviewedPlan: () => boardHere()?.reviewed?.plan || "",
    reasonFor: button => boardHere()?.reviewed?.reasons[button] || "",
  });

  function boardOf(id) {
    if (!boards.has(id)) {
      boards.set(id, {
        id,
        ticked: new Set(), // keys that were ticked here once
        plan: "", // the operation whose rows are ticked at first
        pick: "",
        leftOut: new Set(),
        reviewed: null,
        soon: null,
      });
    }
    return boards.get(id);
  }

  /** Returns the board of the tab that is open, or null when it has none. */
  function boardHere() {
    const frame = jobsync.fedFrame(jobsync.currentTab());
    return frame?.dataset.selects ? boardOf(frame.dataset.rowsOf) : null;
  }

  function entries(board) {
    const found = [];
    jobsync.gridApi(board?.id)?.forEachNode(node => {
      found.push({row: node.data, isSelected: node.isSelected(), isShown: node.displayed});
    });
    return found;
  }

  function attachSelection(id, grid) {
    const board = boardOf(id);
    grid.addEventListener("selectionChanged", event => {
      if (event.source !== "api") rememberUnticked(board);
      showSelection(board);
    });
    grid.addEventListener("modelUpdated", () => showSelection(board));
  }

  const unticked = board => `jobsync.unticked.${board.plan}`;

  function rememberUnticked(board) {
    if (!board.plan) return;
    const keys = jobsync.selection.unticked(entries(board), board.pick);
    jobsync.memory.write(() => sessionStorage, unticked(board), keys);
  }

  /** Returns the keys of the rows to tick when a grid gets all its rows anew. */
  function tickedAtFirst(id, rows, {kind, operation}) {
    const board = boardOf(id);
    board.pick = jobsync.config().picks[kind] || "";
    board.plan = board.pick && operation;
    board.leftOut = new Set(jobsync.memory.read(() => sessionStorage, unticked(board), []));
    board.ticked.clear();
    if (!board.plan) return [];
    for (const row of rows.filter(row => isTickedAtFirst(board, row))) board.ticked.add(row.key);
    return [...board.ticked];
  }

  function isTickedAtFirst(board, row) {
    const only = board.pick === "restore" ? jobsync.onlyJob() : "";
    return jobsync.selection.isTickedAtFirst(row, board.leftOut, board.pick, only);
  }

  /** The grid adds rows with a delay. */
  function tickAdded(id, rows) {
    const board = boardOf(id);
    setTimeout(() => showSelection(board), 150);
    const isAny = board.plan && rows.some(row => isTickedAtFirst(board, row));
    if (isAny) setTimeout(() => tickNew(board), 200);
  }

  function tickNew(board) {
    const keys = entries(board)
      .map(entry => entry.row)
      .filter(row => isTickedAtFirst(board, row) && !board.ticked.has(row.key))
      .map(row => row.key);
    for (const key of keys) board.ticked.add(key);
    tick(board, keys);
  }

  /** All at once: one at a time would draw ten thousand times. */
  function tick(board, keys) {
    const grid = jobsync.gridApi(board.id);
    const nodes = keys.map(key => grid.getRowNode(key));
    grid.setNodesSelected({nodes, newValue: true, source: "api"});
    showSelection(board);
  }

  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {"data-select-needed": selectNeeded});

  function selectNeeded() {
    const board = boardHere();
    tick(board, jobsync.selection.missingNeeds(entries(board)));
  }

  /** Takes what the server says about the plan whose rows a tab shows. */
  function showReviewed(tab, answer) {
    const board = boardOf(jobsync.fedFrame(tab).dataset.rowsOf);
    board.reviewed = answer;
    showSelection(board);
  }

  /** Shows why nothing may be done with what is selected, until the plan is reviewed again. */
  function holdSelection(tab, reasons) {
    const frame = jobsync.fedFrame(tab);
    const board = frame && boardOf(frame.dataset.rowsOf);
    if (!board?.reviewed) return;
    board.reviewed = {...board.reviewed, reasons};
    showSelection(board);
  }

  function showSelection(board) {
    clearTimeout(board.soon);
    board.soon = setTimeout(() => showSelectionNow(board), 30);
  }

  function showSelectionNow(board) {
    if (!board.reviewed) return;
    jobsync.showTaking();
    const all = entries(board);
    const pane = document.querySelector(`[data-rows-of="${board.id}"]`).closest(".pane");
    for (const button of pane.querySelectorAll("[data-counts]")) showCount(board, button, all);
    const needed = pane.querySelector('[data-role="select-needed"]');
    if (needed) {
      jobsync.setProps(needed.id, {disabled: !jobsync.selection.missingNeeds(all).length});
    }
    if (pane.querySelector('[data-counts="restore"]')) noteOnly(board, all);
  }

  /** Says what is selected at first as long as that is so: not after the restore. */
  function noteOnly(board, all) {
    jobsync.noteOnly(board.pick === "restore" ? all.map(entry => entry.row) : []);
  }

  function showCount(board, button, all) {
    const {counts, label, nothing} = button.dataset;
    const {adoptable, reasons} = board.reviewed;
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
