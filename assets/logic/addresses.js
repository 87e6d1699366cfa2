/* Addresses: of the page's tabs, and of what the scripts fetch. */
(() => {
  globalThis.jobsync ??= {};
  jobsync.addresses = {tabOf, entryOf, isHistoryList, feed, details};

  /** Returns the tab of an address, or null when there is no such tab here. */
  function tabOf(pathname, tabs) {
    const name = pathname.split("/")[1];
    return tabs.find(tab => tab.name === name) || null;
  }

  /** Returns the operation of the history that an address names, empty for none. */
  function entryOf(pathname) {
    const [, tab, entry] = pathname.split("/");
    return (tab === "history" && entry) || "";
  }

  function isHistoryList(pathname) {
    return pathname.replace(/\/$/, "") === "/history";
  }

  function feed(tab, {operation, seq}) {
    return `/feed/${tab}?operation=${operation}&since=${seq}`;
  }

  /** Returns where the details of a row are, of the entry of the history where there is one. */
  function details(key, entry, operation) {
    return entry ? `/feed/history/${entry}/${key}` : `/feed/row/${operation}/${key}`;
  }
})();
