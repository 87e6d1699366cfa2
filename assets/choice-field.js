/* A field that offers what this workspace has, filtered by what is typed; any other text is fine too.
   Source of its keys and roles: W3C, ARIA Authoring Practices, combobox with a list. */
(() => {
  globalThis.jobsync ??= {};
  const FIELD = "[data-choices]";
  const html = (type, props) => ({type, props});
  const sources = new Map(); // of the labels, by what the field carries as data-choices
  let open = null; // {field, labels, active}
  let number = 0;
  Object.assign(jobsync, {choiceField, offerChoices});

  /** Returns a field to be drawn. @param {object} props of the input besides; `source` names the list */
  function choiceField({source, ...props}) {
    const list = `choices-${++number}`;
    const input = html("Input", {
      className: "form-control",
      autoComplete: "off",
      spellCheck: false,
      role: "combobox",
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      "aria-controls": props.list ?? list,
      ...props,
      list: undefined,
      "data-choices": source,
    });
    const options = html("Ul", {
      className: "choices",
      role: "listbox",
      id: props.list ?? list,
      hidden: true,
      "aria-label": props["aria-label"],
    });
    return html("Span", {className: "choice-field", children: [input, options]});
  }

  /** Says what a list holds. @param {() => {labels: string[], best: string[]}} source */
  function offerChoices(name, source) {
    sources.set(name, source);
  }

  const listOf = field => field.parentElement.querySelector('[role="listbox"]');

  function show(field, active = -1) {
    const {labels, best} = sources.get(field.dataset.choices)();
    const offered = jobsync.choices.offered(labels, field.value, best);
    if (open && open.field !== field) hide();
    if (!offered.length) {
      hide();
      return;
    }
    open = {field, labels: offered, active};
    draw();
  }

  function draw() {
    const {field, labels, active} = open;
    const list = listOf(field);
    const options = labels.map((label, at) =>
      html("Li", {
        role: "option",
        id: `${list.id}-${at}`,
        className: "choice",
        "aria-selected": String(at === active),
        "data-choice": String(at),
        children: label,
      }),
    );
    list.hidden = false;
    jobsync.draw(list, html("Div", {role: "presentation", children: options}));
    field.setAttribute("aria-expanded", "true");
    if (active < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", `${list.id}-${active}`);
    list.querySelector('[aria-selected="true"]')?.scrollIntoView({block: "nearest"});
  }

  function hide() {
    if (!open) return;
    const {field} = open;
    open = null;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    const list = listOf(field);
    if (list) list.hidden = true;
  }

  function choose(at) {
    const {field, labels} = open;
    field.value = labels[at];
    hide();
    const chosen = new CustomEvent("jobsync-chosen", {bubbles: true, cancelable: true});
    if (!field.dispatchEvent(chosen)) event.preventDefault();
  }

  const isField = target => target instanceof Element && target.matches(FIELD);

  document.addEventListener("input", event => {
    if (isField(event.target)) show(event.target);
  });
  document.addEventListener("focusin", event => {
    if (open && event.target !== open.field) hide();
  });
  document.addEventListener("mousedown", event => {
    const option = event.target.closest?.("[data-choice]");
    if (open && option) {
      event.preventDefault(); // the field keeps the focus
      choose(Number(option.dataset.choice));
      return;
    }
    if (isField(event.target) && !open) show(event.target);
    else if (open && event.target !== open.field) hide();
  });

  const KEYS = {
    ArrowDown: field => move(field, 1),
    ArrowUp: field => move(field, -1),
    Enter: accept,
    Escape: close,
    Tab: hide,
  };

  document.addEventListener(
    "keydown",
    event => {
      if (isField(event.target)) KEYS[event.key]?.(event.target, event);
    },
    true,
  );

  function move(field, step) {
    if (open?.field !== field) show(field);
    if (!open) return;
    open.active = jobsync.choices.moved(open.active, step, open.labels.length);
    draw();
  }

  /** Takes the option, or what was typed: unless that was all, Enter goes on to what is around. */
  function accept(field, event) {
    if (open?.field === field && open.active >= 0) {
      event.preventDefault();
      choose(open.active);
      return;
    }
    hide();
    field.dispatchEvent(new CustomEvent("jobsync-chosen", {bubbles: true}));
  }

  /** Closes the list alone: not the dialog around it. */
  function close(field, event) {
    if (open?.field !== field) return;
    event.preventDefault();
    event.stopPropagation();
    hide();
  }
})();
