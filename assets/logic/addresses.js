/* Addresses: of the page's tabs, and of what the scripts fetch. All begin with the path below which
   the page is served, "/" where it has a host to itself. */
(() => {
  globalThis.jobsync ??= {};
  let base = "/";
  jobsync.addresses = {
    setBase: path => {
      base = path;
    },
    tabOf,
    entryOf,
    restoreOf,
    restoredJob,
    isHistoryList,
    tab: name => base + name,
    entry: name => `${base}history/${encodeURIComponent(name)}`,
    restore,
    asset: path => `${base}assets/${path}`,
    csv: operation => `${base}feed/csv/${operation}`,
    below: path => base + path,
    timeline: operation => `${base}feed/timeline/${operation}`,
    log: operation => `${base}feed/log/${operation}`,
    reveal: what => `${base}feed/reveal/${what}`,
    feed,
    details,
    mapping,
    mappingOf,
    mappingFile: reading => `${base}feed/mappings/file/${reading}`,
    mappingJobs: (reading, at) => `${base}feed/mappings/jobs/${reading}/${at}`,
    unmapped: validation => `${base}feed/mappings/unmapped/${validation}`,
  };

  /** Returns the parts of an address after the base. */
  function parts(pathname) {
    return pathname.startsWith(base) ? pathname.slice(base.length).split("/") : [];
  }

  /** Returns the tab of an address, or null when there is no such tab here. */
  function tabOf(pathname, tabs) {
    const [name, , inner] = parts(pathname);
    const within = tabs.find(tab => inner && tab.within === name && tab.name === inner);
    return within || tabs.find(tab => tab.name === name && !tab.within) || null;
  }

  /** Returns the operation of the history that an address shows, empty for none. */
  function entryOf(pathname) {
    const [tab, entry] = parts(pathname);
    return (tab === "history" && !restoreOf(pathname) && entry) || "";
  }

  /** Returns the operation of the history that an address offers to undo, empty for none. */
  function restoreOf(pathname) {
    const [tab, entry, inner] = parts(pathname);
    return (tab === "history" && inner === "restore" && entry) || "";
  }

  /** Returns where an operation of the history can be undone; with `job`, that one alone at first. */
  function restore(entry, job) {
    const asked = job ? `?${new URLSearchParams({job})}` : "";
    return `${base}history/${encodeURIComponent(entry)}/restore${asked}`;
  }

  function restoredJob(pathname, search) {
    return (restoreOf(pathname) && new URLSearchParams(search).get("job")) || "";
  }

  function isHistoryList(pathname) {
    const [tab, ...rest] = parts(pathname);
    return tab === "history" && !rest.join("/");
  }

  /** Returns where an entry of the mapping file is shown, or can be added. */
  function mapping(section, name) {
    return `${base}mappings?${new URLSearchParams({section, name})}`;
  }

  /** Returns the entry that an address names, null for none. */
  function mappingOf(pathname, search) {
    if (parts(pathname)[0] !== "mappings") return null;
    const asked = new URLSearchParams(search);
    const section = asked.get("section");
    return section ? {section, name: asked.get("name") || ""} : null;
  }

  /**
   * @param {{number: number, isNew: boolean}} place what the header knows of the Git folder
   * @param {string} entry the operation of the history that the tab is about, empty for none
   */
  function feed(tab, {operation, seq}, place, entry = "") {
    const ask = place.isNew ? "" : "&ask=1";
    const about = entry ? `&${new URLSearchParams({entry})}` : "";
    const known = `operation=${operation}&since=${seq}&place=${place.number}`;
    return `${base}feed/${tab}?${known}${ask}${about}`;
  }

  /** Returns where the details of a row are, of the entry of the history where there is one. */
  function details(key, entry, operation) {
    const place = entry ? `history/${entry}` : `row/${operation}`;
    return `${base}feed/${place}/${key}`;
  }
})();
