"use strict";
(() => {
  const data = JSON.parse(document.getElementById("details").textContent);
  const say = data.say;

  // Rows that belong under another are indented deeper; a title stands above the rows that follow it.
  const depth = (row) => Number(/depth(\d)/.exec(row.cells[0].className)[1]) - Number(row.classList.contains("title"));
  const parentsOf = (rows) => {
    const open = [];
    return rows.map((row, at) => {
      while (open.length && depth(rows[open.at(-1)]) >= depth(row)) open.pop();
      const parent = open.at(-1) ?? -1;
      open.push(at);
      return parent;
    });
  };

  // Sorting: a click sorts ascending, the next descending, the third as it was. Rows keep to the row that they are a part of; titles and
  // totals stay where they are.
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const key = (row, column) => {
    const cell = row.cells[column];
    const number = cell.dataset.sort;
    return number === undefined ? cell.textContent.trim() : Number(number);
  };
  // What has no value comes last, whichever way the table is sorted.
  const compare = (one, other, down) => {
    const empty = (value) => typeof value === "string" && !/\p{L}|\p{N}/u.test(value);
    if (empty(one) || empty(other)) return Number(empty(one)) - Number(empty(other));
    if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
    const order = typeof one === "number" ? one - other : collator.compare(one, other);
    return down ? -order : order;
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const parents = parentsOf(rows);
    const under = new Map();
    parents.forEach((parent, at) => under.set(parent, [...(under.get(parent) ?? []), at]));
    const inOrder = (parent, order) => {
      const members = under.get(parent) ?? [];
      const fixed = (at) => rows[at].matches(".title, .total");
      const moving = members.filter((at) => !fixed(at)).sort((one, other) => order(rows[one], rows[other]));
      return members.flatMap((at) => {
        const next = fixed(at) ? at : moving.shift();
        return [rows[next], ...inOrder(next, order)];
      });
    };
    const headings = [...table.tHead.querySelectorAll("th")].filter((th) => !th.matches('[scope="colgroup"]'));
    // A heading that spans two rows stands in the first of them: columns are counted by where the headings stand on the page.
    const places = new Map();
    const taken = [];
    [...table.tHead.rows].forEach((tr, line) => {
      let column = 0;
      for (const th of tr.cells) {
        while ((taken[column] ?? 0) > line) column += 1;
        places.set(th, column);
        for (let at = column; at < column + th.colSpan; at += 1) taken[at] = line + th.rowSpan;
        column += th.colSpan;
      }
    });
    for (const th of headings) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...th.childNodes);
      th.append(button);
      button.addEventListener("click", () => {
        const was = th.getAttribute("aria-sort");
        for (const other of headings) other.removeAttribute("aria-sort");
        const now = was === null ? "ascending" : was === "ascending" ? "descending" : null;
        let order = rows;
        if (now !== null) {
          th.setAttribute("aria-sort", now);
          const column = places.get(th);
          order = inOrder(-1, (one, other) => compare(key(one, column), key(other, column), now === "descending"));
        }
        body.append(...order);
      });
    }
  }

  // Filtering: words that stand anywhere in a row or in the rows that it is a part of, whatever their tone marks and case.
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
  for (const line of document.querySelectorAll(".filter")) {
    const rows = [...line.parentElement.querySelectorAll("tbody tr")];
    const parents = parentsOf(rows);
    const texts = [];
    rows.forEach((row, at) => texts.push(fold(row.textContent) + (parents[at] < 0 ? "" : ` ${texts[parents[at]]}`)));
    const input = line.querySelector("input");
    const status = line.querySelector("[role=status]");
    line.hidden = false;
    let waiting;
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        const words = fold(input.value).split(/\s+/).filter(Boolean);
        const found = texts.map((text) => words.every((word) => text.includes(word)));
        const kept = [...found];
        found.forEach((is, at) => {
          for (let up = parents[at]; is && up >= 0; up = parents[up]) kept[up] = true;
        });
        rows.forEach((row, at) => { row.hidden = !kept[at]; });
        const count = found.filter(Boolean).length;
        status.textContent = words.length ? say.shown.replace("{n}", count).replace("{all}", rows.length) : "";
      }, 120);
    });
  }

  // From a figure to what it is made of.
  const dialog = document.querySelector("dialog");
  const element = (name, text, ...children) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    made.append(...children);
    return made;
  };
  const pairs = (listed) => {
    const list = element("dl");
    for (const [name, text] of listed) if (text) list.append(element("dt", name), element("dd", text));
    return list;
  };
  const explain = (at) => {
    const [indicator, unit, scope, shown, counts, change, excluded, why, rows] = data.values[at];
    const about = data.indicators[indicator];
    const body = document.getElementById("detail-body");
    document.getElementById("detail-title").textContent = about.name;
    const parts = [pairs([
      [say.where, [data.units[unit], scope].filter(Boolean).join(", ")],
      [say.value, shown],
      [say.why, why],
      [say.counts, counts],
      [say.change, change],
    ])];
    if (excluded.length) {
      parts.push(element("h3", say.excluded), element("ul", "", ...excluded.map(([n, reason]) => element("li", `${n} ${reason}`))));
    }
    parts.push(element("h3", say.definition), pairs([
      [say.numerator, about.numerator],
      [say.denominator, about.denominator],
      [say.formula, about.formula],
      [say.source, about.source],
    ]));
    if (rows) {
      const [caption, headings, cells, more] = rows;
      const table = element("table", "",
        element("caption", caption),
        element("thead", "", element("tr", "", ...headings.map((text) => element("th", text)))),
        element("tbody", "", ...cells.map((row) => element("tr", "", ...row.map((text) => element("td", text))))));
      for (const th of table.querySelectorAll("th")) th.scope = "col";
      const scroll = element("div", "", table);
      scroll.className = "scroll";
      scroll.tabIndex = 0;
      parts.push(element("h3", say.rows), scroll, ...more.map((text) => element("p", text)));
    }
    body.replaceChildren(...parts);
    dialog.showModal();
    document.getElementById("detail-title").focus(); // or what can be scrolled would be gone to first
  };
  document.addEventListener("click", (event) => {
    const figure = event.target.closest(".figure");
    if (figure) explain(Number(figure.dataset.detail));
    else if (event.target === dialog) dialog.close();
  });
})();
