/* Runs before the first paint: no flash of the wrong theme. */
(() => {
  let wanted = null;
  try {
    wanted = localStorage.getItem("jobsync.theme");
  } catch {
    // storage is off
  }
  const dark = wanted ? wanted === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
})();
