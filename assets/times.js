/* Shows every moment of the page in the zone of who looks at it; its tooltip has it in UTC. Only the
   text node changes, so that whoever drew the element can go on drawing it. */
(() => {
  globalThis.jobsync ??= {};

  function showAll() {
    for (const element of document.querySelectorAll("time[data-moment]")) show(element);
  }

  function show(element) {
    const form = element.dataset.moment === "short" ? jobsync.times.short : jobsync.times.local;
    const text = form(element.dateTime);
    const node = element.firstChild;
    if (node?.nodeType === Node.TEXT_NODE && node.nodeValue !== text) node.nodeValue = text;
  }

  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(showAll).observe(document.body, {
      childList: true,
      subtree: true,
      characterData: true,
    });
  });
})();
