/* What the dialog that is open asks about: the selected rows, which of those with a doubt are ticked,
   and the number that was typed. */
(() => {
  globalThis.jobsync ??= {};
  const html = (type, props) => ({type, props});
  let asked = {
    kind: "",
    dialog: "",
    plan: "",
    rows: [],
    ticked: new Set(),
    typed: "",
    show: () => {},
  };
  Object.assign(jobsync, {ask, askedOf, drawWhenThere, doubtList});
  jobsync.gathered ??= {};
  Object.assign(jobsync.gathered, {ticked: tickedNames});
  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {"data-close-asking": close});

  /**
   * Opens a dialog about the rows that are selected for something.
   * @param {string} kind of operation, and what the rows can be picked for
   * @param {string} dialog its id
   * @param {(now: {rows: Row[], carriedOut: Row[], typed: string}) => void} show called now and
   *   whenever a tick or the number moves
   */
  function ask(kind, dialog, show) {
    const [rows, plan] = [jobsync.selectedRows(kind), jobsync.reviewedPlan()];
    asked = {kind, dialog, plan, rows, ticked: new Set(), typed: "", show};
    showAgain();
    jobsync.setProps(dialog, {is_open: true});
  }

  function close() {
    jobsync.setProps(asked.dialog, {is_open: false});
  }

  function carriedOut() {
    return jobsync.asking.carriedOut(asked.rows, asked.ticked);
  }

  function showAgain() {
    asked.show({rows: asked.rows, carriedOut: carriedOut(), typed: asked.typed});
  }

  /** Returns the jobs that a dialog was about, and their plan: a newer one may have come meanwhile.
      Null for an operation that has no dialog. */
  function askedOf(kind) {
    if (kind !== asked.kind) return null;
    return {names: carriedOut().map(row => row.job), plan: asked.plan};
  }

  function tickedNames() {
    return jobsync.asking.doubtful(carriedOut()).map(row => row.job);
  }

  document.addEventListener("input", event => {
    if (!event.target.closest('[data-request="typed"]')) return;
    asked.typed = event.target.value;
    showAgain();
  });

  document.addEventListener("change", event => {
    const {tick} = event.target.dataset;
    if (tick === undefined) return;
    if (event.target.checked) asked.ticked.add(tick);
    else asked.ticked.delete(tick);
    showAgain();
  });

  /** Draws into a dialog, whose parts are there only while it is open. */
  function drawWhenThere(id, content) {
    jobsync.whenDrawn(
      () => document.getElementById(id),
      () => jobsync.draw(document.getElementById(id), content),
    );
  }

  /** Returns the list of rows with a doubt, each with a box of its own and its reason. */
  function doubtList(rows) {
    const doubtful = jobsync.asking.doubtful(rows);
    if (!doubtful.length) return html("Div", {className: "doubts", hidden: true});
    const title = jobsync.words.counted(jobsync.config().texts.doubts, doubtful.length);
    const list = html("Ul", {children: doubtful.map(doubtItem), tabIndex: 0, "aria-label": title});
    return html("Div", {className: "doubts", children: [html("P", {children: title}), list]});
  }

  function doubtItem(row) {
    const box = {type: "checkbox", className: "form-check-input", "data-tick": row.key};
    const text = [
      html("Strong", {className: "asked-name", children: row.job}),
      html("Span", {className: "doubt-reason", children: row.doubt}),
    ];
    const label = [html("Input", box), html("Span", {children: text})];
    return html("Li", {children: [html("Label", {children: label})]});
  }
})();
