/* Buttons that copy a text: they carry it as data-copy. */
(() => {
  globalThis.jobsync ??= {};
  const MARKED_MS = 1200;
  const timers = new WeakMap(); // by button: a second click marks it as long as the first did
  jobsync.copy = copy;

  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {
    "data-copy": button => copy(button.dataset.copy, button),
  });

  async function copy(text, button) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      jobsync.toast(jobsync.config().texts.cannotCopy);
      return;
    }
    button.classList.add("copied");
    clearTimeout(timers.get(button));
    const unmark = () => button.classList.remove("copied");
    timers.set(button, setTimeout(unmark, MARKED_MS));
  }
})();
