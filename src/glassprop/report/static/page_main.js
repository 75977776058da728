// What is chosen, which example and which step; and the drawing, panel and charts that follow it.

/** @type {Mode[]} */
const MODES = ["weight", "activation", "gradient"];
const REST = 150; // milliseconds
/** The button that walks there.
 *  @param {string} name */
const control = (name) => part(`[data-control="${name}"]`, HTMLElement);

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
    /** What is drawn when the hand rests. @type {ReturnType<typeof setTimeout> | undefined} */
    this.resting = undefined;
    /** For which known δ charts were drawn last. @type {number | null} */
    this.charted = null;
    /** @type {Choose} */
    this.choose = (what) => {
      this.chosen = what;
      this.show(true);
    };
    this.words = new Walk(this.model, this.choose);
    this.finder = new Finder(this.model, this.words, this.choose);
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
    drawHistory(byId("history-box"), this.model);
    example.disabled = record.examples.length < 2;
    tellNotes(this.model);
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
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let waiting;
    window.addEventListener("resize", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        this.drawing.draw();
        this.charts();
        drawHistory(byId("history-box"), this.model);
        this.play?.shown();
      }, 100);
    });
    window.addEventListener("beforeprint", () => this.rested());
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
    this.finder.lists();
    this.show(false);
  }

  charts() {
    const known = this.known();
    drawPictures(byId("pictures-box"), this.model, this.choose, known);
    drawSizes(byId("sizes-box"), this.model, known);
    this.charted = known.delta;
  }

  /** How the prediction came about: an integral, so that it waits until the hand rests that changes numbers.
   *  @param {Known} known */
  waterfall(known) {
    const box = byId("waterfall-box"),
      told_ = this.live?.predictions?.told.has(this.model.example) ?? true,
      moving = this.play?.moving ?? false;
    clearTimeout(this.resting);
    if (told_ || !moving || known.a < this.model.depth) return this.rested();
    box.setAttribute("aria-busy", "true");
    this.resting = setTimeout(() => this.rested(), REST);
  }
  rested() {
    const box = byId("waterfall-box");
    drawWaterfall(box, this.model, this.known());
    box.removeAttribute("aria-busy");
  }

  /** Draw anew; and bring the panel into view where it lies below, if it was asked for.
   *  @param {boolean} asked */
  show(asked) {
    const { chosen } = this,
      panel = byId("panel"),
      step = this.steps[this.place];
    const known = this.known();
    refill(byId("facts"), factsOf(this.model, this.model.now, known));
    part("#example", HTMLSelectElement).querySelectorAll("option").forEach((option, i) => {
      refill(option, captionOf(this.model, this.record.examples[i], known));
    });
    if (this.charted !== known.delta) this.charts();
    this.waterfall(known);
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
    refill(
      byId("legend"),
      told(text),
      known.delta > 0 ? " What is not computed yet is empty." : "",
      " Thicker is larger in its layer; ",
      el("span", { class: "key plus" }, "solid: positive"),
      ", ",
      el("span", { class: "key minus" }, "dashed: negative"),
      ".",
    );
  }
}

new Page(JSON.parse(byId("record").textContent ?? ""));
