// What is chosen, which example and which step; and the drawing, panel and charts that follow it.

/** @type {Mode[]} */
const MODES = ["weight", "activation", "gradient"];
/** What tells what the panel is of. */
const OF = ["kind", "l", "j", "k", "number"];
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
    /** What the page computes with; null where it stands still, and `record.still` says why. */
    this.live = record.live ? new Live(record) : null;
    this.steps = stepsOf(this.model);
    /** @type {Mode} */
    this.mode = "weight";
    /** @type {Choice | null} */
    this.chosen = null;
    this.place = 0;
    /** @type {Choose} */
    this.choose = (what) => {
      this.chosen = what;
      this.show(true);
    };
    this.words = new Walk(this.model, this.choose);
    this.drawing = new Drawing(byId("network-box"), this.model, { choose: this.choose, state: () => this.state() });
    /** What people do with the live network; null where the page stays still. @type {Play | null} */
    this.play = null;
    this.fill();
    this.listen();
    this.fromAddress();
    this.all();
    if (this.live) this.play = new Play(this, this.live);
    this.play?.follow();
  }

  /** @returns {State} */
  state() {
    return { mode: this.mode, chosen: this.chosen, step: this.chosen ? null : this.steps[this.place] };
  }

  // --- once -------------------------------------------------------------------------------------------------------

  fill() {
    const { record } = this,
      { network } = record;
    byId("what").textContent =
      `A network of ${network.sizes.join("–")} neurons, ` +
      `${network.parameters.toLocaleString("en")} weights and biases; ` +
      `activations ${network.layers.map((layer) => layer.activation).join(", ")}; cost ${network.cost}.`;
    const example = part("#example", HTMLSelectElement);
    example.append(...record.examples.map((e, i) => el("option", { value: i }, this.caption(e))));
    example.disabled = record.examples.length < 2;
    this.notes();
    part("#find-layer", HTMLSelectElement).append(
      ...this.model.record.network.layers.map((_, i) => el("option", { value: i + 1 }, String(i + 1))),
    );
    part("#lists", HTMLDetailsElement).addEventListener("toggle", () => this.lists());
  }

  /** @param {ExampleRecord} e */
  caption(e) {
    const parts = [`row ${e.row}`];
    if (e.target !== null) parts.push(`true ${cut(e.target, 24)}`);
    if (e.prediction !== null) parts.push(`predicted ${cut(e.prediction, 24)}`);
    return `${parts.join(" · ")} · C₀ ${numeral(e.cost)}`;
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
    const { members } = record;
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
    byId(id).textContent = text;
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
        this.drawing.draw();
        this.legend();
        this.toAddress();
      });
    for (const [name, to] of Object.entries(move))
      control(name).addEventListener("click", () => this.step(to()));
    document.addEventListener("keydown", (event) => this.key(event));
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
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      under(event, "input,select,textarea,.scroll[tabindex]")
    )
      return;
    const way = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    this.step(this.place + way);
  }

  /** @param {number} place */
  step(place) {
    this.chosen = null;
    this.place = Math.max(0, Math.min(this.steps.length - 1, place));
    this.show(false);
  }

  // --- whenever something is chosen -------------------------------------------------------------------------------

  all() {
    const { model } = this,
      e = model.now;
    part("#example", HTMLSelectElement).value = String(model.example);
    model.record.examples.forEach((one, i) => (part("#example", HTMLSelectElement).options[i].text = this.caption(one)));
    byId("facts").replaceChildren(...this.facts(e));
    this.charts();
    this.lists();
    this.show(false);
  }

  /** @param {ExampleRecord} e */
  facts(e) {
    return [
      fact("row", String(e.row)),
      e.target !== null ? fact("true", el("bdi", {}, cut(e.target, 40))) : "",
      e.prediction !== null ? fact("predicted", el("bdi", {}, cut(e.prediction, 40))) : "",
      fact("C₀", num(e.cost, "cost")),
    ];
  }

  charts() {
    drawPictures(byId("pictures-box"), this.model, this.choose);
    drawSizes(byId("sizes-box"), this.model);
    drawHistory(byId("history-box"), this.model);
  }

  /** Draw anew; and bring the panel into view where it lies below, if it was asked for.
   *  @param {boolean} asked */
  show(asked) {
    const { chosen } = this,
      panel = byId("panel"),
      step = this.steps[this.place];
    this.drawing.draw();
    this.legend();
    const was = { ...panel.dataset };
    const content = chosen ? this.words.panel(chosen) : this.words.stepPanel(step);
    /** @type {Record<string, unknown>} */
    const attributes = { ...(chosen ?? step) };
    for (const name of OF) {
      if (attributes[name] === undefined) delete panel.dataset[name];
      else panel.dataset[name] = String(attributes[name]);
    }
    panel.replaceChildren(...flat(content));
    if (OF.some((name) => was[name] !== panel.dataset[name])) panel.scrollTop = 0;
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

  legend() {
    const said = {
      weight: "Lines: weights w. In the circles: activations a.",
      activation: "Lines: what flows through them, w a. In the circles: activations a.",
      gradient: "Lines: ∂C₀/∂w. In the circles: the error δ (inputs: ∂C₀/∂x).",
    }[this.mode];
    byId("legend").replaceChildren(
      said,
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
