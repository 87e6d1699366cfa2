/* The ground of all scripts: what they get from Python, and how they reach Dash. */
(() => {
  globalThis.jobsync ??= {};
  let known = null;
  Object.assign(jobsync, {
    config,
    role,
    setProps,
    toast,
    whenDrawn,
    loadScript,
    remembered: name => jobsync.memory.read(() => localStorage, keyOf(name)),
    remember: (name, value) => jobsync.memory.write(() => localStorage, keyOf(name), value),
  });

  /** Returns what components/script_config.py says, or null until the page is drawn. */
  function config() {
    const element = known ? null : document.querySelector("[data-config]");
    if (element) {
      known = JSON.parse(element.dataset.config);
      jobsync.addresses.setBase(known.base);
    }
    return known;
  }

  /** Workspaces behind one address must not share what is remembered. */
  function keyOf(name) {
    return `jobsync.${config().key}.${name}`;
  }

  function role(name) {
    return document.querySelector(`[data-role="${name}"]`);
  }

  function setProps(id, props) {
    dash_clientside.set_props(id, props);
  }

  function toast(text) {
    setProps(config().ids.toast, {children: text, header: "", is_open: true});
  }

  /** Dash draws the page after the scripts were loaded, and does not say when it is done. */
  function whenDrawn(isDrawn, then) {
    if (isDrawn()) then();
    else setTimeout(() => whenDrawn(isDrawn, then), 30);
  }

  /** Loads a library that few need; a promise that fails when it does not come. */
  function loadScript(address) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = reject;
      document.head.appendChild(script);
    });
  }

  const timers = new Map(); // by the id of what asks

  /** Asks while the page is looked at; who comes back to an address asks anew. */
  function askLater(again, request, pathname) {
    const ask = () => {
      if (location.pathname !== pathname) return;
      if (document.hidden) askLater(again, request, pathname);
      else setProps(request, {data: {...again, at: Date.now()}});
    };
    timers.set(request, setTimeout(ask, 1000 * again.after_s));
  }

  window.dash_clientside ??= {};
  window.dash_clientside.jobsync = Object.assign(window.dash_clientside.jobsync || {}, {
    poke(started) {
      jobsync.started = started; // the operation that was started last in this window
      jobsync.pokeFeed();
      return dash_clientside.no_update;
    },
    /** Sends what the server gave back to it after some seconds. */
    askAgain(again, request) {
      clearTimeout(timers.get(request));
      if (again) askLater(again, request, location.pathname);
    },
    openHistory(pathname) {
      config(); // says below which path the page is
      const isList = jobsync.addresses.isHistoryList(pathname || "");
      return isList ? Date.now() : dash_clientside.no_update;
    },
  });
})();
