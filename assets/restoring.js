/* The page of Restore: how it is reached from the history, and the dialog that confirms one. */
(() => {
  globalThis.jobsync ??= {};
  const html = (type, props) => ({type, props});
  const PREVIEW = "planrestore";
  let wanted = ""; // the entry that a press of Restore asked to preview
  Object.assign(jobsync, {onlyJob, noteOnly, previewWhenWanted});
  jobsync.gathered ??= {};
  Object.assign(jobsync.gathered, {entry: () => jobsync.addresses.restoreOf(location.pathname)});
  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {
    "data-restore": go,
    "data-open-restore": open,
    "data-review": button => jobsync.go(jobsync.addresses.restore(button.dataset.review)),
    "data-open-entry": button => jobsync.go(jobsync.addresses.entry(button.dataset.openEntry)),
    "data-only-restorable": filterBy,
  });

  function go(button) {
    wanted = button.dataset.restore;
    jobsync.go(jobsync.addresses.restore(wanted, button.dataset.job || ""));
  }

  /** Leaves only the operations that can be restored, or shows the others again. */
  function filterBy(button) {
    const id = button.dataset.onlyRestorable;
    const {restorable, ...others} = jobsync.gridApi(id).getFilterModel();
    const filterModel = restorable ? others : {...others, restorable: {type: "notBlank"}};
    jobsync.setProps(id, {filterModel});
  }

  /** Presses the button while the column is filtered, whoever filtered it. */
  function followFilter(button) {
    const grid = jobsync.gridApi(button.dataset.onlyRestorable);
    grid.addEventListener("filterChanged", () => {
      const isOn = Boolean(grid.getFilterModel().restorable);
      button.setAttribute("aria-pressed", String(isOn));
    });
  }

  const filterButton = () => document.querySelector("[data-only-restorable]");
  const isDrawn = () => jobsync.gridApi(filterButton()?.dataset.onlyRestorable);
  document.addEventListener("DOMContentLoaded", () =>
    jobsync.whenDrawn(isDrawn, () => followFilter(filterButton())),
  );

  /** Starts the preview that a press asked for, when it may be started; an address starts nothing. */
  function previewWhenWanted(answer) {
    if (!wanted || wanted !== jobsync.addresses.restoreOf(location.pathname)) return;
    wanted = "";
    const button = document.querySelector(`[data-operation="${PREVIEW}"]`);
    if (!answer.props[button.id].disabled) jobsync.operate(PREVIEW);
  }

  /** Returns the only job that the address wants selected at first, empty for all. */
  function onlyJob() {
    return jobsync.addresses.restoredJob(location.pathname, location.search);
  }

  /** Says that one job alone is selected at first, or that it is not among the rows. */
  function noteOnly(rows) {
    const {ids, texts} = jobsync.config();
    const job = onlyJob();
    const isThere = rows.some(row => row.job === job && row.pick === "restore");
    const text = isThere ? texts.restoreOnly : texts.restoreNotHere;
    const note = job && rows.length ? jobsync.words.fill(text, {job}) : "";
    jobsync.setProps(ids.restoreOnly, {children: note});
  }

  function open() {
    const {ids} = jobsync.config();
    jobsync.setProps(ids.restoreNumber, {value: ""});
    jobsync.ask("restore", ids.restoreDialog, show);
  }

  function show({rows, carriedOut, typed}) {
    const {ids, texts} = jobsync.config();
    const groups = jobsync.asking.grouped(carriedOut);
    const [count, removed] = [carriedOut.length, groups.removes.length];
    jobsync.setProps(ids.restoreTyped, {hidden: !removed});
    jobsync.setProps(ids.restoreConfirm, {
      children: jobsync.words.counted(texts.restoreConfirm, count),
      disabled: !jobsync.asking.isConfirmed(typed, count, removed),
    });
    const lists = [
      group(texts.restoreCreates, groups.creates),
      group(texts.restoreSetsBack, groups.setsBack),
      group(texts.restoreRemoves, groups.removes),
      html("P", {hidden: count > 0, children: texts.restoreNothing}),
      jobsync.doubtList(rows),
    ];
    jobsync.drawWhenThere(ids.restoreAsked, html("Div", {className: "asked", children: lists}));
  }

  function group(title, rows) {
    const text = jobsync.words.counted(title, rows.length);
    const names = rows.map(row => html("Li", {children: row.job}));
    const list = html("Ul", {children: names, tabIndex: 0, "aria-label": text});
    return html("Div", {
      className: "name-list",
      hidden: !rows.length,
      children: [html("P", {children: text}), list],
    });
  }
})();
