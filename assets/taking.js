/* Taking fields of a live job into Git: the boxes of the side panel and the button that counts them. */
(() => {
  globalThis.jobsync ??= {};
  Object.assign(jobsync, {showTaking});
  jobsync.gathered ??= {};
  jobsync.gathered.fields = chosen;
  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {"data-take-field": toggle});

  /** Returns the paths of the ticked fields. */
  function chosen() {
    const boxes = jobsync.panelBody().querySelectorAll('[data-take-field][aria-checked="true"]');
    return [...boxes].map(box => box.dataset.takeField);
  }

  function toggle(box) {
    const isTicked = box.getAttribute("aria-checked") === "true";
    box.setAttribute("aria-checked", String(!isTicked));
    showTaking();
  }

  /** Shows how many fields are ticked, and why they cannot be taken now. */
  function showTaking() {
    const note = jobsync.panelBody().querySelector('[data-role="take-note"]');
    if (!note) return; // most rows have nothing to take
    const button = note.parentElement.querySelector("[data-operation]");
    const reason = jobsync.reasonFor(button.id);
    const {length} = chosen();
    button.textContent = jobsync.words.counted(JSON.parse(button.dataset.label), length);
    button.disabled = Boolean(reason) || !length;
    if (note.textContent !== reason) note.textContent = reason;
  }
})();
