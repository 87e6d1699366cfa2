/* The dialog that lists the jobs to remove and asks the user to type how many. */
(() => {
  globalThis.jobsync ??= {};
  jobsync.removal = {isConfirmed, dialog};

  function isConfirmed(typed, count) {
    return count > 0 && String(typed ?? "").trim() === String(count);
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
