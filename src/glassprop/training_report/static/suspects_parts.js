// Small makers for the page of suspected labels. Whatever comes from data goes in as text, never as markup.

/** The part of the page of this name, of the kind that it is.
 *  @template {Element} T @param {string} id @param {new () => T} kind @returns {T} */
function part(id, kind) {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${kind.name} ${id}`);
}

/** An element with attributes and children; strings become text, attributes that are null are left out.
 *  @template {keyof HTMLElementTagNameMap} K @param {K} tag @param {Record<string, string | null>} attributes
 *  @param {(Node | string)[]} children @returns {HTMLElementTagNameMap[K]} */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** A number with three digits that count.
 *  @param {number} x */
const short = (x) => (x === 0 || (Math.abs(x) >= 1e-3 && Math.abs(x) < 1e6) ? String(Number(x.toPrecision(3))) : x.toExponential(1)).replace("-", "−");

/** @param {number} share */
function percent(share) {
  if (share > 0 && share < 0.001) return "less than 0.1 %";
  return `${Number((100 * share).toFixed(1))} %`;
}

/** @param {number} count @param {string} one @param {string} many */
const counted = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
