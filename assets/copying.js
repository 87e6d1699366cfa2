/* Buttons that copy a text: they carry it as data-copy. */
(() => {
  globalThis.jobsync ??= {};
  const MARKED_MS = 1200;
  jobsync.copy = copy;

  document.addEventListener("click", event => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button.dataset.copy, button);
  });

  async function copy(text, button) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      jobsync.toast(jobsync.config().texts.cannotCopy);
      return;
    }
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), MARKED_MS);
  }
})();
