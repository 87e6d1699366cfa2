/* Moments, which come from the server in UTC, in the zone of who looks at the page. */
(() => {
  globalThis.jobsync ??= {};
  jobsync.times = {local, short, utc, compare};

  const two = number => String(number).padStart(2, "0");

  /** Returns a moment with its seconds, or the text as it is when it is none. */
  function local(text) {
    const at = read(text);
    return at ? `${day(at)} ${clock(at)}` : text;
  }

  /** Returns a moment without its seconds, which are nought in nearly every schedule. */
  function short(text) {
    return read(text)?.getSeconds() === 0 ? local(text).slice(0, -3) : local(text);
  }

  function utc(text) {
    return read(text) ? `${text.slice(0, 10)} ${text.slice(11, 19)} UTC` : text;
  }

  /** Orders moments; a row without one comes last in either order. */
  function compare(one, other, isDescending) {
    if (one === other) return 0;
    if (!one || !other) return (one ? -1 : 1) * (isDescending ? -1 : 1);
    return one < other ? -1 : 1;
  }

  function read(text) {
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text ?? "")) return null;
    const at = new Date(text);
    return Number.isNaN(at.getTime()) ? null : at;
  }

  function clock(at) {
    return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  }

  function day(at) {
    return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  }
})();
