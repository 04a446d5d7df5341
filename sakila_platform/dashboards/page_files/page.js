// The page: filters that apply to everything, key figures, charts and the tables behind them.
"use strict";

(async () => {
  // The browser decompresses by itself; all that are younger than 2023 can.
  async function unpacked(letters) {
    const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
    return JSON.parse(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text());
  }
  if (!window.DecompressionStream) {
    document.getElementById("described").textContent = "This browser can't open the page's numbers: take one of 2023 or later.";
    return;
  }
  const page = await unpacked(document.getElementById("page").textContent);
  const tables = Object.fromEntries(page.tables.map((table) => [table.name, Rows.opened(table)]));
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const views = {};
  const MOST_TABLE_ROWS = 1000;
  const byId = (id) => document.getElementById(id);
  const made = (tag, properties, ...inside) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...inside);
    return element;
  };

  // Words and numbers

  const number = (digits) => new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const day = (form) => (iso) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...form }).format(new Date(iso + "T00:00:00Z"));
  const share = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const FORMATS = {
    count: (value) => number(0).format(value),
    mean: (value) => number(1).format(value),
    money: (value) => "$" + number(2).format(value),
    share: (value) => share.format(value),
    day: day({ weekday: "short", day: "numeric", month: "short", year: "numeric" }),
    month: day({ month: "long", year: "numeric" }),
    "": (value) => String(value),
  };
  const shortDay = day({ day: "numeric", month: "short", year: "numeric" });
  const written = (value, format) => (value === null || value === undefined ? "–" : FORMATS[format](value));

  // What the reader filtered

  const form = byId("filters");
  const first = byId("first");
  const last = byId("last");

  function choice() {
    const members = {};
    for (const { column } of page.choices) {
      members[column] = [...form.querySelectorAll(`input[name="${column}"]:checked`)].map((box) => box.value);
    }
    const [from, to] = [first.value || page.days.first, last.value || page.days.last].sort();
    return { first: from, last: to, members };
  }

  function setDays(days) {
    first.value = days.first;
    last.value = days.last;
  }

  function described(chosen) {
    const days = Rows.dayNumber(chosen.last) - Rows.dayNumber(chosen.first) + 1;
    const members = page.choices.map(({ column, title }) => {
      const names = chosen.members[column];
      return names.length ? `${title.toLowerCase()} ${names.join(", ")}` : `every ${title.toLowerCase()}`;
    });
    const period = `${shortDay(chosen.first)} to ${shortDay(chosen.last)} (${number(0).format(days)} day${days === 1 ? "" : "s"})`;
    return [period, ...members].join(", ");
  }

  // Key figures

  function showFigure(figure, chosen) {
    const found = Rows.ofFigure(tables[figure.rows_of], figure, chosen);
    const card = byId(`figure-${figure.measure.name}`);
    const value = card.querySelector(".value");
    value.textContent = written(found.value, figure.measure.format);
    value.dataset.value = found.value === null ? "" : found.value;
    const change = card.querySelector(".change");
    change.dataset.before = found.before === null ? "" : found.before;
    change.className = "change";
    if (!found.before || found.value === null) {
      change.textContent = !found.isExact ? "Of whole months or years: each that the dates touch."
        : !found.isComparable ? "The period before is not kept by days."
        : "Nothing to compare with in the period before.";
      return;
    }
    const isShare = figure.measure.format === "share";
    const by = isShare ? (found.value - found.before) * 100 : ((found.value - found.before) / found.before) * 100;
    const size = number(1).format(Math.abs(by));
    const direction = size === "0.0" ? "" : by > 0 ? "up" : "down";
    if (direction && figure.more_is_better !== null) {
      change.classList.add((by > 0) === figure.more_is_better ? "good" : "bad");
    }
    const arrow = { up: "▲ ", down: "▼ ", "": "" }[direction];
    const amount = direction ? `${direction} ${size} ${isShare ? "points" : "%"}` : "unchanged";
    change.replaceChildren(
      made("span", { ariaHidden: "true", textContent: arrow }),
      `${amount} from ${written(found.before, figure.measure.format)} before`,
    );
  }

  // Charts and the tables behind them

  function describe(chart, rows) {
    if (!rows.length) return `${chart.title}: nothing in this selection.`;
    const value = chart.table.find((column) => column.field === chart.value_field);
    const words = chart.table.filter((column) => chart.member_fields.includes(column.field));
    const named = (row) => words.map((column) => written(row[column.field], column.format)).join(", ");
    const usable = rows.filter((row) => row[value.field] !== null);
    const ranked = [...usable].sort((a, b) => b[value.field] - a[value.field]);
    if (!ranked.length) return `${chart.title}: no values in this selection.`;
    const [most, least] = [ranked[0], ranked[ranked.length - 1]];
    return `${chart.title}. ${value.title} in ${rows.length} values: most ${named(most)} with ` +
      `${written(most[value.field], value.format)}, least ${named(least)} with ` +
      `${written(least[value.field], value.format)}. All of them are in the table that follows.`;
  }

  function showTable(chart, rows) {
    const card = byId(`chart-${chart.name}`);
    const body = card.querySelector("tbody");
    body.replaceChildren(...rows.slice(0, MOST_TABLE_ROWS).map((row) => made("tr", {}, ...chart.table.map((column, place) => {
      const value = row[column.field];
      const isNumber = typeof value === "number";
      const cell = made(place ? "td" : "th", { className: isNumber ? "number" : "" }, written(value, column.format));
      if (!place) cell.scope = "row";
      cell.dataset.value = value === null || value === undefined ? "" : value;
      return cell;
    }))));
    const more = rows.length - MOST_TABLE_ROWS;
    card.querySelector(".count").textContent = more > 0
      ? `The first ${number(0).format(MOST_TABLE_ROWS)} of ${number(0).format(rows.length)} rows; the CSV has them all.`
      : `${number(0).format(rows.length)} row${rows.length === 1 ? "" : "s"}.`;
  }

  // Drawn anew each time: a view that is given other rows keeps its members in the order of the old ones.
  async function draw(chart) {
    const plot = byId(`plot-${chart.name}`);
    plot.parentElement.style.minHeight = `${plot.parentElement.offsetHeight}px`;
    const config = page.themes[dark.matches ? "dark" : "light"];
    const options = { actions: false, renderer: "svg", config, tooltip: { theme: dark.matches ? "dark" : "light" } };
    const spec = { ...chart.spec, data: { name: "rows", values: chart.rows } };
    if (views[chart.name]) views[chart.name].finalize();
    views[chart.name] = (await vegaEmbed(plot, spec, options)).view;
    plot.parentElement.style.minHeight = "";
  }

  async function showChart(chart, chosen) {
    chart.rows = Rows.ofChart(tables[chart.rows_of], chart, chosen, page.limits);
    showTable(chart, chart.rows);
    const card = byId(`chart-${chart.name}`);
    // An axis on which no value lies is endless, so rows without any are not drawn.
    const hasValues = chart.rows.some((row) => row[chart.value_field] !== null);
    card.querySelector(".empty").hidden = hasValues;
    if (!chart.spec) return;
    const plot = card.querySelector(".plot");
    plot.hidden = !hasValues;
    plot.setAttribute("aria-label", describe(chart, chart.rows));
    if (hasValues) await draw(chart);
  }

  let showing = Promise.resolve();
  function show() {
    const chosen = choice();
    byId("described").textContent = described(chosen);
    for (const { column, title } of page.choices) {
      const names = chosen.members[column];
      byId(`chosen-${column}`).textContent = !names.length ? `${title}: all`
        : names.length === 1 ? `${title}: ${names[0]}` : `${title}: ${names.length} chosen`;
    }
    for (const button of form.querySelectorAll("button[data-first]")) {
      button.setAttribute("aria-pressed", button.dataset.first === chosen.first && button.dataset.last === chosen.last);
    }
    for (const figure of page.figures) showFigure(figure, chosen);
    showing = showing.then(() => Promise.all(page.charts.map((chart) => showChart(chart, chosen))));
    showing = showing.then(() => { document.documentElement.dataset.shown = described(chosen); });
  }

  // Files that a reader takes along

  function save(name, url) {
    const link = made("a", { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
  }

  const quoted = (value) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  function csv(chart) {
    const lines = [chart.table.map((column) => column.title), ...chart.rows.map((row) =>
      chart.table.map((column) => (row[column.field] === null ? "" : String(row[column.field]))))];
    return "\ufeff" + lines.map((line) => line.map(quoted).join(",")).join("\r\n") + "\r\n";
  }

  async function saveChart(chart, kind) {
    const name = `${page.name}-${chart.name}.${kind}`;
    if (kind === "csv") {
      const url = URL.createObjectURL(new Blob([csv(chart)], { type: "text/csv" }));
      save(name, url);
      URL.revokeObjectURL(url);
    } else {
      save(name, await views[chart.name].toImageURL(kind, 2));
    }
  }

  // What happens when

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", show);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.first) setDays(button.dataset);
    if (button.dataset.all) form.querySelectorAll(`input[name="${button.dataset.all}"]`).forEach((box) => { box.checked = false; });
    show();
  });
  document.addEventListener("click", (event) => {
    for (const menu of form.querySelectorAll("details[open]")) if (!menu.contains(event.target)) menu.open = false;
    const button = event.target.closest("button[data-save]");
    if (button) saveChart(page.charts.find((chart) => chart.name === button.dataset.chart), button.dataset.save);
  });
  form.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest("details[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  dark.addEventListener("change", () => {
    showing = showing.then(() => Promise.all(page.charts.filter((chart) => chart.spec && chart.rows.length).map(draw)));
  });

  setDays(page.start);
  show();
})();
