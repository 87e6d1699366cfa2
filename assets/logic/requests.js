/* What a button asks the server for. The server checks all of it again. */
(() => {
  globalThis.jobsync ??= {};
  jobsync.requests = {requestFor};

  /**
   * @param {string} kind of operation
   * @param {string} needs what the request holds besides, with blanks between
   * @param {string} number makes two equal requests differ, so that the second is sent as well
   * @param {(need: string) => unknown} valueFor
   */
  function requestFor(kind, needs, number, valueFor) {
    const names = needs.split(" ").filter(Boolean);
    return {kind, number, ...Object.fromEntries(names.map(name => [name, valueFor(name)]))};
  }
})();
