/* The detailed log of an operation, in the side panel. */
(() => {
  globalThis.jobsync ??= {};
  const SEARCH = ".panel-views [type=search]";
  const LEVELS = {all: "logAll", warning: "logWarning", error: "logError"};
  const html = (type, props) => ({type, namespace: "dash_html_components", props});
  let log = {operation: "", text: "", lines: []};

  document.addEventListener("click", event => {
    const opens = event.target.closest("[data-log]");
    const level = event.target.closest("[data-least]");
    if (opens) showLog(opens.dataset.log);
    else if (level) choose(level);
    else if (event.target.closest("[data-download-log]")) download();
  });
  document.addEventListener("input", event => {
    if (event.target.matches(SEARCH)) filter();
  });

  async function showLog(operation) {
    const {texts} = jobsync.config();
    const answer = await fetch(jobsync.addresses.log(operation)).catch(() => null);
    const text = answer?.ok ? await answer.text() : texts.logGone;
    log = {operation, text, lines: jobsync.logLines.parse(text)};
    jobsync.showPanel(texts.log, html("Div", {children: [tools(texts), lines(texts)]}));
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
    const props = {type: "search", placeholder: texts.logSearch};
    return {type: "Input", namespace: "dash_bootstrap_components", props};
  }

  function lines(texts) {
    const drawn = log.lines.map(({text, level}, at) =>
      html("Div", {children: text, key: String(at), className: `log-line log-${level}`}),
    );
    const children = drawn.length ? drawn : texts.logEmpty;
    return html("Div", {className: "log", role: "log", children});
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
    for (const [at, line] of body.querySelectorAll(".log-line").entries()) {
      line.hidden = !jobsync.logLines.isShown(log.lines[at], least, search);
    }
  }

  function download() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([log.text], {type: "text/plain"}));
    link.download = `job-sync-log-${log.operation.slice(0, 8)}.txt`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
})();
