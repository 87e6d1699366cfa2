/* Buttons that start an operation or cancel it. Those of components/operation_button.py say which
   one, and what the request holds; others are drawn anew by the server and cannot be wired. */
(() => {
  globalThis.jobsync ??= {};
  const ANSWERED_MS = 5000;
  let requests = 0;
  const startedAtFirst = new Set();
  Object.assign(jobsync, {startAtFirst, operate});

  jobsync.gathered ??= {}; // what a request holds besides fields of the page, by its name
  jobsync.controls ??= {};
  jobsync.controls["data-decision"] = decide;
  Object.assign(jobsync.controls, {"data-operation": start, "data-cancel": cancel});

  function start(button) {
    const {operation, needs} = button.dataset;
    const number = `${Date.now()}:${++requests}`;
    const request = jobsync.requests.requestFor(operation, needs, number, need =>
      valueFor(need, button),
    );
    jobsync.setProps(jobsync.config().ids.startRequest, {data: request});
    if ("fields" in request) jobsync.closePanel(); // which is where they were chosen
  }

  /** Answers what another operator requested. */
  function decide(button) {
    button.disabled = true;
    const {decision, requestId} = button.dataset;
    const number = `${Date.now()}:${++requests}`;
    const request = {decision, request: requestId, number};
    jobsync.setProps(jobsync.config().ids.startRequest, {data: request});
    setTimeout(jobsync.pokeFeed, 500);
    setTimeout(() => {
      button.disabled = false; // it is still there when the answer was refused
    }, ANSWERED_MS);
  }

  function valueFor(need, {dataset}) {
    const {operation} = dataset;
    const asked = jobsync.askedOf(operation);
    if (need === "plan") return asked?.plan ?? jobsync.reviewedPlan();
    if (need === "names" && dataset.names) return JSON.parse(dataset.names);
    if (need === "names") return asked?.names ?? jobsync.selectedNames(operation);
    if (Object.hasOwn(jobsync.gathered, need)) return jobsync.gathered[need]();
    return fieldOf(need);
  }

  function fieldOf(need) {
    const field = document.querySelector(`[data-request="${need}"] :is(input, select)`);
    return field.type === "checkbox" ? field.checked : field.value;
  }

  /** Does what the button of a kind does. */
  function operate(kind) {
    start(document.querySelector(`[data-operation="${CSS.escape(kind)}"]`));
  }

  /** Starts by itself, once, what a tab that has no operation yet begins with. */
  function startAtFirst(tab) {
    const button = jobsync.paneOf(tab).querySelector("[data-at-first]");
    if (!button || startedAtFirst.has(button)) return;
    startedAtFirst.add(button);
    start(button);
  }

  function cancel(button) {
    button.disabled = true;
    const request = {operation: button.dataset.cancel, number: ++requests};
    jobsync.setProps(jobsync.config().ids.cancelRequest, {data: request});
    setTimeout(() => {
      if ("cancel" in button.dataset) button.disabled = false; // it was not asked to stop
    }, ANSWERED_MS);
  }
})();
