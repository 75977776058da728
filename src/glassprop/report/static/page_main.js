// What is chosen, which example and which step; and the drawing, panel and charts that follow it.

class Page {
  constructor(record) {
    const find = (id) => document.getElementById(id);
    Object.assign(this, { record, model: new Model(record), find, mode: "weight", chosen: null, place: 0 });
    this.choose = (what) => {
      this.chosen = what;
      this.show(true);
    };
    this.steps = stepsOf(this.model);
    this.words = new Walk(this.model, this.choose);
    this.drawing = new Drawing(find("network-box"), this.model, { choose: this.choose, state: () => this.state() });
    this.fill();
    this.listen();
    this.fromAddress();
    this.all();
  }

  state() {
    return { mode: this.mode, chosen: this.chosen, step: this.chosen ? null : this.steps[this.place] };
  }

  // --- once -------------------------------------------------------------------------------------------------------

  fill() {
    const { record, find } = this,
      { network } = record;
    find("what").textContent =
      `A network of ${network.sizes.join("–")} neurons, ` +
      `${network.parameters.toLocaleString("en")} weights and biases; ` +
      `activations ${network.layers.map((layer) => layer.activation).join(", ")}; cost ${network.cost}.`;
    find("example").append(...record.examples.map((e, i) => el("option", { value: i }, this.caption(e))));
    find("example").disabled = record.examples.length < 2;
    this.notes();
    find("find-layer").append(
      ...this.model.record.network.layers.map((_, i) => el("option", { value: i + 1 }, String(i + 1))),
    );
    find("lists").addEventListener("toggle", () => this.lists());
  }

  caption(e) {
    const parts = [`row ${e.row}`];
    if (e.target !== null) parts.push(`true ${cut(e.target, 24)}`);
    if (e.prediction !== null) parts.push(`predicted ${cut(e.prediction, 24)}`);
    return `${parts.join(" · ")} · C₀ ${numeral(e.cost)}`;
  }

  notes() {
    const { record, find } = this,
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
    if (left.length)
      this.note(
        "left-note",
        `To keep the page small, ${left.join(", ")} are left out: those that matter least to these examples. ` +
          `What they add to a sum stands there as one number.${columns}`,
      );
  }
  note(id, text) {
    this.find(id).textContent = text;
    this.find(id).hidden = false;
  }

  listen() {
    const { find } = this,
      move = {
        first: () => 0,
        back: () => this.place - 1,
        next: () => this.place + 1,
        last: () => this.steps.length - 1,
      };
    find("example").addEventListener("change", (event) => {
      this.model.example = Number(event.target.value);
      this.all();
    });
    find("colors").addEventListener("change", (event) => {
      this.mode = event.target.value;
      this.drawing.draw();
      this.legend();
    });
    for (const [name, to] of Object.entries(move))
      document.querySelector(`[data-control="${name}"]`).addEventListener("click", () => this.step(to()));
    document.addEventListener("keydown", (event) => this.key(event));
    find("find").addEventListener("submit", (event) => {
      event.preventDefault();
      this.lookUp();
    });
    let waiting = 0;
    window.addEventListener("resize", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        this.drawing.draw();
        this.charts();
      }, 100);
    });
    window.addEventListener("hashchange", () => {
      this.fromAddress();
      this.all();
    });
  }

  /** #example=3 in the address chooses an example, so that other pages can link to it. */
  fromAddress() {
    const found = /^#example=(\d+)$/.exec(location.hash);
    if (found && Number(found[1]) < this.model.count) this.model.example = Number(found[1]);
  }

  key(event) {
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.target.closest("input,select,textarea,.scroll[tabindex]")
    )
      return;
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    this.step(this.place + way);
  }

  step(place) {
    this.chosen = null;
    this.place = Math.max(0, Math.min(this.steps.length - 1, place));
    this.show(false);
  }

  // --- whenever something is chosen -------------------------------------------------------------------------------

  all() {
    const { find, model } = this,
      e = model.now;
    find("example").value = String(model.example);
    find("facts").replaceChildren(...this.facts(e));
    this.charts();
    this.lists();
    this.show(false);
  }

  facts(e) {
    const fact = (name, text) => el("span", { class: "fact" }, name, " ", el("b", {}, text));
    return [
      fact("row", String(e.row)),
      e.target !== null ? fact("true", el("bdi", {}, cut(e.target, 40))) : "",
      e.prediction !== null ? fact("predicted", el("bdi", {}, cut(e.prediction, 40))) : "",
      fact("C₀", num(e.cost, "cost")),
    ];
  }

  charts() {
    drawPictures(this.find("pictures-box"), this.model, this.choose);
    drawSizes(this.find("sizes-box"), this.model);
    drawHistory(this.find("history-box"), this.model);
  }

  /** Draw anew; and bring the panel into view where it lies below, if it was asked for. */
  show(asked) {
    const { find, chosen } = this,
      panel = find("panel"),
      step = this.steps[this.place];
    this.drawing.draw();
    this.legend();
    const content = chosen ? this.words.panel(chosen) : this.words.stepPanel(step);
    const attributes = chosen || step;
    for (const name of ["kind", "l", "j", "k", "number"]) {
      if (attributes[name] === undefined) delete panel.dataset[name];
      else panel.dataset[name] = attributes[name];
    }
    panel.replaceChildren(...content.flat(Infinity).filter(Boolean));
    panel.scrollTop = 0;
    find("step-name").textContent = chosen
      ? `${this.place + 1}/${this.steps.length}`
      : `${this.place + 1}/${this.steps.length} · ${step.title}`;
    for (const [name, at] of [
      ["first", 0],
      ["back", 0],
      ["next", this.steps.length - 1],
      ["last", this.steps.length - 1],
    ])
      document.querySelector(`[data-control="${name}"]`).setAttribute("aria-disabled", String(this.place === at));
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
    this.find("legend").replaceChildren(
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
    const { find, model } = this,
      l = Number(find("find-layer").value),
      [j, k] = [find("find-j").value, find("find-k").value];
    const say = (text) => {
      find("find-said").textContent = text;
    };
    const faults = [];
    for (const [layer, n, name] of [
      [l, j, "j"],
      [l - 1, k === "" ? null : k, "k"],
    ]) {
      if (n === null) continue;
      const size = model.record.network.sizes[layer],
        what = layer ? `neurons of layer ${layer}` : "inputs";
      if (!/^\d+$/.test(n) || Number(n) >= size)
        faults.push(`${name} = ${n || "nothing"}: the ${what} count from 0 to ${size - 1}`);
      else if (!model.has(layer, Number(n))) faults.push(`${name} = ${n} is one of the ${what} left out of this page`);
    }
    say(faults.join("; "));
    if (!faults.length) this.choose({ kind: "weight", l, j: Number(j), k: k === "" ? -1 : Number(k) });
  }

  /** All neurons that the page holds, made when the list is opened. */
  lists() {
    if (!this.find("lists").open) return;
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
    this.find("lists-box").replaceChildren(...listed.flat());
  }
}

new Page(JSON.parse(document.getElementById("record").textContent));
