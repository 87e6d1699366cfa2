/* The Mappings tab: the file as it was read last, and the edits that are not saved yet. They stay in
   the browser, over a reload as well, until they are saved or discarded. */
(() => {
  globalThis.jobsync ??= {};
  const KEPT = "mappings";
  const SOON_MS = 250;
  const state = {
    news: null, // what the feed said last
    info: null, // the file, as the server read it
    reading: "", // which reading `info` is of
    validation: "",
    unmapped: [],
    edits: [],
    text: null, // the whole text, where it is edited as such
    isText: false, // whether the user looks at the text in place of the tables
    basis: "", // the version that the edits were made upon
    isRebased: false,
    isHeld: false, // whether there is another text, which somebody else's page has read
    section: "",
    draft: null, // what the server made of the edits
    draftOf: "", // what it was asked for
    asked: 0, // number of the last request for it
    wanted: null, // the entry that the address names
  };
  let timer = null;
  let isRestored = false;
  const fetched = new Set();
  Object.assign(jobsync, {
    mapping: state,
    showMappings,
    holdMappings,
    stageMapping,
    undoMapping,
    editMappingText,
    isMappingUnsaved,
    mappingAction,
  });
  jobsync.gathered ??= {};
  Object.assign(jobsync.gathered, {text: draftText, version: () => state.info?.version || ""});
  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {
    "data-mapping-undo": () => undoMapping(jobsync.mappings.keyOf(state.edits.at(-1))),
    "data-mapping-discard": discard,
    "data-mapping-reload": () => jobsync.operate("mappings"),
    "data-mapping-create": create,
    "data-mapping-reveal": reveal,
    "data-mapping-as-text": toggleText,
  });

  function isMappingUnsaved() {
    return state.edits.length > 0 || state.text !== null;
  }

  // What the server knows

  /** Takes what the feed says of the tab, and fetches what is new. */
  function showMappings(news) {
    if (!jobsync.role("mapping-file")) return; // no place for a file is configured
    state.news = news;
    restore();
    state.isHeld = mustHold(news);
    if (news.reading && news.reading !== state.reading && !state.isHeld) {
      fetchOnce(jobsync.addresses.mappingFile(news.reading), info => setInfo(news.reading, info));
    }
    if (news.validation && news.validation !== state.validation) {
      const address = jobsync.addresses.unmapped(news.validation);
      fetchOnce(address, found => setUnmapped(news.validation, found));
    }
    if (mustRead(news)) jobsync.operate("mappings");
    jobsync.drawMappings();
  }

  /** Shows why nothing may be done with the file, until the server knows more again. */
  function holdMappings(reasons) {
    if (!state.news) return;
    state.news = {...state.news, reasons};
    jobsync.drawMappings();
  }

  /** Whether another text is kept from who edits, until they ask for it. */
  function mustHold({reading, written, version}) {
    const isOther = Boolean(state.info) && version !== state.info.version;
    const isMine = [reading, written].includes(jobsync.started);
    return isOther && isMappingUnsaved() && !isMine;
  }

  const begun = new Set(); // readings started by themselves, by why

  /** Reads what was never read, or changed since; not under the hands of who edits. */
  function mustRead({reading, isOld, written, isReading}) {
    if (isReading || (reading && !isOld)) return false;
    const isMine = Boolean(written) && written === jobsync.started;
    if (reading && state.info && isMappingUnsaved() && !isMine) return false;
    const why = `${reading} ${written}`;
    if (begun.has(why)) return false;
    begun.add(why);
    return true;
  }

  async function fetchOnce(address, then) {
    if (fetched.has(address)) return;
    fetched.add(address);
    try {
      const answer = await fetch(address, {headers: {Accept: "application/json"}});
      if (answer.ok) then(await answer.json());
      else if (answer.status !== 404) fetched.delete(address);
    } catch {
      fetched.delete(address); // the feed says that there is no connection, and asks again
    }
  }

  function setInfo(reading, info) {
    const {problem, entries} = info;
    Object.assign(state, {info: {...info, entries: entries.map(numbered)}, reading});
    const edits = problem ? state.edits : jobsync.mappings.rebased(state.edits, entries);
    const isSame = state.text === info.text && !problem;
    setEdits(edits, isSame ? null : state.text);
    jobsync.drawMappings({isNew: true});
  }

  /** Fetches the file with its secrets, once the server has noted that they were asked for. */
  async function reveal(button) {
    const {reading} = state;
    button.disabled = true;
    const {text, problem} = await jobsync.askHidden(`mappings/${reading}`);
    if (problem) {
      button.disabled = false;
      jobsync.toast(problem);
    } else if (reading === state.reading) setInfo(reading, JSON.parse(text));
  }

  /** The server knows an entry by its place in the reading. */
  const numbered = (entry, at) => ({...entry, at});

  function setUnmapped(validation, unmapped) {
    Object.assign(state, {validation, unmapped});
    jobsync.drawMappings({isNew: true});
  }

  // Edits

  function stageMapping(edit) {
    setEdits(jobsync.mappings.staged(state.edits, edit, state.info.entries), state.text);
    jobsync.drawMappings();
  }

  function undoMapping(key) {
    setEdits(jobsync.mappings.without(state.edits, key), state.text);
    jobsync.drawMappings();
  }

  /** A field knows no other end of a line than \n; the file keeps its own. */
  function editMappingText(typed) {
    const text = state.info.text.includes("\r\n") ? typed.replaceAll("\n", "\r\n") : typed;
    setEdits(state.edits, text === state.info.text ? null : text);
    jobsync.drawMappings();
  }

  function discard() {
    state.isText = false;
    setEdits([], null);
    jobsync.drawMappings({isNew: true});
  }

  /** The text has the edits in it: as edits they are gone then. */
  function toggleText() {
    state.isText = !state.isText;
    if (state.isText && state.edits.length) setEdits([], draftText());
    jobsync.drawMappings({isNew: true});
  }

  function create() {
    setEdits(state.edits, jobsync.config().texts.mappingStarter);
    jobsync.drawMappings({isNew: true});
  }

  function setEdits(edits, text) {
    Object.assign(state, {edits, text});
    const isUnsaved = isMappingUnsaved();
    const version = state.info?.version ?? "";
    const isFirst = isUnsaved && state.basis === "";
    if (isFirst) state.basis = `v${version}`;
    if (!isUnsaved) state.basis = "";
    state.isRebased = isUnsaved && state.basis !== `v${version}`;
    keep();
    askDraft();
  }

  /** What can be lost by leaving is what the browser does not keep. */
  function keep() {
    const {edits, text, basis} = state;
    const kept = isMappingUnsaved() ? {edits, text, basis} : null;
    jobsync.remember(KEPT, kept);
    const isKept = JSON.stringify(jobsync.remembered(KEPT)) === JSON.stringify(kept);
    if (isKept) removeEventListener("beforeunload", warn);
    else addEventListener("beforeunload", warn);
  }

  const warn = event => event.preventDefault();

  function restore() {
    if (isRestored) return;
    isRestored = true;
    const kept = jobsync.remembered(KEPT);
    Object.assign(state, jobsync.mappings.readDraft(kept));
    state.basis = typeof kept?.basis === "string" ? kept.basis : "";
  }

  // The draft: the text with the edits made, as the server writes it

  /** What was asked for already stays: the same file, read once more, changes no draft. */
  function askDraft() {
    const {info, edits, text} = state;
    const isWanted = Boolean(info) && !info.is_masked && isMappingUnsaved();
    const draftOf = isWanted
      ? JSON.stringify([info.version, text, jobsync.mappings.toSend(edits)])
      : "";
    if (isWanted && draftOf === state.draftOf) return;
    clearTimeout(timer);
    state.asked += 1;
    Object.assign(state, {draft: null, draftOf});
    if (isWanted) timer = setTimeout(sendDraft, SOON_MS);
  }

  function sendDraft() {
    const {info, edits, text, asked} = state;
    const {mappingsRequest} = jobsync.config().ids;
    jobsync.setProps(mappingsRequest, {
      data: {
        number: asked,
        base: info.text,
        text: text ?? info.text,
        edits: text === null ? jobsync.mappings.toSend(edits) : [],
      },
    });
  }

  function draftText() {
    return state.draft?.text ?? state.text ?? state.info?.text ?? "";
  }

  window.dash_clientside ??= {};
  window.dash_clientside.jobsync = Object.assign(window.dash_clientside.jobsync || {}, {
    /** An answer to an earlier request is late: another one is on its way. */
    takeDraft(answer) {
      if (!answer || answer.number !== state.asked) return;
      state.draft = answer;
      jobsync.drawMappings();
    },
  });

  /** Returns why a button may not be pressed now, empty when it may. */
  function mappingAction(kind) {
    const {texts} = jobsync.config();
    const {news, draft, info} = state;
    const reason = news?.reasons[kind];
    if (reason) return reason;
    if (!info?.path) return texts.mappingNothingRead;
    if (info.is_masked) return texts.mappingMaskedReason;
    if (!isMappingUnsaved()) return texts.mappingNothingUnsaved;
    if (!draft) return texts.mappingChecking;
    return draft.problem ? texts.mappingMend : "";
  }
})();
