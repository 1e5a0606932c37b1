
// A run in figures, and how they came about.

const COLOURS = 8;

/** Points of a line that changes in steps, no more than there is room for. */
function thinned(points, most) {
  if (points.length <= most) return points;
  const kept = [], size = points.length / most;
  for (let nth = 0; nth < most; nth++) kept.push(points[Math.floor(nth * size)]);
  kept.push(points.at(-1));
  return kept;
}

function plot(title, says, series, until, format, marks) {
  const wide = 460, tall = 150, left = 56, bottom = 22, top = 10;
  const most = Math.max(1, ...series.flatMap((line) => line.points.map(([, y]) => y)));
  const x = (at) => left + (at / Math.max(1, until)) * (wide - left - 8);
  const y = (amount) => tall - bottom - (amount / most) * (tall - bottom - top);
  const picture = draw("svg", { viewBox: `0 0 ${wide} ${tall}`, class: "plot", role: "img", "aria-label": `${title}: ${says}` });
  for (const amount of new Set([0, Math.round(most / 2), most])) {
    picture.append(draw("line", { x1: left, x2: wide - 8, y1: y(amount), y2: y(amount), class: "grid" }));
    picture.append(draw("text", { x: left - 6, y: y(amount) + 4, "text-anchor": "end" }, format(amount)));
  }
  for (const share of [0, 0.5, 1]) {
    picture.append(draw("text", { x: x(until * share), y: tall - 6, "text-anchor": share === 1 ? "end" : share ? "middle" : "start" }, share ? span(until * share) : "0"));
  }
  for (const { at, says } of marks) {
    if (at === null || at === undefined) continue;
    picture.append(draw("line", { x1: x(at), x2: x(at), y1: top, y2: tall - bottom, class: "event-mark" }, undefined));
    picture.lastChild.append(draw("title", {}, says));
  }
  for (const [nth, { name, points }] of series.entries()) {
    let path = "", height = null;
    for (const [at, amount] of thinned(points, 500)) {
      path += height === null ? `M${x(at).toFixed(1)} ${y(amount).toFixed(1)}` : `H${x(at).toFixed(1)}V${y(amount).toFixed(1)}`;
      height = amount;
    }
    if (height === null) continue;
    const line = draw("path", { d: `${path}H${x(until).toFixed(1)}`, class: `line c${nth % COLOURS}` });
    line.append(draw("title", {}, name));
    picture.append(line);
  }
  const key = series.length > 1 && series.length <= COLOURS
    ? html("ul", { class: "key" }, ...series.map(({ name }, nth) => html("li", { class: `c${nth % COLOURS}` }, name))) : null;
  return html("figure", {}, html("figcaption", {}, html("b", {}, title), ` ${says}`), picture, key);
}

/** The figures of a run, and of another beside it. */
function figuresPanel(app) {
  const panel = html("div", {});
  const runs = [app.here, app.there].filter(Boolean).map((side) => side.run);
  const rows = [
    ["ended", (run) => ({ "in time": "when its time was up", quiet: "when nothing was left to happen", found: "when something was found", exhausted: "at the bound on events" })[run.end.ended] ?? "in a panic"],
    ["virtual time", (run) => span(run.end.at)],
    ["events", (run) => String(run.end.events)],
    ["updates", (run) => String(run.end.figures.updates)],
    ["agreed after the last update in", (run) => {
      const { agreed, last_update: last } = run.end.figures;
      return agreed === null ? "they never did" : last === null ? "there was none" : agreed <= last ? "at once" : span(agreed - last);
    }],
    ["messages", (run) => String(run.end.figures.messages)],
    ["bytes on the wire", (run) => bytes(run.end.figures.bytes)],
    ["messages that got nowhere", (run) => String(run.end.figures.lost)],
    ["largest state", (run) => run.end.figures.heaviest === null ? "not known" : bytes(run.end.figures.heaviest)],
  ];
  const body = html("tbody", {}, ...rows.map(([word, tell]) => html("tr", {}, html("th", { scope: "row" }, word), ...runs.map((run) => html("td", {}, tell(run))))));
  const head = runs.length > 1 ? html("thead", {}, html("tr", {}, html("td", {}), html("th", { scope: "col" }, "this run"), html("th", { scope: "col" }, "the other"))) : null;
  panel.append(html("table", { class: "figures" }, head, body));
  for (const run of runs) panel.append(html("div", { class: "plots" }, ...plots(run)));
  const { run } = app.here;
  const counts = (title, entries) => entries.length
    ? [html("h2", {}, title), html("table", { class: "figures" }, html("tbody", {}, ...entries.map(([word, count]) => html("tr", {}, html("th", { scope: "row" }, word), html("td", {}, String(count))))))] : [];
  panel.append(...counts("What went wrong, and what did not", Object.entries(run.end.witness)));
  panel.append(...counts("How often each check had something to judge", Object.entries(run.end.judged)));
  return panel;
}

function plots(run) {
  const until = run.end.at, at = (i) => run.events[i].at;
  const marks = [
    { at: run.end.figures.last_update, says: "the last update" },
    { at: run.end.figures.agreed, says: "from here on all show the same" },
    { at: run.foundAt >= 0 ? at(run.foundAt) : null, says: "here it was found" },
  ];
  const some = run.names.map((_, replica) => replica).slice(0, 40);
  const line = (replica, points) => ({ name: nameOf(run, replica), points });
  const shown = run.states.flatMap((states, replica) => states.map((state) => [state.i, replica, state.shows])).sort((one, other) => one[0] - other[0]);
  const last = new Map(), values = new Map(), apart = [];
  for (const [i, replica, shows] of shown) {
    const before = last.get(replica);
    if (before !== undefined) { const left = values.get(before) - 1; if (left) values.set(before, left); else values.delete(before); }
    last.set(replica, shows);
    values.set(shows, (values.get(shows) ?? 0) + 1);
    apart.push([at(i), values.size]);
  }
  const size = (runs) => runs.reduce((sum, [, first, end]) => sum + end - first + 1, 0);
  let sum = 0;
  const sent = run.messages.map((message) => [message.at, (sum += message.size)]);
  const moves = run.messages.flatMap((message) => message.copies.flatMap((copy) => [[message.at, 1], [copy.at ?? Infinity, -1]]));
  moves.sort((one, other) => one[0] - other[0]);
  let open = 0;
  const under = moves.filter(([when]) => when !== Infinity).map(([when, by]) => [when, (open += by)]);
  const plain = (amount) => String(Math.round(amount));
  const all = [
    plot("Values shown", "how many different ones there are at once; one is agreement", [{ name: "values", points: apart }], until, plain, marks),
    plot("Updates known", "by each replica", some.map((replica) => line(replica, run.states[replica].map((state) => [at(state.i), size(state.knows)]))), until, plain, marks),
    plot("Messages under way", "copies that left and have not arrived", [{ name: "messages", points: under }], until, plain, marks),
    plot("Bytes sent", "by all replicas, from the start", [{ name: "bytes", points: sent }], until, bytes, marks),
  ];
  const weights = some.filter((replica) => run.weights[replica].length).map((replica) => line(replica, run.weights[replica].map((weight) => [at(weight.i), weight.bytes])));
  if (weights.length) all.push(plot("Size of the state", "of each replica, with all that it keeps beside what it shows", weights, until, bytes, marks));
  return all;
}
