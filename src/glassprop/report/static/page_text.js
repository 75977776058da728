// Small makers of elements, symbols and numbers. Whatever comes from data goes in as text, never as markup.

/** @type {"http://www.w3.org/2000/svg"} */
const SVG = "http://www.w3.org/2000/svg";

/** The part of the page that a selector takes, of the kind that it is.
 *  @template {Element} T @param {string} selector @param {new () => T} kind @returns {T} */
function part(selector, kind) {
  const found = document.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${kind.name} ${selector}`);
}

/** @param {string} id */
const byId = (id) => part(`#${id}`, HTMLElement);

/** What lies under the pointer, or has the focus, that the selector takes.
 *  @param {Event} event @param {string} selector @returns {Drawn | null} */
const under = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

/** What the page tells of: a cost, or what is predicted in its place. */
const TOLD = { prediction: false };
/** A text of the page's own about C₀, as one about what it tells of.
 *  @param {string} text */
const told = (text) => (TOLD.prediction ? text.replaceAll("C₀", "ŷ") : text);
/** @param {Node | string} part */
const inOurWords = (part) => (typeof part === "string" ? told(part) : part);
/** The same, of a sentence.
 *  @param {Child} part */
const spoken = (part) =>
  TOLD.prediction && typeof part === "string"
    ? part.replaceAll("the cost", "the prediction").replaceAll("The cost", "The prediction")
    : part;

/** All text and elements in nested lists, one after another.
 *  @param {Child[]} children @returns {(Node | string)[]} */
const flat = (children) =>
  children.flatMap((child) => {
    if (child === null || child === undefined || child === false) return [];
    return Array.isArray(child) ? flat(child) : [typeof child === "number" ? String(child) : child];
  });

/** An element with attributes and children; strings become text. Attributes that are null are left out.
 *  @template {Element} T @param {T} node @param {Attributes} attributes @param {Child[]} children */
function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === "function") Object.assign(node, { [name]: value });
    else if (value !== null && value !== undefined && value !== false)
      node.setAttribute(name, value === true ? "" : name === "aria-label" ? told(String(value)) : String(value));
  // what stands in a bdi comes from data, and is left as it is
  const ours = node.localName === "bdi" ? (/** @type {Node | string} */ part) => part : inOurWords;
  node.append(...flat(children).map(ours));
  return node;
}
/** @template {keyof HTMLElementTagNameMap} K @param {K} tag @param {Attributes} attributes @param {Child[]} children */
const el = (tag, attributes, ...children) => filled(document.createElement(tag), attributes, children);
/** @template {keyof SVGElementTagNameMap} K @param {K} tag @param {Attributes} attributes @param {Child[]} children */
const svg = (tag, attributes, ...children) => filled(document.createElementNS(SVG, tag), attributes, children);

const SUPERSCRIPT = Object.fromEntries([..."-0123456789"].map((c, i) => [c, [..."⁻⁰¹²³⁴⁵⁶⁷⁸⁹"][i]]));

/** A number in so many significant digits: "−0.0312", "1.2·10⁻⁷"; what is not finite has no number in JSON.
 *  @param {Num | undefined} x */
function numeral(x, digits = 4) {
  if (x === null || x === undefined || !Number.isFinite(x)) return "not finite";
  if (x === 0) return "0";
  const [mantissa, power] = x.toExponential(digits - 1).split("e");
  const e = Number(power);
  /** @param {string} text */
  const short = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  const text =
    e < -4 || e > 5
      ? `${short(mantissa)}·10${[...String(e)].map((c) => SUPERSCRIPT[c]).join("")}`
      : short(Number(`${mantissa}e${power}`).toFixed(Math.max(0, digits - 1 - e)));
  return text.replace("-", "−");
}

/** A number as an element: its own digits in data-value and as a hint.
 *  @param {Num | undefined} x @param {string | null} name */
function num(x, name = null, digits = 5) {
  const known = x !== null && x !== undefined && Number.isFinite(x);
  return el(
    "span",
    { class: "num", "data-name": name, "data-value": known ? String(x) : "", title: known ? String(x) : null },
    numeral(x, digits),
  );
}

/** As num, in brackets if negative: for products and sums.
 *  @param {Num} x @param {string | null} name */
const factor = (x, name = null) => ((x ?? 0) < 0 ? ["(", num(x, name), ")"] : num(x, name));

/** What in the drawing a symbol stands for: "n:1:0" a neuron, "w:1:0:2" a weight (-1: a bias), "y:0" a target; of
 *  letters for numbers all of a layer ("L:1"), or of the weights into it ("G:1").
 *  @param {string} letter @param {number | null} layer @param {(string | number | null)[]} indices */
function placeOf(letter, layer, indices) {
  const known = indices.length > 0 && indices.every((i) => typeof i === "number");
  if (letter === "x") return known ? `n:0:${indices[0]}` : "L:0";
  if (letter === "y") return known ? `y:${indices[0]}` : null;
  if (layer === null) return null;
  if ("wsb".includes(letter)) {
    if (!known) return `G:${layer}`;
    return `w:${layer}:${indices[0]}:${letter === "b" ? -1 : (indices[1] ?? indices[0])}`;
  }
  return known ? `n:${layer}:${indices[0]}` : `L:${layer}`;
}

/** w with its layer above and its indices below.
 *  @param {string} letter @param {number | null} layer @param {(string | number | null)[]} indices */
function sym(letter, layer = null, ...indices) {
  const marks = [];
  if (layer !== null) marks.push(el("span", { class: "sup" }, `(${layer})`));
  if (indices.length) marks.push(el("span", { class: "sub" }, indices.join(",")));
  const at = placeOf(letter, layer, indices);
  return el("span", { class: "sym", "data-at": at }, el("i", {}, letter), marks.length ? el("span", { class: "marks" }, marks) : null);
}
const C0 = () => {
  const letter = TOLD.prediction ? [el("i", {}, "ŷ")] : [el("i", {}, "C"), "₀"];
  return el("span", { class: "sym", "data-at": "C" }, letter);
};

/** ∂ above over ∂ below, as a fraction.
 *  @param {Child} above @param {Child} below */
function by(above, below) {
  return el(
    "span",
    { class: "frac" },
    el("span", {}, "∂", above),
    el("span", { class: "vh" }, "/"),
    el("span", {}, "∂", below),
  );
}
/** @param {Child[]} parts */
const formula = (...parts) => el("p", { class: "formula" }, ...parts);
/** @param {Child[]} parts */
const heading = (...parts) => el("h3", {}, ...parts.map(spoken));
/** @param {Child[]} parts */
const said = (...parts) => el("p", { class: "said" }, ...parts.map(spoken));

/** A table: head is a list of cells, rows a list of {cells, ...attributes}.
 *  @param {Child[]} head @param {Row[]} rows @param {Attributes} attributes */
function table(head, rows, attributes = {}) {
  /** @param {Child[]} cells @param {"th" | "td"} tag */
  const line = (cells, tag) => cells.map((cell) => el(tag, tag === "th" ? { scope: "col" } : {}, cell));
  return el(
    "div",
    { class: "scroll" },
    el(
      "table",
      attributes,
      el("thead", {}, el("tr", {}, line(head, "th"))),
      el(
        "tbody",
        {},
        rows.map(({ cells, ...rest }) => el("tr", rest, line(cells, "td"))),
      ),
    ),
  );
}

const SEEN = 6; // rows of a table that are not folded away

/** Rows of a long table: the first few, and a button that shows the others in place of what sums them up.
 *  @param {Child[]} head @param {Row[]} rows
 *  @param {((left: Row[]) => Row[]) | null} rest @param {Attributes} attributes */
function folding(head, rows, rest, attributes = {}, most = SEEN) {
  const box = el("div", {});
  box.addEventListener("unfold", () => show(box, true));
  /** @param {Element} here the box, or the one of the page that has become like it @param {boolean} all */
  const show = (here, all) => {
    const shown = all ? rows : rows.slice(0, most);
    const left = rows.slice(shown.length);
    here.replaceChildren(table(head, [...shown, ...(rest ? rest(left) : [])], attributes));
    if (rows.length <= most) return;
    /** @param {Event} event */
    const onclick = (event) => {
      const now = under(event, "[data-fold]")?.parentElement;
      if (!now) return;
      show(now, !all);
      if (now.lastElementChild instanceof HTMLElement) now.lastElementChild.focus();
    };
    const [name, text] = all ? ["less", "Show fewer"] : ["more", `Show all ${rows.length}`];
    here.append(el("button", { type: "button", class: "quiet", "data-fold": name, onclick }, text));
  };
  show(box, false);
  return box;
}

/** A bar that tells sign and size beside a number.
 *  @param {Num} x @param {number} largest */
function bar(x, largest) {
  const share = largest && x !== null ? Math.abs(x) / largest : 0;
  const width = 40 * share,
    below = (x ?? 0) < 0;
  return svg(
    "svg",
    { class: "bar-mark", viewBox: "0 0 84 10", width: 84, height: 10, "aria-hidden": "true" },
    svg("line", { x1: 42, x2: 42, y1: 0, y2: 10, class: "axis" }),
    svg("rect", { x: below ? 42 - width : 42, y: 2, width, height: 6, class: below ? "minus" : "plus" }),
  );
}
/** Terms in the order of their neurons where all can be seen at once, the bias last; else as they are.
 *  @template {{ n: number }} T @param {T[]} terms */
const ownOrder = (terms, most = SEEN) =>
  terms.length > most ? terms : [...terms].sort((one, other) => (one.n < 0 ? Infinity : one.n) - (other.n < 0 ? Infinity : other.n));
const noBar = () => el("span", { class: "bar-mark" }); // as wide, where a number stands under others that have one
/** @param {Num[]} list */
const largest = (list) => Math.max(0, ...list.map((x) => Math.abs(x || 0)));
/** @param {string} text @param {number} most */
const cut = (text, most) => ([...text].length > most ? [...text].slice(0, most - 1).join("") + "…" : text);

/** Names made so that no two are the same, those that are by the number or, where they were cut, by how they end.
 *  @param {string[]} short @param {string[]} whole @param {number[]} numbers @param {number} most */
function apart(short, whole, numbers, most) {
  const count = (/** @type {string[]} */ list) => list.reduce((all, name) => all.set(name, (all.get(name) ?? 0) + 1), new Map());
  const first = count(short);
  /** @param {string} name @param {number} i */
  const ending = (name, i) => {
    if (first.get(name) === 1) return name;
    const letters = [...whole[i]],
      head = Math.ceil((most - 1) / 2);
    return letters.length > most ? `${letters.slice(0, head).join("")}…${letters.slice(head + 1 - most).join("")}` : name;
  };
  const second = short.map(ending),
    again = count(second);
  return second.map((name, i) => (again.get(name) === 1 ? name : `${cut(name, Math.max(3, most - 4))} [${numbers[i]}]`));
}

/** How a target was standardized, in digits that are read.
 *  @param {UnitsRecord} units */
function formulaOf({ scale, mean, spread, formula }) {
  if (scale !== "none") return formula;
  return `(target ${mean < 0 ? "+" : "−"} ${numeral(Math.abs(mean), 6)}) / ${numeral(spread, 6)}`;
}

/** How wide a text of the drawing is. @type {Map<string, number>} */
const WIDTHS = new Map();
const ruler = document.createElement("canvas").getContext("2d");
/** @param {string} text @param {number} size */
function widthOf(text, size) {
  const key = `${size} ${text}`,
    known = WIDTHS.get(key);
  if (known !== undefined) return known;
  if (ruler) ruler.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
  const found = ruler?.measureText(text).width ?? text.length * size * 0.6;
  WIDTHS.set(key, found);
  return found;
}
