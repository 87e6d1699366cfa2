/* The side panel: one row in full, or the detailed log. */
(() => {
  globalThis.jobsync ??= {};
  let opener = null; // gets the focus back
  Object.assign(jobsync, {openPanel, showPanel, closePanel, panelBody});

  function panelBody() {
    return jobsync.role("panel-body");
  }

  function fill(title, body) {
    jobsync.setProps(jobsync.role("panel-title").id, {children: title});
    jobsync.setProps(panelBody().id, {children: body});
  }

  async function openPanel(address, row) {
    opener = document.activeElement;
    const title = row.job || row.file || "";
    jobsync.setProps(jobsync.role("panel-title").id, {children: title});
    show();
    const answer = await fetch(address, {headers: {Accept: "application/json"}}).catch(() => null);
    if (!answer?.ok) {
      fill(title, jobsync.config().texts.rowGone);
      return;
    }
    const found = await answer.json();
    jobsync.setSides("current" in found ? found : null);
    fill(found.title, found.body);
    panelBody().scrollTop = 0;
  }

  /** Shows something else than a row. */
  function showPanel(title, body) {
    opener = document.activeElement;
    jobsync.setSides(null);
    fill(title, body);
    show();
  }

  function show() {
    jobsync.setProps(jobsync.role("panel").id, {hidden: false});
    setTimeout(() => panelBody().focus({preventScroll: true}), 0);
  }

  function closePanel() {
    const panel = jobsync.role("panel");
    if (panel.hidden) return;
    jobsync.setProps(panel.id, {hidden: true});
    if (opener && document.contains(opener)) opener.focus();
  }

  document.addEventListener("click", event => {
    if (event.target.closest("[data-close-panel]")) closePanel();
  });
  document.addEventListener("keydown", event => {
    if (event.key === "Escape" && !document.querySelector(".modal.show")) closePanel();
  });
})();
