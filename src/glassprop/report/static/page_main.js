// What is chosen, which example and which step; and the drawing, panel and charts that follow it.

/** @type {Mode[]} */
const MODES = ["weight", "activation", "gradient"];
/** The button that walks there.
 *  @param {string} name */
const control = (name) => part(`[data-control="${name}"]`, HTMLElement);
/** A name and what it is now, for a line of facts.
 *  @param {Child} name @param {Child} what */
const fact = (name, what) => el("span", { class: "fact" }, name, " ", el("b", {}, what));

class Page {
  /** @param {ExplanationRecord} record */
  constructor(record) {
    this.record = record;
    this.model = new Model(record);
    tellOfPredictions(this.model);
    /** What the page computes with; null where it stands still, and `record.still` says why. */
    this.live = record.live ? new Live(record) : null;
    this.steps = stepsOf(this.model);
    /** @type {Mode} */
    this.mode = "weight";
    /** @type {Choice | null} */
    this.chosen = null;
    this.place = 0;
    /** For which known δ charts were drawn last. @type {number | null} */
    this.charted = null;
    /** @type {Choose} */
    this.choose = (what) => {
      this.chosen = what;
      this.show(true);
    };
    this.words = new Walk(this.model, this.choose);
    this.drawing = new Drawing(byId("network-box"), this.model, { choose: this.choose, state: () => this.state() });
    /** What people do with the live network; null where the page stays still. @type {Play | null} */
    this.play = null;
    this.joined = new Joined([byId("network-box"), byId("panel")]);
    this.printed = new Printed(byId("printed"), this.model, this.steps, this.words);
    this.fill();
    this.listen();
    const opens = location.hash ? null : opensWith(this.model);
    this.fromAddress();
    this.all();
    if (this.live) this.play = new Play(this, this.live);
    this.play?.follow();
    if (opens) this.choose(opens);
  }

  /** @returns {State} */
  state() {
    return { mode: this.mode, chosen: this.chosen, step: this.chosen ? null : this.steps[this.place] };
  }

  /** How far the walk has come. */
  known() {
    return knownAt(this.state(), this.model.depth);
  }

  // --- once -------------------------------------------------------------------------------------------------------

  fill() {
    const { record } = this,
      { network } = record;
    byId("what").textContent =
      `A network of ${network.sizes.join("–")} neurons, ` +
      `${network.parameters.toLocaleString("en")} weights and biases; ` +
      `activations ${network.layers.map((layer) => layer.activation).join(", ")}; ${predicts(this.model) ? "" : `cost C₀ = ${network.cost_value}`}.`.replace("; .", ".");
    const example = part("#example", HTMLSelectElement);
    example.append(...record.examples.map((_, i) => el("option", { value: i })));
    drawEquations(byId("equations-box"));
    example.disabled = record.examples.length < 2;
    this.notes();
    part("#find-layer", HTMLSelectElement).append(
      ...this.model.record.network.layers.map((_, i) => el("option", { value: i + 1 }, String(i + 1))),
    );
    part("#lists", HTMLDetailsElement).addEventListener("toggle", () => this.lists());
  }

  /** What the network makes of an example is told when the walk has come to it.
   *  @param {ExampleRecord} e @param {Known} known */
  caption(e, known) {
    const parts = [`row ${e.row}`];
    if (e.target !== null) parts.push(`true ${cut(e.target, 24)}`);
    if (e.prediction !== null && known.a === this.model.depth) parts.push(`predicted ${cut(e.prediction, 24)}`);
    if (known.cost) parts.push(`C₀ ${numeral(e.cost)}`);
    return told(parts.join(" · "));
  }

  notes() {
    const { record } = this,
      left = record.left_out
        .map((n, l) => (n ? `${n} of the ${l ? `neurons of layer ${l}` : "inputs"}` : ""))
        .filter(Boolean);
    const rows = record.examples.some((e) => e.target !== null || e.columns.some((cell) => cell.shown));
    if (rows)
      this.note(
        "rows-note",
        `This page holds ${this.model.count} row${this.model.count > 1 ? "s" : ""} of the table it was made from, ` +
          "readable by whoever gets the file.",
      );
    const columns = record.columns_left_out
      ? ` ${record.columns_left_out} columns that only they are made from are left out too.`
      : "";
    const { members, units } = record;
    if (units)
      this.note(
        "units-note",
        `This network speaks of ${cut(record.outputs[0] ?? "the target", 40)} in units in which it was standardized for ` +
          `training: y = ${formulaOf(units)}. So are a of the output, C₀ and all derivatives; what is true and what is ` +
          "predicted is told in its own units.",
      );
    if (members)
      this.note(
        "members-note",
        `The model is ${members.count} networks as one, and predicts their mean. ` +
          `This page walks through member ${members.walked}: outputs, C₀ and all that follows are its own.`,
      );
    if (record.live)
      this.note(
        "model-note",
        "This page computes, and so it holds the model: whoever gets the file can read all of its weights and biases.",
      );
    else if (record.still) this.note("model-note", record.still);
    if (left.length)
      this.note(
        "left-note",
        `To keep the page small, ${left.join(", ")} are left out: those that matter least to these examples. ` +
          `What they add to a sum stands there as one number.${columns}`,
      );
  }
  /** @param {string} id @param {string} text */
  note(id, text) {
    byId(id).textContent = told(text);
    byId(id).hidden = false;
  }

  listen() {
    const move = {
      first: () => 0,
      back: () => this.place - 1,
      next: () => this.place + 1,
      last: () => this.steps.length - 1,
    };
    const example = part("#example", HTMLSelectElement);
    example.addEventListener("change", () => this.turnTo(Number(example.value)));
    for (const mode of MODES)
      part(`#colors [value="${mode}"]`, HTMLInputElement).addEventListener("change", () => {
        this.mode = mode;
        this.show(false);
      });
    for (const [name, to] of Object.entries(move))
      control(name).addEventListener("click", () => this.step(to()));
    document.addEventListener("keydown", (event) => this.key(event));
    // whether the focus is seen goes by what one uses: not after a click
    document.documentElement.dataset.by = "pointer";
    for (const [name, by] of [["pointerdown", "pointer"], ["keydown", "keys"]])
      document.addEventListener(name, () => (document.documentElement.dataset.by = by), true);
    byId("find").addEventListener("submit", (event) => {
      event.preventDefault();
      this.lookUp();
    });
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let waiting;
    window.addEventListener("resize", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        this.drawing.draw();
        this.charts();
        this.play?.shown();
      }, 100);
    });
    window.addEventListener("hashchange", () => {
      this.fromAddress();
      this.all();
    });
  }

  /** Another example.
   *  @param {number} i */
  turnTo(i) {
    this.model.example = i;
    this.all();
  }

  /** Take up what the address asks for: #example=3&step=2&choice=weight:2:0:1&view=gradient. */
  fromAddress() {
    const { example, ...state } = fromHash(location.hash, this);
    this.model.example = example;
    Object.assign(this, state);
    part(`#colors [value="${this.mode}"]`, HTMLInputElement).checked = true;
  }

  /** Write down in the address where one is. */
  toAddress() {
    const hash = addressOf(this);
    if (location.hash === (hash ? `#${hash}` : "")) return;
    try {
      history.replaceState(null, "", location.href.split("#")[0] + (hash ? `#${hash}` : ""));
    } catch {
      // within another document, which has an address of its own
    }
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return this.leave();
    // among the views ↑ and ↓ choose, ← and → go on walking
    if (under(event, "input:not([name='mode']),select,textarea,.scroll[tabindex]")) return;
    const way = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    this.step(this.place + way);
  }

  /** Out of the drawing and of what is chosen, back to the walk. */
  leave() {
    const active = document.activeElement;
    if (active instanceof HTMLElement || active instanceof SVGElement) active.blur();
    if (this.chosen) this.step(this.place);
  }

  /** @param {number} place */
  step(place) {
    this.chosen = null;
    this.place = Math.max(0, Math.min(this.steps.length - 1, place));
    this.show(false);
  }

  // --- whenever something is chosen -------------------------------------------------------------------------------

  all() {
    const { model } = this;
    part("#example", HTMLSelectElement).value = String(model.example);
    this.charted = null;
    this.lists();
    this.show(false);
  }

  /** @param {ExampleRecord} e @param {Known} known */
  facts(e, known) {
    return [
      fact("row", String(e.row)),
      e.target !== null ? fact("true", el("bdi", {}, cut(e.target, 40))) : "",
      e.prediction !== null && known.a === this.model.depth ? fact("predicted", el("bdi", {}, cut(e.prediction, 40))) : "",
      known.cost ? fact("C₀", num(e.cost, "cost")) : "",
    ];
  }

  charts() {
    const known = this.known();
    drawPictures(byId("pictures-box"), this.model, this.choose, known);
    drawSizes(byId("sizes-box"), this.model, known);
    this.charted = known.delta;
    drawHistory(byId("history-box"), this.model);
  }

  /** Draw anew; and bring the panel into view where it lies below, if it was asked for.
   *  @param {boolean} asked */
  show(asked) {
    const { chosen } = this,
      panel = byId("panel"),
      step = this.steps[this.place];
    const known = this.known();
    byId("facts").replaceChildren(...this.facts(this.model.now, known));
    part("#example", HTMLSelectElement).querySelectorAll("option").forEach((option, i) => {
      option.textContent = this.caption(this.record.examples[i], known);
    });
    if (this.charted !== known.delta) this.charts();
    drawWaterfall(byId("waterfall-box"), this.model, known);
    this.drawing.draw();
    this.legend(known);
    const content = chosen ? this.words.panel(chosen) : this.words.stepPanel(step, known);
    /** @type {Record<string, unknown>} */
    const attributes = { ...(chosen ?? step) },
      before = JSON.stringify(panel.dataset);
    for (const name of ["kind", "l", "j", "k", "number"]) {
      if (attributes[name] === undefined) delete panel.dataset[name];
      else panel.dataset[name] = String(attributes[name]);
    }
    if (before === JSON.stringify(panel.dataset)) refill(panel, content);
    else {
      panel.replaceChildren(...flat(content));
      panel.scrollTop = 0;
    }
    this.joined.again();
    byId("step-name").textContent = chosen
      ? `${this.place + 1}/${this.steps.length}`
      : `${this.place + 1}/${this.steps.length} · ${step.title}`;
    const ends = { first: 0, back: 0, next: this.steps.length - 1, last: this.steps.length - 1 };
    for (const [name, at] of Object.entries(ends))
      control(name).setAttribute("aria-disabled", String(this.place === at));
    this.play?.shown();
    this.toAddress();
    if (!asked) return;
    const inPanel = !document.activeElement || document.activeElement === document.body;
    if (inPanel) panel.focus({ preventScroll: true });
    if (panel.getBoundingClientRect().top > window.innerHeight * 0.75 || panel.getBoundingClientRect().bottom < 80)
      panel.scrollIntoView({ block: "start" });
  }

  /** @param {Known} known */
  legend(known) {
    const back = known.delta <= this.model.depth ? ", δ below them" : "",
      text = {
        weight: `Lines: weights w; above the circles: biases b. In the circles: activations a${back}.`,
        activation: `Lines: what flows through them, w a; above the circles: b. In the circles: activations a${back}.`,
        gradient: "Lines: ∂C₀/∂w; above the circles: ∂C₀/∂b. In the circles: the error δ (inputs: ∂C₀/∂x).",
      }[this.mode];
    byId("legend").replaceChildren(
      told(text),
      known.delta > 0 ? " What is not computed yet is empty." : "",
      " Thicker is larger in its layer; ",
      el("span", { class: "key plus" }, "solid: positive"),
      ", ",
      el("span", { class: "key minus" }, "dashed: negative"),
      ".",
    );
  }

  // --- any weight, any neuron -------------------------------------------------------------------------------------

  lookUp() {
    const { model } = this,
      l = Number(part("#find-layer", HTMLSelectElement).value),
      [j, k] = [part("#find-j", HTMLInputElement).value, part("#find-k", HTMLInputElement).value];
    /** @type {string[]} */
    const faults = [];
    /** @param {number} layer @param {string} n @param {string} name */
    const look = (layer, n, name) => {
      const size = model.record.network.sizes[layer],
        what = layer ? `neurons of layer ${layer}` : "inputs";
      if (!/^\d+$/.test(n) || Number(n) >= size)
        faults.push(`${name} = ${n || "nothing"}: the ${what} count from 0 to ${size - 1}`);
      else if (!model.has(layer, Number(n))) faults.push(`${name} = ${n} is one of the ${what} left out of this page`);
    };
    look(l, j, "j");
    if (k !== "") look(l - 1, k, "k");
    byId("find-said").textContent = faults.join("; ");
    if (!faults.length) this.choose({ kind: "weight", l, j: Number(j), k: k === "" ? -1 : Number(k) });
  }

  /** All neurons that the page holds, made when the list is opened. */
  lists() {
    if (!part("#lists", HTMLDetailsElement).open) return;
    const { model, words } = this;
    const listed = model.record.shown.map((numbers, l) => [
      heading(l ? `Layer ${l}` : "Inputs"),
      folding(
        ["", l ? sym("a") : sym("x"), by(C0(), l ? sym("a") : sym("x"))],
        numbers.map((n) => ({
          "data-term": `${l}:${n}`,
          cells: [words.named(l, n), num(model.a(l, n), "a"), num(model.byA(l, n), "by_a")],
        })),
        null,
        { "data-list": l, class: "terms" },
        20,
      ),
    ]);
    byId("lists-box").replaceChildren(...listed.flat());
  }
}

new Page(JSON.parse(byId("record").textContent ?? ""));
