/* What entries of the mapping file hold: how it is shown, and how a form holds it. By the shape of
   the section, see components/mapping_sections.py. */

/**
 * @typedef {object} MappingForm what the fields of the form hold, all of them texts
 * @property {string} way how the target is given: a name, an id, a kind of identity, or nothing
 * @property {string} target
 * @property {{from: string, to: string, jobs: string}[]} rules
 */
(() => {
  globalThis.jobsync ??= {};
  const PRINCIPALS = ["user_name", "service_principal_name", "group_name"];
  const APPLICATION_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
  jobsync.mappingValues = {
    shown,
    formOf,
    valueIn,
    candidateValue,
    chosenValue,
    choicesOf,
    waysOf,
    hasRules,
    isEqual,
  };

  const isObject = value => value !== null && typeof value === "object" && !Array.isArray(value);

  /** Returns in which ways an entry of a shape can name its target. */
  function waysOf(shape) {
    return {
      name: ["name", "id"],
      droppable: ["name", "id", "drop"],
      principal: PRINCIPALS,
      email: ["name", "drop"],
    }[shape];
  }

  function hasRules(shape) {
    return shape === "rules" || shape === "fields";
  }

  /** An application id is a UUID, everything else is a user: as core/jobsettings/principals.py. */
  function principalWay(name) {
    return APPLICATION_ID.test(name) ? "service_principal_name" : "user_name";
  }

  /** Returns the value that a candidate stands for, in the form of the line that the report suggests. */
  function candidateValue({name, line}, candidate) {
    const suggested = typed(`{${line}}`)[name];
    return isObject(suggested) ? {[Object.keys(suggested)[0]]: candidate} : candidate;
  }

  /** Returns the value of what was typed or chosen: a label that the list has, or the text itself. */
  function chosenValue(text, shape, choices) {
    const choice = choices.find(({label}) => label === text);
    if (choice) return choice.value;
    return shape === "principal" ? {[principalWay(text)]: text} : text;
  }

  /** Returns the choices of a section, of which the server sends only what differs from its label. */
  function choicesOf(sent) {
    return (sent || []).map(item =>
      Array.isArray(item) ? {label: item[0], value: item[1]} : {label: item, value: item},
    );
  }

  /** Returns the words for a target, for people: those of the choice that it is. */
  function shown(value, shape, texts, choices = []) {
    if (value === undefined || shape === "pattern") return "";
    const choice = isObject(value) && choices.find(each => isEqual(each.value, value));
    if (choice) return choice.label;
    if (hasRules(shape))
      return rulesOf(value, shape)
        .map(rule => ruleWords(rule, texts))
        .join(", ");
    if (value === null) return texts.mappingDropped;
    if (typeof value === "string") return value;
    if (isObject(value)) return objectWords(value, texts);
    return JSON.stringify(value);
  }

  function objectWords(value, texts) {
    const [field] = Object.keys(value);
    const template = {
      id: texts.mappingId,
      user_name: texts.mappingUser,
      service_principal_name: texts.mappingService,
      group_name: texts.mappingGroup,
    }[field];
    return template ? jobsync.words.fill(template, {name: value[field]}) : JSON.stringify(value);
  }

  function ruleWords({from, to, jobs}, texts) {
    const what = from === "" ? to : `${from} → ${to}`;
    return jobs ? jobsync.words.fill(texts.mappingForJobs, {what, jobs}) : what;
  }

  /** @returns {MappingForm} */
  function formOf(value, shape) {
    const empty = {way: waysOf(shape)?.[0] ?? "", target: "", rules: []};
    if (hasRules(shape)) return {...empty, rules: rulesOf(value, shape)};
    if (value === undefined) return empty;
    if (value === null) return {...empty, way: "drop"};
    if (!isObject(value)) return {...empty, target: String(value)};
    const [way] = Object.keys(value);
    return {...empty, way, target: String(value[way] ?? "")};
  }

  function rulesOf(value, shape) {
    if (value === undefined) return [];
    if (shape === "rules") return plainRules(value);
    const rules = Array.isArray(value) && value.every(isRule) ? value : [value];
    return rules.map(fieldRule);
  }

  function plainRules(value) {
    const rule = (from, to) => ({from, to: plainText(to), jobs: ""});
    if (!isObject(value)) return [rule("", value)];
    return Object.entries(value).map(([from, to]) => rule(from, to));
  }

  const plainText = value => (typeof value === "string" ? value : JSON.stringify(value));
  const isRule = value => isObject(value) && "to" in value;

  function fieldRule(value) {
    if (!isRule(value)) return {from: "", to: typedText(value), jobs: ""};
    const from = "from" in value ? typedText(value.from) : "";
    return {from, to: typedText(value.to), jobs: value.jobs ?? ""};
  }

  /** Fields keep their types: a text that reads like something else is in quotes. */
  function typedText(value) {
    const isPlain = typeof value === "string" && value !== "" && typed(value) === value;
    return isPlain ? value : JSON.stringify(value);
  }

  function typed(text) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }

  /**
   * Returns the value of a form, or what is wrong with it.
   * @param {MappingForm} form
   * @returns {{value?: unknown, problem?: string}}
   */
  function valueIn(form, shape, texts) {
    if (shape === "pattern") return {value: null};
    if (hasRules(shape)) return valueOfRules(filled(form.rules), shape, texts);
    if (form.way === "drop") return {value: null};
    if (!form.target) return {problem: texts.mappingNoTarget};
    const isPlain = !form.way || form.way === "name";
    return {value: isPlain ? form.target : {[form.way]: form.target}};
  }

  const filled = rules => rules.filter(({from, to, jobs}) => from || to || jobs);

  function valueOfRules(rules, shape, texts) {
    if (!rules.length) return {problem: texts.mappingNoTarget};
    return shape === "rules" ? valueOfPlain(rules, texts) : valueOfFields(rules, texts);
  }

  function valueOfPlain(rules, texts) {
    if (rules.length === 1 && !rules[0].from) return {value: rules[0].to};
    if (rules.some(({from}) => !from)) return {problem: texts.mappingMixedRules};
    const froms = rules.map(({from}) => from);
    if (new Set(froms).size < froms.length) return {problem: texts.mappingSameOld};
    return {value: Object.fromEntries(rules.map(({from, to}) => [from, to]))};
  }

  function valueOfFields(rules, texts) {
    if (rules.some(({to}) => !to)) return {problem: texts.mappingNoTarget};
    const values = rules.map(({from, to, jobs}) => ({
      ...(from ? {from: typed(from)} : {}),
      to: typed(to),
      ...(jobs ? {jobs} : {}),
    }));
    if (values.length > 1) return {value: values};
    const isSimple = Object.keys(values[0]).length === 1 && !isNullOrObject(values[0].to);
    return {value: isSimple ? values[0].to : values[0]};
  }

  const isNullOrObject = value => value === null || isObject(value);

  /** Whether two values of JSON are the same; the order of keys does not matter. */
  function isEqual(one, other) {
    return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
  }

  function sorted(value) {
    if (Array.isArray(value)) return value.map(sorted);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map(key => [key, sorted(value[key])]),
    );
  }
})();
