/* How long the feed waits between two requests, in milliseconds. */
(() => {
  globalThis.jobsync ??= {};
  const FAST = 600;
  const IDLE = 4000;
  const SLOWEST = 8000;
  jobsync.pacing = {IDLE, afterAnswer, afterFailures, next};

  function afterAnswer(answer) {
    return answer.isActive || answer.isReading ? FAST : IDLE;
  }

  /** Doubles from a second on. */
  function afterFailures(failures) {
    return Math.min(SLOWEST, 500 * 2 ** failures);
  }

  /** A request that came in between goes at once; nobody looks at a hidden page. */
  function next(wait, {isHidden, isAskedAgain}) {
    if (isAskedAgain) return 0;
    return isHidden ? Math.max(wait, IDLE) : wait;
  }
})();
