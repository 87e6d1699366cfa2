/* The dialog that lists the jobs to remove and asks the user to type how many. */
(() => {
  globalThis.jobsync ??= {};
  jobsync.removal = {isConfirmed, dialog};

  /** The number may be typed as the dialog shows it: 1,000. */
  function isConfirmed(typed, count) {
    const written = [String(count), count.toLocaleString("en")];
    return count > 0 && written.includes(String(typed ?? "").trim());
  }

  /**
   * Returns the dialog's question and its list, as components for Dash.
   * @param {string[]} names those that need no tick of their own
   * @param {number} count how many will be removed, those with a tick included
   */
  function dialog(names, count, workspace, question) {
    const html = (type, props) => ({type, namespace: "dash_html_components", props});
    return {
      question: jobsync.words.counted(question, count, {workspace}),
      list: html("Ul", {children: names.map(name => html("Li", {children: name}))}),
    };
  }
})();
