/* The detailed log of an operation, in the side panel. */
(() => {
  globalThis.jobsync ??= {};
  const SEARCH = ".log-search";
  const LEVELS = {all: "logAll", warning: "logWarning", error: "logError"};
  const html = (type, props) => ({type, props});
  let log = {operation: "", text: "", lines: []};
  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {
    "data-log": button => showLog(button.dataset.log),
    "data-least": choose,
    "data-download-log": download,
  });

  document.addEventListener("input", event => {
    if (event.target.matches(SEARCH)) filter();
  });

  function showLog(operation) {
    const {texts} = jobsync.config();
    jobsync.openPanel(texts.log, jobsync.addresses.log(operation), texts.logGone, text =>
      read(operation, text, texts),
    );
  }

  function read(operation, text, texts) {
    const parsed = jobsync.logLines.parse(text);
    if (!parsed.length) return {body: html("P", {children: texts.logEmpty})};
    log = {operation, text, lines: parsed};
    return {body: html("Div", {children: [tools(texts), lines(), nothing(texts)]})};
  }

  function tools(texts) {
    const levels = Object.entries(LEVELS).map(([level, name]) =>
      button(texts[name], {
        className: "segment",
        "data-least": level,
        "aria-pressed": String(level === "all"),
      }),
    );
    const download = button(texts.logDownload, {
      className: "button button-quiet",
      "data-download-log": "true",
    });
    return html("Div", {className: "panel-views", children: [...levels, search(texts), download]});
  }

  function button(label, props) {
    return html("Button", {children: label, type: "button", ...props});
  }

  function search(texts) {
    const label = texts.logSearch;
    const props = {type: "search", placeholder: label, "aria-label": label};
    return html("Input", {className: "form-control log-search", ...props});
  }

  function lines() {
    const drawn = log.lines.map(({text, level}) =>
      html("Div", {children: text, className: `log-line log-${level}`}),
    );
    return html("Div", {className: "log", role: "log", children: drawn});
  }

  function nothing(texts) {
    const className = "quiet log-no-match";
    return html("P", {className, hidden: true, children: texts.logNoMatch});
  }

  function choose(level) {
    for (const other of jobsync.panelBody().querySelectorAll("[data-least]")) {
      other.setAttribute("aria-pressed", String(other === level));
    }
    filter();
  }

  function filter() {
    const body = jobsync.panelBody();
    const least = body.querySelector('[data-least][aria-pressed="true"]').dataset.least;
    const search = body.querySelector(SEARCH).value;
    let count = 0;
    for (const [at, line] of body.querySelectorAll(".log-line").entries()) {
      line.hidden = !jobsync.logLines.isShown(log.lines[at], least, search);
      if (!line.hidden) count += 1;
    }
    body.querySelector(".log-no-match").hidden = count > 0;
  }

  function download() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([log.text], {type: "text/plain"}));
    link.download = `job-sync-log-${log.operation.slice(0, 8)}.txt`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
})();
