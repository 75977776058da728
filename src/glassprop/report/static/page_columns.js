// Columns of the table: how the cost moves with each in its own units, or what another category would change.

class Columns extends Pulls {
  /** @param {number} number @param {ColumnRecord} column */
  columnLink(number, column) {
    return this.link({ kind: "column", number }, el("bdi", {}, cut(column.name, 40)));
  }

  /** @param {number} number */
  oneColumn(number) {
    const column = this.m.record.columns[number];
    return [
      el("h2", {}, "Column ", el("bdi", {}, cut(column.name, 60))),
      this.equations("E4", "E15"),
      this.cell(column, number),
    ];
  }

  /** The derivative in the column's own units, through what was made of it; or what another category would do.
   *  @param {ColumnRecord} column @param {number} number */
  cell(column, number) {
    const { m } = this,
      cell = m.now.columns[number],
      box = el("div", { "data-part": "column", "data-column": number });
    if (cell.shown)
      box.append(said("In the table stands ", el("bdi", { class: "shown", "data-name": "shown" }, cell.shown), "."));
    if (column.categories) return this.switches(column, cell, box);
    const rows = column.parts.map((k, i) => {
      const here = m.has(0, k),
        slope = cell.by_column ? cell.by_column[i] : null,
        byX = here ? m.byA(0, k) : null;
      return {
        "data-term": k,
        cells: [
          here ? this.named(0, k) : `input ${k}, not in this page`,
          here ? num(byX, "by_x") : "",
          cell.by_column ? num(slope, "by_column") : "left out",
          here && cell.by_column ? num(product(byX, slope), "product") : "",
        ],
      };
    });
    box.append(
      table(["input", by(C0(), sym("x")), by(sym("x"), el("i", {}, "column")), "product"], rows, {
        "data-sum": "column",
        class: "terms",
      }),
      formula(
        by(C0(), el("i", {}, "column")),
        " = ",
        num(cell.value, "value"),
        column.unit ? ` per ${column.unit}` : " per unit of the column",
      ),
    );
    return box;
  }

  /** @param {ColumnRecord} column @param {CellRecord} cell @param {HTMLElement} box */
  switches(column, cell, box) {
    const most = largest(Object.values(cell.switches)),
      categories = column.categories ?? [];
    const rows = categories.map((name, i) => {
      const k = column.parts[column.one_hot ? i : 0],
        value = cell.switches[name],
        known = typeof value === "number";
      return {
        "data-term": i,
        cells: [
          el("bdi", {}, name),
          this.m.has(0, k) ? this.named(0, k) : `input ${k}`,
          known ? [num(value, "switch"), bar(value, most)] : "",
        ],
      };
    });
    box.append(
      said(
        "A category has no derivative. The cost would change by this much if the example had another:",
      ),
      folding(["category", "input", ["change of C₀", noBar()]], rows, null, {
        "data-sum": "switches",
        class: "terms",
      }),
    );
    return box;
  }
}
