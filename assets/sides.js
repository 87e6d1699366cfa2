/* The settings of a row side by side, as texts. */
(() => {
  globalThis.jobsync ??= {};
  const LIBRARIES = ["vendor/diff.min.js", "vendor/diff2html.min.js"];
  const STYLE = "vendor/diff2html.min.css";
  const AROUND = 4; // unchanged lines about a change
  const ALL = 1e6;
  const NARROW = 700; // pixels
  let sides = null; // the current and the desired settings of the row that is shown
  let isWhole = false;
  let position = -1; // of the change that was moved to
  let loading = null;
  Object.assign(jobsync, {setSides, redrawSides});
  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {
    "data-view": choose,
    "data-fold": fold,
    "data-move": move,
    "data-copy-json": copyJson,
  });

  /** @param {{current: string, desired: string} | null} found null for a panel without them */
  function setSides(found) {
    sides = found;
    isWhole = false;
    position = -1;
    jobsync.role("panel").classList.remove("panel-wide");
  }

  /* The libraries are large and few rows need them. Returns whether they are there. */
  async function load() {
    loading ??= Promise.all([loadStyle(), loadScripts()]);
    try {
      await loading;
      return true;
    } catch {
      loading = null; // the next time may do
      return false;
    }
  }

  async function loadScripts() {
    for (const path of LIBRARIES) await jobsync.loadScript(jobsync.addresses.asset(path));
  }

  /** Before our own, which has the last word. */
  function loadStyle() {
    return new Promise(resolve => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = jobsync.addresses.asset(STYLE);
      link.onload = resolve;
      link.onerror = resolve;
      document.head.insertBefore(link, document.head.querySelector('link[href*="app.css"]'));
    });
  }

  async function redrawSides() {
    const place = jobsync.panelBody().querySelector(".panel-sides");
    if (!place || place.hidden || !sides) return;
    if (!sides.current || sides.current === sides.desired) {
      place.textContent = sides.desired;
      place.classList.add("plain-json");
      return;
    }
    const isLoaded = await load();
    if (!place.isConnected) return; // another row is shown by now
    if (!isLoaded) {
      place.textContent = jobsync.config().texts.panelFailed;
      return;
    }
    place.innerHTML = differences(); // diff2html escapes what it draws
    for (const part of place.querySelectorAll(".d2h-file-side-diff, .d2h-code-wrapper")) {
      part.tabIndex = 0;
    }
    position = -1;
  }

  function differences() {
    const {current, desired} = sides;
    const files = ["settings", "settings", current, desired, undefined, undefined];
    const patch = Diff.createTwoFilesPatch(...files, {context: isWhole ? ALL : AROUND});
    return Diff2Html.html(patch, {
      outputFormat: innerWidth < NARROW ? "line-by-line" : "side-by-side",
      drawFileList: false,
      matching: "lines",
      diffStyle: "word",
      colorScheme: jobsync.isDark() ? "dark" : "light",
      matchingMaxComparisons: 2000,
      maxLineLengthHighlight: 2000,
    });
  }

  function choose(button) {
    const isSides = button.dataset.view === "sides";
    const body = jobsync.panelBody();
    for (const other of body.querySelectorAll("[data-view]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    body.querySelector(".panel-fields").hidden = isSides;
    body.querySelector(".panel-sides").hidden = !isSides;
    for (const tool of body.querySelectorAll(".sides-only")) tool.hidden = !isSides;
    jobsync.role("panel").classList.toggle("panel-wide", isSides);
    redrawSides();
  }

  function fold(button) {
    isWhole = !isWhole;
    button.setAttribute("aria-pressed", String(isWhole));
    redrawSides();
  }

  function move(button) {
    const found = changes();
    if (!found.length) return;
    position = (position + Number(button.dataset.move) + found.length) % found.length;
    for (const [at, row] of found.entries()) row.classList.toggle("change-shown", at === position);
    found[position].scrollIntoView({block: "center", behavior: "smooth"});
  }

  /** Returns the first row of each change. */
  function changes() {
    const rows = [...jobsync.panelBody().querySelectorAll(".panel-sides tr")].filter(row =>
      row.querySelector(".d2h-ins, .d2h-del"),
    );
    return rows.filter((row, at) => rows[at - 1] !== row.previousElementSibling);
  }

  function copyJson(button) {
    if (!sides) return;
    jobsync.copy(sides[button.dataset.copyJson] || sides.desired || sides.current, button);
  }
})();
