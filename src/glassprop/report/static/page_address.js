// The address holds where one is: example, step, choice and view, so that a link opens there.

/** What stands after # for a state of the page; what is as at the start is left out.
 *  @param {Page} page */
function addressOf({ model, place, chosen, mode }) {
  const said_ = [
    model.example ? `example=${model.example}` : "",
    place ? `step=${place}` : "",
    chosen ? `choice=${called(chosen)}` : "",
    mode === MODES[0] ? "" : `view=${mode}`,
  ];
  return said_.filter(Boolean).join("&");
}

/** The state that an address asks for; what it does not say, or what the page has not, is as at the start.
 *  @param {string} hash @param {Page} page @returns {Pick<Page, "place" | "chosen" | "mode"> & { example: number }} */
function fromHash(hash, { model, steps }) {
  const said_ = new Map(hash.replace(/^#/, "").split("&").map((part_) => /** @type {[string, string]} */ (part_.split("="))));
  /** @param {string} name @param {number} end */
  const number = (name, end) => {
    const text = said_.get(name) ?? "";
    return /^\d+$/.test(text) && Number(text) < end ? Number(text) : 0;
  };
  return {
    example: number("example", model.count),
    place: number("step", steps.length),
    chosen: choiceCalled(said_.get("choice") ?? "", model),
    mode: MODES.find((mode) => mode === said_.get("view")) ?? MODES[0],
  };
}

/** What is called so ("weight:2:0:1"), if the page has it.
 *  @param {string} text @param {Model} model @returns {Choice | null} */
function choiceCalled(text, model) {
  const [kind, ...rest] = text.split(":");
  if (!rest.length || !rest.every((n) => /^(-1|\d+)$/.test(n))) return null;
  const [l, j, k] = rest.map(Number),
    inner = l >= 1 && l <= model.depth && model.has(l, j);
  if (kind === "input" && rest.length === 1 && model.has(0, l)) return { kind, k: l };
  if (kind === "column" && rest.length === 1 && l in model.record.columns) return { kind, number: l };
  if (kind === "neuron" && rest.length === 2 && inner) return { kind, l, j };
  if (kind === "weight" && rest.length === 3 && inner && (k < 0 || model.has(l - 1, k)) && model.joins(l, j, k))
    return { kind, l, j, k };
  return null;
}
