/* Keeps the open tab as its operation is now. One request at a time; slows down when nothing moves,
   survives restarts of the server. All state is there: a reload starts again from nothing. */
(() => {
  globalThis.jobsync ??= {};
  const PATIENCE_MS = 15000;
  const seen = new Map(); // what a tab shows, by its name: of which entry, operation and seq
  const shown = new Map();
  let timer = null;
  let isBusy = false;
  let isAskedAgain = false;
  let failures = 0;
  let finishedBefore = null;
  let place = {number: 0, isNew: false}; // of the newest operation that may have moved the header
  Object.assign(jobsync, {pokeFeed, shownOperation});

  class SignedOut extends Error {}
  class Unusable extends Error {
    constructor(answer) {
      super(answer.message);
      this.answer = answer;
    }
  }

  function isDrawn() {
    return (
      window.dash_clientside?.set_props &&
      window.dash_ag_grid &&
      jobsync.config() &&
      jobsync.selectingFrame()
    );
  }

  function pokeFeed() {
    clearTimeout(timer);
    poll();
  }

  function shownOperation(tab) {
    return seen.get(tab)?.operation || "";
  }

  async function poll() {
    if (isBusy) {
      isAskedAgain = true;
      return;
    }
    const tab = isDrawn() ? jobsync.currentTab() : null;
    if (!tab) {
      timer = setTimeout(poll, isDrawn() ? jobsync.pacing.IDLE : 50);
      return;
    }
    isBusy = true;
    clearTimeout(timer);
    const wait = await ask(tab, jobsync.addresses.restoreOf(location.pathname));
    isBusy = false;
    timer = setTimeout(poll, jobsync.pacing.next(wait, {isHidden: document.hidden, isAskedAgain}));
    isAskedAgain = false;
  }

  /** Asks once and shows the answer; returns how long to wait. `entry` is what it is about. */
  async function ask(tab, entry) {
    try {
      const answer = await fetchAnswer(tab, entry);
      const isHere = entry === jobsync.addresses.restoreOf(location.pathname);
      if (isHere && tab === jobsync.currentTab()) show(tab, entry, answer);
      else isAskedAgain = true;
      if (failures) showProblem("");
      failures = 0;
      return jobsync.pacing.afterAnswer(answer);
    } catch (error) {
      failures += 1;
      const {signedOut, noAnswer} = jobsync.config().texts;
      if (error instanceof SignedOut) showProblem(signedOut);
      else if (error instanceof Unusable) showUnusable(tab, error.answer);
      else if (failures > 1) showProblem(noAnswer);
      return jobsync.pacing.afterFailures(failures);
    }
  }

  /** @returns {Promise<FeedAnswer>} */
  async function fetchAnswer(tab, entry) {
    const last = seen.get(tab.name);
    const known = last?.entry === entry ? last : {operation: "", seq: 0};
    const address = jobsync.addresses.feed(tab.name, known, place, entry);
    const answer = await fetch(address, {
      headers: {Accept: "application/json"},
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.status === 401 || answer.redirected) throw new SignedOut();
    const type = answer.headers.get("Content-Type") || "";
    if (answer.status === 503 && type.startsWith("text/plain"))
      throw new Unusable({message: await answer.text()});
    if ([403, 503].includes(answer.status) && type.startsWith("application/json"))
      throw new Unusable(await answer.json()); // no store, no role, or none that could be confirmed
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  function show(tab, entry, answer) {
    jobsync.showRows(tab, answer);
    seen.set(tab.name, {operation: answer.operation, seq: answer.seq, entry});
    for (const [id, props] of Object.entries(jobsync.news.moved(shown, answer.props))) {
      drawMoved(id, props);
    }
    place = {...place, isNew: answer.placeIsNew}; // not while it shows a problem
    if (answer.reasons) jobsync.showReviewed(tab, answer);
    if (entry) jobsync.previewWhenWanted(answer);
    if (answer.mappings) jobsync.showMappings(answer.mappings);
    if (!answer.operation) jobsync.startAtFirst(tab);
    jobsync.markFilter(tab);
    tellFinished(answer);
  }

  function drawMoved(id, {children, ...props}) {
    const element = document.getElementById(id);
    if (!element) return;
    if (jobsync.isComponent(children)) jobsync.draw(element, children);
    else if (children !== undefined) props.children = children;
    if (Object.keys(props).length) jobsync.setProps(id, props);
  }

  /** What ended since the last look: the header asks for the commit anew, and other tabs learn. */
  function tellFinished({finished, shown: ofThisTab}) {
    const {operation, text, number} = finished;
    const {ids} = jobsync.config();
    if (jobsync.news.hasEnded(finishedBefore, operation)) {
      place = {number, isNew: false};
      if (operation !== ofThisTab) jobsync.toast(text);
      if (jobsync.addresses.isHistoryList(location.pathname)) {
        jobsync.setProps(ids.historyRequest, {data: operation});
      }
    }
    finishedBefore = jobsync.news.lastEnded(finishedBefore, operation);
  }

  /** Says why nothing can be started; what the tab shows of operations stays. */
  function showUnusable(tab, {message, props, reasons, editing}) {
    showProblem(message);
    for (const [id, moved] of Object.entries(jobsync.news.moved(shown, props || {}))) {
      drawMoved(id, moved);
    }
    if (reasons) jobsync.holdSelection(tab, reasons);
    if (editing) jobsync.holdMappings(editing);
  }

  function showProblem(text) {
    jobsync.setProps(jobsync.config().ids.connectionProblem, {children: text, hidden: !text});
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) pokeFeed();
  });
  document.addEventListener("DOMContentLoaded", poll);
})();
