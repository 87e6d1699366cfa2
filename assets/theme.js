/* Light or dark; assets/head.js applies what is remembered before the first paint. */
(() => {
  globalThis.jobsync ??= {};
  const ATTRIBUTE = "data-bs-theme";
  jobsync.isDark = () => document.documentElement.getAttribute(ATTRIBUTE) === "dark";

  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {"data-theme-toggle": toggle});

  function toggle() {
    const theme = jobsync.isDark() ? "light" : "dark";
    document.documentElement.setAttribute(ATTRIBUTE, theme);
    try {
      localStorage.setItem("jobsync.theme", theme);
    } catch {
      // storage is off: it lasts as long as the page
    }
    jobsync.redrawSides();
    jobsync.recolourGraphs();
  }
})();
