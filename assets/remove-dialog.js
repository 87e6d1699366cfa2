/* Opens the dialog that lists the jobs to remove; typing how many enables its button. */
(() => {
  globalThis.jobsync ??= {};

  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {
    "data-open-removal": open,
    "data-close-removal": close,
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
