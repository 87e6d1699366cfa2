/* The side panel: one row in full, its two sides as text, and the detailed log. */
(function () {
  const jobsync = window.jobsync = window.jobsync || {};
  const LIBRARIES = ["/assets/vendor/diff.min.js", "/assets/vendor/diff2html.min.js"];
  let sides = null, opener = null, isWhole = false, position = -1, loading = null;
  const panel = () => document.getElementById("side-panel");
  const body = () => document.getElementById("side-panel-body");

  jobsync.openPanel = async function (address, row) {
    opener = document.activeElement;
    jobsync.setProps("side-panel-title", {children: row.job || row.file || ""});
    show();
    const answer = await fetch(address, {headers: {Accept: "application/json"}}).catch(() => null);
    if (!answer || !answer.ok) {
      jobsync.setProps("side-panel-body", {children: "The details of this row are not kept any more. Do the operation again to see them."});
      return;
    }
    const found = await answer.json();
    sides = "current" in found ? {name: found.title, current: found.current, desired: found.desired} : null;
    jobsync.setProps("side-panel-title", {children: found.title});
    jobsync.setProps("side-panel-body", {children: found.body});
    body().scrollTop = 0;
  };
  jobsync.showLog = async function (operation) {
    opener = document.activeElement;
    const answer = await fetch("/feed/log/" + operation).catch(() => null);
    const text = answer && answer.ok ? await answer.text() : "The log is not kept any more.";
    jobsync.setProps("side-panel-title", {children: "Detailed log"});
    jobsync.setProps("side-panel-body", {children: logView(text)});
    show();
    sides = null;
    panel().dataset.log = text;
    panel().dataset.operation = operation;
  };
  jobsync.closePanel = function () {
    const element = panel();
    if (!element || element.hidden) return;
    jobsync.setProps("side-panel", {hidden: true});
    if (opener && document.contains(opener)) opener.focus();
  };
  function show() {
    jobsync.setProps("side-panel", {hidden: false});
    isWhole = false;
    position = -1;
    setTimeout(() => body().focus({preventScroll: true}), 0);
  }

  /* Side by side */
  const load = () => loading = loading || LIBRARIES.reduce((before, address) => before.then(() => new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = done;
    script.onerror = fail;
    document.head.appendChild(script);
  })), stylesheet());
  const stylesheet = () => new Promise(done => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = "/assets/vendor/diff2html.min.css";
    link.onload = done;
    link.onerror = done;
    document.head.insertBefore(link, document.head.querySelector('link[href*="app.css"]'));
  });
  async function drawSides() {
    const place = body().querySelector(".panel-sides");
    if (!place || place.hidden || !sides) return;
    await load();
    const patch = Diff.createTwoFilesPatch("settings", "settings", sides.current, sides.desired, undefined, undefined, {context: isWhole ? 1e6 : 4});
    const isDark = document.documentElement.getAttribute("data-bs-theme") === "dark";
    if (sides.current === sides.desired) { place.textContent = sides.current; place.classList.add("plain-json"); return; }
    /* diff2html escapes what it draws. */
    place.innerHTML = Diff2Html.html(patch, {
      outputFormat: innerWidth < 700 ? "line-by-line" : "side-by-side", drawFileList: false, matching: "lines", diffStyle: "word",
      colorScheme: isDark ? "dark" : "light", matchingMaxComparisons: 2000, maxLineLengthHighlight: 2000,
    });
    for (const scroll of place.querySelectorAll(".d2h-file-side-diff, .d2h-code-wrapper")) scroll.tabIndex = 0;
    position = -1;
  }
  jobsync.redrawSides = drawSides;
  function changes() {
    const rows = [...body().querySelectorAll(".panel-sides tr")].filter(row => row.querySelector(".d2h-ins, .d2h-del"));
    return rows.filter((row, at) => rows[at - 1] !== row.previousElementSibling);
  }

  document.addEventListener("click", event => {
    const hit = name => event.target.closest("[" + name + "]");
    let element;
    if (hit("data-close-panel")) jobsync.closePanel();
    else if ((element = hit("data-view"))) view(element);
    else if ((element = hit("data-fold"))) {
      isWhole = !isWhole;
      element.setAttribute("aria-pressed", String(isWhole));
      drawSides();
    } else if ((element = hit("data-move"))) {
      const found = changes();
      if (!found.length) return;
      position = (position + Number(element.dataset.move) + found.length) % found.length;
      found.forEach((row, at) => row.classList.toggle("change-shown", at === position));
      found[position].scrollIntoView({block: "center", behavior: "smooth"});
    } else if ((element = hit("data-copy-json")) && sides) jobsync.copy(sides.desired || sides.current, element);
    else if (hit("data-download-log")) download();
  });
  function view(button) {
    const isSides = button.dataset.view === "sides";
    for (const other of body().querySelectorAll("[data-view]")) other.setAttribute("aria-pressed", String(other === button));
    body().querySelector(".panel-fields").hidden = isSides;
    body().querySelector(".panel-sides").hidden = !isSides;
    for (const tool of body().querySelectorAll(".sides-only")) tool.hidden = !isSides;
    panel().classList.toggle("panel-wide", isSides);
    drawSides();
  }
  document.addEventListener("keydown", event => {
    if (event.key === "Escape" && !document.querySelector(".modal.show")) jobsync.closePanel();
  });

  /* Log */
  const node = (type, props) => ({type, namespace: "dash_html_components", props});
  function logView(text) {
    const lines = text.split("\n").filter(Boolean).map((line, at) => node("Div", {
      children: line, key: String(at), className: "log-line log-" + (line.split(/\s+/)[3] || "").toLowerCase(),
    }));
    const button = (label, props) => node("Button", {children: label, type: "button", ...props});
    return node("Div", {children: [
      node("Div", {className: "panel-views", children: [
        ...["All", "Warning", "Error"].map(level => button(level, {className: "segment", "data-level": level.toLowerCase(), "aria-pressed": String(level === "All")})),
        {type: "Input", namespace: "dash_bootstrap_components", props: {id: "log-search", type: "search", placeholder: "Search the log"}},
        button("Download", {className: "button button-quiet", "data-download-log": "true"}),
      ]}),
      node("Div", {className: "log", role: "log", children: lines.length ? lines : "Nothing was logged."}),
    ]});
  }
  function filterLog() {
    const pressed = body().querySelector('[data-level][aria-pressed="true"]'), search = document.getElementById("log-search");
    const level = pressed ? pressed.dataset.level : "all", text = (search ? search.value : "").toLowerCase();
    for (const line of body().querySelectorAll(".log-line")) {
      const isLevel = level === "all" || line.classList.contains("log-error") || (level === "warning" && line.classList.contains("log-warning"));
      line.hidden = !isLevel || !line.textContent.toLowerCase().includes(text);
    }
  }
  document.addEventListener("click", event => {
    const level = event.target.closest("[data-level]");
    if (!level) return;
    for (const other of body().querySelectorAll("[data-level]")) other.setAttribute("aria-pressed", String(other === level));
    filterLog();
  });
  document.addEventListener("input", event => { if (event.target.id === "log-search") filterLog(); });
  function download() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([panel().dataset.log], {type: "text/plain"}));
    link.download = "job-sync-log-" + panel().dataset.operation.slice(0, 8) + ".txt";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
})();
