/* Controls are buttons that say by an attribute what they do, as data-copy does. One listener serves
   all of them: only buttons are pressed, whatever else carries such an attribute. */
(() => {
  globalThis.jobsync ??= {};
  jobsync.controls ??= {}; // what a control does, by its attribute

  document.addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button || button.disabled) return; // a click on what a disabled button holds comes here
    for (const name of button.getAttributeNames()) {
      if (Object.hasOwn(jobsync.controls, name)) jobsync.controls[name](button);
    }
  });
})();
