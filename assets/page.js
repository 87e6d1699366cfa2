/* The page itself: tabs and addresses, what is remembered, requests of the buttons, copying. */
(function () {
  const TABS = ["export", "import", "history", "workspace"];
  const config = () => document.getElementById("page-config").dataset;
  const noUpdate = () => window.dash_clientside.no_update;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  let requests = 0;

  const jobsync = window.jobsync = window.jobsync || {};
  jobsync.setProps = setProps;
  jobsync.config = config;
  jobsync.storage = {
    key: name => "jobsync." + config().key + "." + name,
    get(name) { try { return JSON.parse(localStorage.getItem(this.key(name))); } catch (error) { return null; } },
    set(name, value) { try { localStorage.setItem(this.key(name), JSON.stringify(value)); } catch (error) { /* full or off */ } },
  };
  jobsync.toast = text => setProps("toast", {children: text, header: "", is_open: true});

  /* Tabs: the address decides. "/" goes to the tab that was open last. */
  jobsync.currentTab = function () {
    const name = location.pathname.split("/")[1];
    return allowed().includes(name) ? name : null;
  };
  const allowed = () => config().tabs.split(",");
  function showTab() {
    if (!document.getElementById("page-config")) { setTimeout(showTab, 30); return; }
    let tab = jobsync.currentTab();
    if (!tab) {
      const last = jobsync.storage.get("tab");
      tab = allowed().includes(last) ? last : allowed()[0];
      history.replaceState(history.state, "", "/" + tab);
      window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    }
    jobsync.storage.set("tab", tab);
    for (const name of TABS) {
      const pane = document.getElementById("pane-" + name), link = document.getElementById("nav-" + name);
      pane.hidden = name !== tab;
      if (name === tab) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    }
    document.title = tab[0].toUpperCase() + tab.slice(1) + " · " + config().workspace + " · Job Sync";
    const entry = tab === "history" && location.pathname.split("/")[2];
    document.getElementById("history-list").hidden = Boolean(entry);
    document.getElementById("history-entry").hidden = !entry;
    if (jobsync.closePanel) jobsync.closePanel();
    if (jobsync.pokeFeed) jobsync.pokeFeed();
  }
  window.addEventListener("_dashprivate_pushstate", () => setTimeout(showTab, 0));
  window.addEventListener("popstate", () => setTimeout(showTab, 0));
  document.addEventListener("DOMContentLoaded", showTab);
  jobsync.go = function (path) {
    history.pushState({}, "", path);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  };

  /* Clicks on what the server draws anew and therefore cannot wire. */
  document.addEventListener("click", event => {
    const hit = name => event.target.closest("[" + name + "]");
    let element;
    if ((element = hit("data-copy"))) copy(element.dataset.copy, element);
    else if ((element = hit("data-cancel"))) {
      element.disabled = true;
      setProps("cancel-request", {data: {operation: element.dataset.cancel, number: ++requests}});
    } else if ((element = hit("data-theme-toggle"))) toggleTheme();
    else if ((element = hit("data-log"))) jobsync.showLog(element.dataset.log);
    for (const menu of document.querySelectorAll("details.menu-holder[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", event => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu-holder[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  function copy(text, element) {
    navigator.clipboard.writeText(text).then(
      () => { element.classList.add("copied"); setTimeout(() => element.classList.remove("copied"), 1200); },
      () => jobsync.toast("The browser does not let this page copy."));
  }
  jobsync.copy = copy;
  function toggleTheme() {
    const root = document.documentElement, dark = root.getAttribute("data-bs-theme") !== "dark";
    root.setAttribute("data-bs-theme", dark ? "dark" : "light");
    try { localStorage.setItem("jobsync.theme", dark ? "dark" : "light"); } catch (error) { /* off */ }
    if (jobsync.redrawSides) jobsync.redrawSides();
  }

  const KINDS = {
    "export-preview": "preview", "export-start": "export", "import-pull": "pull", "import-validate": "validate",
    "import-start": "import", "import-adopt": "adopt", "remove-confirm": "remove", "workspace-reload": "info",
  };
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.jobsync = {
    /* What a click asks for. The server checks all of it again. */
    request(...values) {
      const button = window.dash_clientside.callback_context.triggered_id, kind = KINDS[button];
      if (!kind) return noUpdate();
      const [pause, ask, typed] = values.slice(-3), feed = jobsync.importState || {};
      const request = {kind, number: Date.now() + ":" + ++requests};
      if (kind === "validate") Object.assign(request, {pause: pause || "", ask: Boolean(ask)});
      if (kind === "import" || kind === "remove") {
        Object.assign(request, {plan: feed.plan || "", names: jobsync.selectedNames(kind), typed});
      }
      return request;
    },
    removeDialog() {
      const opens = window.dash_clientside.callback_context.triggered_id === "import-remove";
      if (!opens) return [false, noUpdate(), noUpdate(), ""];
      const names = jobsync.selectedNames("remove");
      const count = names.length === 1 ? "1 job" : names.length + " jobs";
      const item = name => ({type: "Li", namespace: "dash_html_components", props: {children: name}});
      return [true,
        "Removes " + count + " from " + config().workspace + ". Their run history and permissions go with them; a snapshot of each is kept first.",
        {type: "Ul", namespace: "dash_html_components", props: {children: names.map(item)}}, ""];
    },
    confirms(typed) {
      const count = jobsync.selectedNames ? jobsync.selectedNames("remove").length : 0;
      return !count || String(typed || "").trim() !== String(count);
    },
    poke() { if (jobsync.pokeFeed) jobsync.pokeFeed(); return noUpdate(); },
    openHistory(pathname) {
      return (pathname || "").replace(/\/$/, "") === "/history" ? Date.now() : noUpdate();
    },
  };
})();
