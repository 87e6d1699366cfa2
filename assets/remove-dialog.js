/* Opens the dialog that lists the jobs to remove; typing how many enables its button. */
(() => {
  globalThis.jobsync ??= {};

  document.addEventListener("click", event => {
    const opens = event.target.closest('[data-role="open-removal"]');
    if (opens && !opens.disabled) open();
    const closes = '[data-role="close-removal"], [data-operation="remove"]:enabled';
    if (event.target.closest(closes)) close();
  });

  document.addEventListener("input", event => {
    if (!event.target.closest('[data-request="typed"]')) return;
    setConfirmed(event.target.value);
  });

  function setConfirmed(typed) {
    const isConfirmed = jobsync.removal.isConfirmed(typed, jobsync.selectedNames("remove").length);
    jobsync.setProps(jobsync.config().ids.removeConfirm, {disabled: !isConfirmed});
  }

  function open() {
    const {ids, texts, workspace} = jobsync.config();
    const names = jobsync.selectedNames("remove");
    const {question, list} = jobsync.removal.dialog(names, workspace, texts.removalQuestion);
    jobsync.setProps(ids.removeQuestion, {children: question});
    jobsync.setProps(ids.removeList, {children: list});
    jobsync.setProps(ids.removeNumber, {value: ""});
    setConfirmed("");
    jobsync.setProps(ids.removeDialog, {is_open: true});
  }

  function close() {
    jobsync.setProps(jobsync.config().ids.removeDialog, {is_open: false});
  }
})();
