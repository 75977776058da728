// Dates and times of day by hand: any of them, where the record says how the network's inputs are made of one.

/** The rule of a column, if it has one.
 *  @param {Live} live @param {ColumnRecord} column */
const dateRule = ({ record }, { parts }) => record.live?.dates.find((rule) => rule.parts.join() === parts.join()) ?? null;

/** What a part is of a date (days since 1970) or a time of day (hours).
 *  @param {LiveTurn} turn @param {number} value */
function turned({ of, length, center, spread, limit }, value) {
  const angle = (2 * Math.PI * value) / length,
    point = { line: value, sin: Math.sin(angle), cos: Math.cos(angle) }[of] ?? 0,
    u = (point - center) / spread;
  return limit === null ? u : u / Math.sqrt(1 + (u / limit) ** 2);
}

/** The date of which the inputs are: to the day or to the minute, for they have the digits of single precision.
 *  @param {LiveDate} rule @param {ArrayLike<number>} x */
function dateOf(rule, x) {
  const { parts, turns } = rule,
    at = turns.findIndex(({ of }) => of === "line"),
    { center, spread, limit } = turns[at],
    squeezed = x[parts[at]],
    u = limit === null ? squeezed : squeezed / Math.sqrt(Math.max(1e-12, 1 - (squeezed / limit) ** 2));
  return writingOf(rule).next(u * spread + center);
}

/** Whether a date has a time of day, too. @param {LiveTurn[]} turns */
const hasClock = (turns) => turns.some(({ length }) => length === 1);

/** The date of an example, to be changed: by the day, or by the hour.
 *  @param {Play} play @param {number} number @returns {Held[]} */
function dateHeld({ live, page: { model } }, number) {
  const column = model.record.columns[number],
    rule = dateRule(live, column),
    i = model.example;
  if (!rule) return [];
  const get = () => dateOf(rule, live.xs[i]),
    all = live.xs.map((x) => dateOf(rule, x)),
    [low, high] = [Math.min(...all), Math.max(...all)],
    some = (high - low) / 2 || (rule.unit === "day" ? 30 : 4),
    name = el("bdi", {}, cut(column.name, 24));
  return [
    {
      name: `date:${number}`,
      words: `${rule.unit === "day" ? "date" : "time"} ${cut(column.name, 40)}`,
      symbol: name,
      slopeName: by(C0(), el("i", {}, "column")),
      slope: model.now.columns[number].value,
      start: get(),
      range: rule.unit === "day" ? [low - some, high + some] : [0, 24],
      writing: writingOf(rule),
      get,
      set: (value) => rule.parts.forEach((k, at) => live.setInput(i, k, turned(rule.turns[at], value))),
    },
  ];
}

/** How a date or time of day is written in a field: as a text, and back; the number next to one that can be.
 *  @param {LiveDate} rule @returns {NonNullable<Held["writing"]>} */
function writingOf({ unit, turns }) {
  /** @param {number} days */
  const iso = (days) => new Date(Math.round(days * 1440) * 60000).toISOString();
  /** @param {string} text */
  const read = (text) => Date.parse(`${text}Z`) / 86400000;
  if (unit !== "day")
    return {
      type: "time",
      text: (hours) => iso(hours / 24).slice(11, 16),
      read: (text) => Math.round(1440 * read(`1970-01-01T${text}`)) / 60,
      next: (hours) => Math.round(hours * 60) / 60,
    };
  if (hasClock(turns))
    return {
      type: "datetime-local",
      text: (days) => iso(days).slice(0, 16),
      read,
      next: (days) => Math.round(days * 1440) / 1440,
    };
  return { type: "date", text: (days) => iso(days).slice(0, 10), read: (text) => read(`${text}T00:00`), next: Math.round };
}
