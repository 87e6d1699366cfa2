/* Tabs: the address decides. The page's own goes to the tab that was open last. */
(() => {
  globalThis.jobsync ??= {};
  const MOVED = "_dashprivate_pushstate"; // how dcc.Location learns of a new address
  Object.assign(jobsync, {currentTab, tabAround, paneOf, go});

  function currentTab() {
    return jobsync.addresses.tabOf(location.pathname, jobsync.config().tabs);
  }

  /** Returns the tab that an element belongs to. */
  function tabAround(element) {
    const pane = element.closest(".pane").id;
    return jobsync.config().tabs.find(tab => tab.pane === pane);
  }

  function paneOf(tab) {
    return document.getElementById(tab.pane);
  }

  function go(path) {
    history.pushState({}, "", path);
    window.dispatchEvent(new CustomEvent(MOVED));
  }

  function goToLastTab() {
    const {tabs} = jobsync.config();
    const last = jobsync.remembered("tab");
    const tab = tabs.find(each => each.name === last) || tabs[0];
    history.replaceState(history.state, "", jobsync.addresses.tab(tab.name));
    window.dispatchEvent(new CustomEvent(MOVED));
    return tab;
  }

  function showTab() {
    const tab = currentTab() || goToLastTab();
    jobsync.remember("tab", tab.within || tab.name);
    for (const each of jobsync.config().tabs) show(each, each === tab);
    mark(tab);
    const {texts, workspace} = jobsync.config();
    document.title = jobsync.words.fill(texts.title, {tab: tab.label, workspace});
    showEntry(jobsync.addresses.entryOf(location.pathname));
    jobsync.wantMapping(jobsync.addresses.mappingOf(location.pathname, location.search));
    jobsync.closePanel();
    jobsync.pokeFeed();
  }

  function show(tab, isShown) {
    paneOf(tab).hidden = !isShown;
    document.getElementById(tab.nav).removeAttribute("aria-current");
  }

  /** Marks the link of a tab; several may share one. */
  function mark(tab) {
    document.getElementById(tab.nav).setAttribute("aria-current", "page");
  }

  /** The History tab shows its list, or one operation of it. */
  function showEntry(entry) {
    const {historyList, historyEntry} = jobsync.config().ids;
    document.getElementById(historyList).hidden = Boolean(entry);
    document.getElementById(historyEntry).hidden = !entry;
  }

  const showWhenDrawn = () => jobsync.whenDrawn(jobsync.config, showTab);
  window.addEventListener(MOVED, () => setTimeout(showWhenDrawn, 0));
  window.addEventListener("popstate", () => setTimeout(showWhenDrawn, 0));
  document.addEventListener("DOMContentLoaded", showWhenDrawn);
})();
