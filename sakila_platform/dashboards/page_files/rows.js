// From the rows that a page carries and what a reader filtered to what is shown: filtered, folded, shaped.
// chart_rows and chart_shapes do the same in Python for pictures; a test holds the two against each other.
"use strict";

const Rows = (() => {
  const DAY = 86400000;
  const isoDay = (number) => new Date(number * DAY).toISOString().slice(0, 10);
  const dayNumber = (iso) => Math.round(Date.parse(iso + "T00:00:00Z") / DAY);
  const firstOfMonth = (iso) => iso.slice(0, 8) + "01";

  // A table's columns by name, each with `at(row)` (what is shown) and `values` (what is compared). One that hangs on
  // another (`by`) has a value for each of that one's `keys`.
  function opened(table) {
    const columns = {};
    for (const column of table.columns) {
      const values = column.values;
      const found = column.kind === "text" ? (place) => (values[place] < 0 ? null : column.members[values[place]])
        : column.kind === "day" ? (place) => (values[place] === null ? null : isoDay(values[place]))
        : (place) => (values[place] === null ? null : values[place] / 10 ** column.scale);
      if (!column.by) {
        columns[column.name] = { ...column, at: found };
      } else {
        const places = new Map(column.keys.map((key, place) => [key, place]));
        columns[column.name] = { ...column, at: (row) => found(places.get(columns[column.by].values[row])) };
      }
    }
    // Where days are summed, the last day of each sum by its first.
    const ends = new Map(table.buckets);
    return { ...table, columns, ends, length: table.columns.length ? table.columns[0].values.length : 0 };
  }

  // The numbers of the rows that a choice keeps: {first, last, members: {column: [names]}}.
  function kept(mart, choice) {
    const first = dayNumber(mart.monthly ? firstOfMonth(choice.first) : choice.first);
    const last = dayNumber(choice.last);
    const days = mart.columns[mart.day].values;
    const wanted = Object.entries(choice.members).filter(([, names]) => names.length).map(([name, names]) => {
      const column = mart.columns[name];
      return [column.values, new Set(names.map((each) => column.members.indexOf(each)))];
    });
    const found = [];
    for (let row = 0; row < mart.length; row++) {
      const end = mart.ends.size ? mart.ends.get(days[row]) ?? days[row] : days[row];
      if (end >= first && days[row] <= last && wanted.every(([codes, set]) => set.has(codes[row]))) found.push(row);
    }
    return found;
  }

  function amounted(mart, amount, rows) {
    if (amount.fold === "distinct") return new Set(rows.map((row) => mart.columns[amount.column].values[row])).size;
    const column = mart.columns[`${amount.fold}:${amount.column}`];
    let total = 0;
    for (const row of rows) total += column.values[row] || 0;
    return total / 10 ** column.scale;
  }

  // A measure over rows; null when there is nothing to divide by.
  function measured(mart, measure, rows) {
    const amount = amounted(mart, measure.amount, rows);
    if (!measure.per) return amount;
    const per = amounted(mart, measure.per, rows);
    return per === 0 ? null : amount / per;
  }

  const compared = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  function folded(mart, chart, rows) {
    const member = (dimension, row) => {
      const value = mart.columns[dimension.column].at(row);
      return dimension.by_month ? firstOfMonth(value) : value;
    };
    const groups = new Map();
    for (const row of rows) {
      const members = chart.dimensions.map((dimension) => member(dimension, row));
      const key = JSON.stringify(members);
      if (!groups.has(key)) groups.set(key, { members, rows: [] });
      groups.get(key).rows.push(row);
    }
    let found = [...groups.values()].map((group) => {
      const made = {};
      chart.dimensions.forEach((dimension, place) => {
        made[dimension.column] = group.members[place];
        if (dimension.label) made[dimension.label] = mart.columns[dimension.label].at(group.rows[0]);
      });
      for (const column of chart.marks) made[column] = mart.columns[column].at(group.rows[0]);
      for (const measure of chart.measures) made[measure.name] = measured(mart, measure, group.rows);
      return made;
    });
    if (chart.only_zero) found = found.filter((row) => row[chart.measures[0].name] === 0);
    const members = chart.dimensions.map((each) => (chart.kind === "table" ? each.shown : each.column));
    const sort = chart.sort;
    found.sort((a, b) => {
      const ranked = sort ? compared(a[sort.by], b[sort.by]) * (sort.descending ? -1 : 1) : 0;
      return ranked || members.reduce((order, name) => order || compared(a[name], b[name]), 0);
    });
    return chart.limit ? found.slice(0, chart.limit) : found;
  }

  // A day without any row was a day without business: zero. A month of them is another period, and is cut out.
  function withoutGaps(chart, rows, quietDays) {
    const column = chart.dimensions[0].column;
    const found = [];
    let segment = 0;
    let before = null;
    for (const row of rows) {
      const day = dayNumber(row[column]);
      const gap = before === null ? 1 : day - before;
      const isCut = gap > quietDays;
      for (let quiet = before + 1; !isCut && gap > 1 && quiet < day; quiet++) {
        const filled = { [column]: isoDay(quiet), segment, after_gap: false };
        chart.measures.forEach((measure, place) => { filled[measure.name] = place ? null : 0; });
        if (chart.calendar) {
          const weekday = new Date(quiet * DAY).getUTCDay();
          filled[chart.calendar.is_weekend] = weekday === 0 || weekday === 6 ? 1 : 0;
          filled[chart.calendar.is_holiday] = 0;
          filled[chart.calendar.holiday_name] = null;
        }
        found.push(filled);
      }
      if (isCut) segment += 1;
      found.push({ ...row, segment, after_gap: isCut });
      before = day;
    }
    return found;
  }

  function withoutHoles(chart, rows) {
    const [across, down] = chart.dimensions;
    const columns = new Map(rows.map((row) => [row[across.column], row[across.shown]]));
    const lines = new Map(rows.map((row) => [row[down.column], row[down.shown]]));
    const cells = new Map(rows.map((row) => [JSON.stringify([row[across.column], row[down.column]]), row]));
    const found = [];
    for (const x of [...columns.keys()].sort(compared)) {
      for (const y of [...lines.keys()].sort(compared)) {
        const empty = { [across.column]: x, [down.column]: y, [across.shown]: columns.get(x), [down.shown]: lines.get(y) };
        // Nothing was counted there; a mean or a share of nothing is none.
        for (const measure of chart.measures) empty[measure.name] = measure.per ? null : 0;
        found.push(cells.get(JSON.stringify([x, y])) || empty);
      }
    }
    return found;
  }

  // Two customers of one name are two bars.
  function withNamesToldApart(chart, rows) {
    const { shown, column } = chart.dimensions[0];
    const times = {};
    for (const row of rows) times[row[shown]] = (times[row[shown]] || 0) + 1;
    return rows.map((row) => (times[row[shown]] > 1 ? { ...row, [shown]: `${row[shown]} (${row[column]})` } : row));
  }

  function binWidth(low, high, mostBins) {
    let width = 1;
    for (let step = 0; Math.floor(high / width) - Math.floor(low / width) + 1 > mostBins; step++) {
      width = Math.floor(width * [2, 2.5, 2][step % 3]);
    }
    return width;
  }

  function counted(chart, rows, mostBins) {
    if (!rows.length) return [];
    const values = rows.map((row) => row[chart.measures[0].name]);
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    const width = binWidth(low, high, mostBins);
    const counts = {};
    for (const value of values) counts[Math.floor(value / width)] = (counts[Math.floor(value / width)] || 0) + 1;
    const found = [];
    for (let number = Math.floor(low / width); number <= Math.floor(high / width); number++) {
      const from = number * width;
      found.push({ bin: width === 1 ? `${from}` : `${from}-${from + width - 1}`, members: counts[number] || 0 });
    }
    return found;
  }

  // A chart's rows as they are drawn and shown in its table.
  function ofChart(mart, chart, choice, limits) {
    const rows = folded(mart, chart, kept(mart, choice));
    if (chart.kind === "timeline") return withoutGaps(chart, rows, limits.quiet_days);
    if (chart.kind === "heatmap") return withoutHoles(chart, rows);
    if (chart.kind === "distribution") return counted(chart, rows, limits.most_bins);
    return chart.kind === "bars" ? withNamesToldApart(chart, rows) : rows;
  }

  // As many days, ending the day before.
  function periodBefore(choice) {
    const first = dayNumber(choice.first);
    const length = dayNumber(choice.last) - first;
    return { ...choice, first: isoDay(first - length - 1), last: isoDay(first - 1) };
  }

  // Whether a choice has whole sums only: none of which it touches but some days.
  function isExact(mart, choice) {
    const first = dayNumber(mart.monthly ? firstOfMonth(choice.first) : choice.first);
    const last = dayNumber(choice.last);
    return mart.buckets.every(([begin, end]) => end < first || begin > last || (begin >= first && end <= last));
  }

  // A key figure now and in the period before: {value, before, isExact, isComparable}. `before` is null where there was no business,
  // and where days are summed so that either can't be known to the day.
  function ofFigure(mart, figure, choice) {
    const period = periodBefore(choice);
    const earlier = kept(mart, period);
    const bothExact = isExact(mart, choice) && isExact(mart, period);
    return {
      value: measured(mart, figure.measure, kept(mart, choice)),
      before: bothExact && earlier.length ? measured(mart, figure.measure, earlier) : null,
      isExact: isExact(mart, choice),
      isComparable: bothExact,
    };
  }

  return { opened, ofChart, ofFigure, isoDay, dayNumber };
})();
