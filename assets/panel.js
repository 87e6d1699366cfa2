/* The side panel: one row in full, or the detailed log. It shows what was asked for last: an answer
   that comes when something else is shown, or nothing, is dropped. */
(() => {
  globalThis.jobsync ??= {};
  const html = (type, props) => ({type, props});
  let shown = null; // ends the request of what is shown; null while the panel is closed
  let opener = null; // gets the focus back
  let openings = 0;
  Object.assign(jobsync, {openRow, openPanel, showInPanel, closePanel, panelBody, askHidden});
  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {"data-close-panel": closePanel, "data-reveal": reveal});

  function panelBody() {
    return jobsync.role("panel-body");
  }

  function openRow(address, row) {
    openPanel(row.job || row.file || "", address, jobsync.config().texts.rowGone, text => {
      const found = JSON.parse(text);
      jobsync.setSides("current" in found ? found : null);
      return found;
    });
  }

  /**
   * Opens the panel at once, and fills it when the answer is there.
   * @param {string} title
   * @param {string} address
   * @param {string} gone what to say when the server does not have it
   * @param {(text: string) => {title?: string, body: object}} read not called when it is too late
   */
  async function openPanel(title, address, gone, read) {
    const mine = begin(title);
    const {text, problem} = await fetchText(address, gone, mine.signal);
    if (mine !== shown) return;
    fill(problem ? {body: sentence(problem)} : read(text));
    jobsync.redrawSides(); // where they are open at once
    jobsync.showTaking();
  }

  /** Shows the row with its hidden values, once the server has noted that they were asked for. */
  async function reveal(button) {
    const mine = shown;
    button.disabled = true;
    const {text, problem} = await jobsync.askHidden(button.dataset.reveal);
    if (mine !== shown) return;
    if (problem) {
      button.disabled = false;
      jobsync.toast(problem);
      return;
    }
    const found = JSON.parse(text);
    openings += 1;
    jobsync.setSides(found);
    fill(found);
    panelBody().focus({preventScroll: true});
    jobsync.redrawSides();
  }

  /** @param {string} what whose hidden values, as the server named it */
  async function askHidden(what) {
    const {texts} = jobsync.config();
    try {
      const answer = await fetch(jobsync.addresses.reveal(what), {
        method: "POST",
        headers: {"Content-Type": "application/json"},
        body: "{}",
      });
      if (answer.status === 404) return {problem: texts.rowGone};
      if (answer.status === 401 || answer.redirected) return {problem: texts.signedOut};
      if (answer.status === 403) return {problem: (await answer.json()).message};
      const text = await answer.text();
      if (answer.status === 503) return {problem: text};
      return answer.ok ? {text} : {problem: texts.panelFailed};
    } catch {
      return {problem: texts.panelFailed};
    }
  }

  /** Shows what needs not be asked for. */
  function showInPanel(title, body) {
    begin(title);
    fill({title, body});
  }

  function begin(title) {
    const panel = jobsync.role("panel");
    shown?.abort();
    shown = new AbortController();
    openings += 1;
    if (!panel.contains(document.activeElement)) opener = document.activeElement;
    jobsync.setSides(null);
    fill({title, body: sentence(jobsync.config().texts.panelLoading, "quiet panel-loading")});
    panel.hidden = false;
    panelBody().focus({preventScroll: true});
    return shown;
  }

  async function fetchText(address, gone, signal) {
    const {texts} = jobsync.config();
    try {
      let answer = await fetch(address, {signal});
      while (answer.status === 503 && answer.headers.has("Retry-After")) {
        await new Promise(resolve => setTimeout(resolve, 1000));
        answer = await fetch(address, {signal}); // the workspace is slow, and is still being asked
      }
      if (answer.status === 404) return {problem: gone};
      if (answer.status === 401 || answer.redirected) return {problem: texts.signedOut};
      return answer.ok ? {text: await answer.text()} : {problem: texts.panelFailed};
    } catch {
      return {problem: texts.panelFailed};
    }
  }

  function sentence(text, className = "") {
    return html("P", {children: text, className});
  }

  /** The key of each opening is its own: nothing is left of what was drawn or pressed before. */
  function fill({title, body}) {
    if (title !== undefined) jobsync.role("panel-title").textContent = title;
    jobsync.draw(panelBody(), {...body, props: {...body.props, key: openings}});
    panelBody().scrollTop = 0;
  }

  function closePanel() {
    if (!shown) return;
    shown.abort();
    shown = null;
    const panel = jobsync.role("panel");
    const isLeft =
      panel.contains(document.activeElement) || document.activeElement === document.body;
    panel.hidden = true;
    jobsync.setSides(null);
    jobsync.draw(panelBody(), null);
    if (isLeft) focusOpener();
  }

  /** What opened the panel may be gone by then: the server draws the page anew. */
  function focusOpener() {
    opener?.focus();
    if (document.activeElement !== opener) {
      document.querySelector("main").focus({preventScroll: true});
    }
  }

  document.addEventListener("keydown", event => {
    if (event.key !== "Escape" || event.defaultPrevented || clearsSearch(event.target)) return;
    if (!document.querySelector(".modal.show, dialog[open]")) closePanel();
  });

  /** The browser itself empties a field for searching first. */
  function clearsSearch(field) {
    return field.type === "search" && field.value !== "";
  }
})();
