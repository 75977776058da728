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
    if (value !== null && value !== undefined && value !== false)
      node.setAttribute(name, value === true ? "" : String(value));
  node.append(...flat(children));
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

/** w with its layer above and its indices below.
 *  @param {string} letter @param {number | null} layer @param {(string | number | null)[]} indices */
function sym(letter, layer = null, ...indices) {
  const marks = [];
  if (layer !== null) marks.push(el("span", { class: "sup" }, `(${layer})`));
  if (indices.length) marks.push(el("span", { class: "sub" }, indices.join(",")));
  return el("span", { class: "sym" }, el("i", {}, letter), marks.length ? el("span", { class: "marks" }, marks) : null);
}
const C0 = () => el("span", { class: "sym" }, el("i", {}, "C"), "₀");

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
const heading = (...parts) => el("h3", {}, ...parts);
/** @param {Child[]} parts */
const said = (...parts) => el("p", { class: "said" }, ...parts);

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

/** Rows of a long table: the first few, and a button that shows the others in place of what sums them up.
 *  @param {Child[]} head @param {Row[]} rows
 *  @param {((left: Row[]) => Row[]) | null} rest @param {Attributes} attributes */
function folding(head, rows, rest, attributes = {}, most = 6) {
  const box = el("div", {});
  /** @param {boolean} all */
  const show = (all) => {
    const shown = all ? rows : rows.slice(0, most);
    const left = rows.slice(shown.length);
    box.replaceChildren(table(head, [...shown, ...(rest ? rest(left) : [])], attributes));
    if (rows.length > most) {
      const button = el(
        "button",
        { type: "button", class: "quiet", "data-fold": all ? "less" : "more" },
        all ? "Show fewer" : `Show all ${rows.length}`,
      );
      button.addEventListener("click", () => {
        show(!all);
        box.querySelector("button")?.focus();
      });
      box.append(button);
    }
  };
  show(false);
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
const noBar = () => el("span", { class: "bar-mark" }); // as wide, where a number stands under others that have one
/** @param {Num[]} list */
const largest = (list) => Math.max(0, ...list.map((x) => Math.abs(x || 0)));
/** @param {string} text @param {number} most */
const cut = (text, most) => ([...text].length > most ? [...text].slice(0, most - 1).join("") + "…" : text);
