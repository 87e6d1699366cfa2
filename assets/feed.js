/* Keeps the open tab as its operation is now. One request at a time; slows down when nothing moves,
   survives restarts of the server. All state is there: a reload starts again from nothing. */
(function () {
  const FAST = 600, IDLE = 4000, SLOWEST = 8000;
  const jobsync = window.jobsync = window.jobsync || {};
  const seen = {};
  const shown = {};
  let timer = null, busy = false, again = false, failures = 0;
  let finishedBefore = null;

  const ready = () => window.dash_clientside && window.dash_clientside.set_props && window.dash_ag_grid
    && document.getElementById("import-grid") && document.getElementById("page-config");

  function setWhatMoved(props) {
    for (const [id, values] of Object.entries(props)) {
      const moved = {};
      for (const [name, value] of Object.entries(values)) {
        const text = JSON.stringify(value), key = id + "." + name;
        if (shown[key] !== text) { moved[name] = value; shown[key] = text; }
      }
      if (Object.keys(moved).length && document.getElementById(id)) jobsync.setProps(id, moved);
    }
  }

  function show(tab, answer) {
    if (tab === "export" || tab === "import") {
      if (answer.isFull) jobsync.setRows(tab, answer.rows, answer.kind, answer.operation);
      else if (answer.rows.length) jobsync.updateRows(tab, answer.rows);
    }
    seen[tab] = {operation: answer.operation, seq: answer.seq};
    setWhatMoved(answer.props);
    if (tab === "import") { jobsync.importState = answer; jobsync.showSelection(); }
    if (tab === "workspace" && !answer.operation && !seen.askedInfo) {
      seen.askedInfo = true;
      jobsync.setProps("start-request", {data: {kind: "info", number: Date.now()}});
    }
    jobsync.markFilter(tab);
    tellFinished(answer, tab);
    return answer.isActive ? FAST : IDLE;
  }

  /* What ended since the last look: the header reads the commit anew, and other tabs are told. */
  function tellFinished(answer, tab) {
    const {operation, text} = answer.finished;
    if (finishedBefore !== null && operation && operation !== finishedBefore) {
      jobsync.setProps("operation-ended", {data: operation});
      if (operation !== answer.shown) jobsync.toast(text);
      if (tab === "history" && location.pathname.split("/").length < 3) jobsync.setProps("history-request", {data: operation});
    }
    if (operation || finishedBefore === null) finishedBefore = operation;
  }

  async function poll() {
    if (busy) { again = true; return; }
    if (!ready()) { timer = setTimeout(poll, 50); return; }
    const tab = jobsync.currentTab();
    if (!tab) { timer = setTimeout(poll, IDLE); return; }
    busy = true;
    clearTimeout(timer);
    let wait = IDLE;
    try {
      const state = seen[tab] || {operation: "", seq: 0};
      const answer = await fetch("/feed/" + tab + "?operation=" + state.operation + "&since=" + state.seq,
        {headers: {Accept: "application/json"}, signal: AbortSignal.timeout(15000)});
      if (answer.status === 401 || answer.redirected) throw new Error("signed out");
      if (!answer.ok) throw new Error("status " + answer.status);
      const body = await answer.json();
      if (tab === jobsync.currentTab()) wait = show(tab, body); else again = true;
      if (failures) { failures = 0; problem(""); }
    } catch (error) {
      failures += 1;
      wait = Math.min(SLOWEST, 500 * 2 ** failures);
      if (error.message === "signed out") problem("Your session has ended. Reload the page to sign in.");
      else if (failures > 1) problem("The app does not answer. Trying again …");
    } finally { busy = false; }
    if (document.hidden) wait = Math.max(wait, IDLE);
    if (again) { again = false; wait = 0; }
    timer = setTimeout(poll, wait);
  }

  function problem(text) {
    jobsync.setProps("connection-problem", {children: text, hidden: !text});
  }

  jobsync.pokeFeed = () => { clearTimeout(timer); poll(); };
  jobsync.shownOperation = tab => (seen[tab] || {}).operation || "";
  document.addEventListener("visibilitychange", () => { if (!document.hidden) jobsync.pokeFeed(); });
  document.addEventListener("DOMContentLoaded", poll);
})();
