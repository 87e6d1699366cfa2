/* Draws what the server sends as components. Dash would build all of it anew with each answer, so that
   a press or the focus in it is lost, and takes a minute for a log of five thousand lines. */
(() => {
  globalThis.jobsync ??= {};
  const roots = new WeakMap();
  Object.assign(jobsync, {draw, isComponent});

  function isComponent(value) {
    return value !== null && typeof value === "object" && "props" in value;
  }

  /** Draws at once, and only what moved. The element must be empty in the page's layout. */
  function draw(element, content) {
    if (!roots.has(element)) roots.set(element, ReactDOM.createRoot(element));
    ReactDOM.flushSync(() => roots.get(element).render(elementOf(content)));
  }

  /** Texts stay texts: nothing from a job ever becomes markup. */
  function elementOf(content) {
    if (!isComponent(content)) return content;
    const {children, ...props} = content.props;
    const parts = [children ?? []].flat().map(elementOf);
    return React.createElement(content.type.toLowerCase(), props, ...parts);
  }
})();
