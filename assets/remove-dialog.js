/* Opens the dialog that lists the jobs to remove; typing how many enables its button. */
(() => {
  globalThis.jobsync ??= {};

  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {"data-open-removal": open});

  function open() {
    const {ids} = jobsync.config();
    jobsync.setProps(ids.removeNumber, {value: ""});
    jobsync.ask("remove", ids.removeDialog, show);
  }

  function show({rows, carriedOut, typed}) {
    const {ids, texts, workspace} = jobsync.config();
    const sure = rows.filter(row => !row.doubt).map(row => row.job);
    const count = carriedOut.length;
    const {question, list} = jobsync.removal.dialog(sure, count, workspace, texts.removalQuestion);
    jobsync.setProps(ids.removeQuestion, {children: question});
    jobsync.setProps(ids.removeList, {children: list});
    const isConfirmed = jobsync.removal.isConfirmed(typed, count);
    jobsync.setProps(ids.removeConfirm, {disabled: !isConfirmed});
    jobsync.drawWhenThere(ids.removeDoubts, jobsync.doubtList(rows));
  }
})();
