
// The page itself: one moment, one selection, and whoever shows them.

const told = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);

/** Which events are shown, by the name of a choice. */
const FILTERS = {
  led: "what led to it",
  changed: "what changed something",
  all: "everything",
};
const KINDS = {
  requests: ["request", "invoke", "answered"],
  messages: ["deliver", "miss"],
  timers: ["timer"],
  faults: [...FATEFUL],
};
const SPEEDS = [["1 a second", 1], ["3 a second", 3], ["10 a second", 10], ["40 a second", 40], ["200 a second", 200]];

const app = {
  here: null,
  there: null,
  /** The place of the event that is looked at, and of the last one up to then in the other run. */
  moment: 0,
  momentThere: 0,
  selected: null,
  hovered: null,
  pair: [0, 1],
  tab: "moment",
  filter: { mode: "changed", hidden: new Set(), replica: -1 },
  timer: null,

  begin() {
    const sides = told.runs.map((lines, nth) => {
      const run = new Run(lines);
      const label = told.runs.length > 1 ? (nth ? "the other run" : "this run") : "the run";
      const diagram = new Diagram(run, nth ? "b" : "a", `${label}: columns are replicas, time runs down`, {
        select: (i) => app.select(nth, i),
        hover: (i) => app.hover(nth, i),
      });
      const heading = told.runs.length > 1 ? html("h2", {}, `${nth ? "The other run" : "This run"}: `, clean(run.head.title), html("span", { class: "quiet" }, ` seed ${run.head.seed}`)) : null;
      at("stage").append(html("div", { class: "side" }, heading, diagram.root));
      return { run, diagram };
    });
    [app.here, app.there] = [sides[0], sides[1] ?? null];
    const { run } = app.here, finding = run.end.finding;
    if (told.difference) {
      app.here.diagram.differs = run.places.get(told.difference.here) ?? null;
      app.there.diagram.differs = app.there.run.places.get(told.difference.there) ?? null;
    }
    const led = [run, app.there?.run].some((one) => one?.decisive());
    if (led) app.filter.mode = "led";
    const concerned = (finding ?? app.there?.run.end.finding)?.replicas ?? [];
    const first = concerned[0] ?? 0;
    app.pair = app.there ? [first, first] : [first, concerned.find((one) => one !== first) ?? (first + 1) % Math.max(1, run.names.length)];
    head(run, finding);
    controls(run, led);
    app.choose();
    const wanted = run.places.get(Number(location.hash.slice(1)));
    if (wanted !== undefined && !app.here.diagram.shown[wanted]) {
      at("mode").value = app.filter.mode = "all";
      app.choose();
    }
    const differs = app.here.diagram.differs;
    app.go(wanted ?? differs ?? (led && run.foundAt >= 0 ? run.foundAt : app.here.diagram.rows.at(-1) ?? 0));
    if (led && finding && !told.difference || wanted !== undefined) app.select(0, app.moment);
    if (told.difference) app.turn("compare");
    document.body.dataset.ready = "yes";
  },

  /** Works out which events are shown. */
  choose() {
    for (const side of [app.here, app.there].filter(Boolean)) {
      const { run, diagram } = side, { mode, hidden, replica } = app.filter;
      const led = mode === "led" ? run.decisive() ?? new Set(run.events.map((event) => event.i)) : null;
      const kept = new Set([run.foundAt, diagram.differs]);
      const wanted = (event) => {
        if (kept.has(event.i)) return true;
        if (replica >= 0 && event.replica !== null && event.replica !== replica) return false;
        for (const kind of hidden) if (KINDS[kind].includes(event.kind)) return false;
        if (mode === "all") return true;
        if (led && !led.has(event.i) && !event.fateful) return false;
        return event.changed || event.kind === "request" || event.fateful;
      };
      const rows = run.events.filter(wanted).map((event) => event.i);
      diagram.show(rows.length ? rows : run.events.map((event) => event.i));
    }
    const { rows } = app.here.diagram;
    put(at("scrub"), { max: Math.max(0, rows.length - 1) });
    app.go(app.moment);
    overview();
  },

  /** Turns to the event at this place, or to the last one that is shown before it. */
  go(i) {
    const { run, diagram } = app.here, { rows } = diagram;
    let row = rows.findLastIndex((shown) => shown <= i);
    if (row < 0) row = 0;
    app.moment = rows[row] ?? 0;
    app.row = row;
    if (app.there) {
      const other = app.there.run, parted = app.here.diagram.differs;
      const now = run.events[app.moment]?.at ?? 0;
      const apart = parted !== null && app.moment >= parted;
      app.momentThere = apart ? Math.max(0, other.events.findLastIndex((event) => event.at <= now)) : Math.min(app.moment, other.events.length - 1);
      if (app.moment === parted && app.there.diagram.differs !== null) app.momentThere = app.there.diagram.differs;
      app.there.diagram.now = app.momentThere;
      app.there.diagram.reveal(app.momentThere);
      app.there.diagram.later();
    }
    diagram.now = app.moment;
    diagram.reveal(app.moment);
    diagram.render();
    app.tell();
  },

  step(by) {
    const { rows } = app.here.diagram;
    const row = Math.min(rows.length - 1, Math.max(0, app.row + by));
    app.go(rows[row]);
    if (app.selected && app.selected.side === 0) app.select(0, app.moment);
  },

  /** The next event, or the one before, at the replica that is looked at. */
  along(by) {
    const { run, diagram } = app.here, replica = run.events[app.moment]?.replica;
    for (let row = app.row + by; row >= 0 && row < diagram.rows.length; row += by) {
      if (run.events[diagram.rows[row]].replica === replica) { app.step(row - app.row); return; }
    }
  },

  select(side, i) {
    if (side === 0 && i !== app.moment) app.go(i);
    app.selected = { side, i: side === 0 ? app.moment : i };
    app.light();
  },

  hover(side, i) {
    if (app.hovered?.side === side && app.hovered?.i === i || i === null && !app.hovered) return;
    app.hovered = i === null ? null : { side, i };
    app.light();
  },

  clear() {
    app.selected = app.hovered = null;
    app.light();
  },

  /** Lights what an event followed from and what followed from it. */
  light() {
    const wanted = app.hovered ?? app.selected;
    for (const [nth, side] of [app.here, app.there].entries()) {
      if (!side) continue;
      const lit = wanted?.side === nth ? { self: wanted.i, past: side.run.past(wanted.i), future: side.run.future(wanted.i) } : null;
      side.diagram.lit = lit;
      side.diagram.later();
    }
    const lit = wanted ? [app.here, app.there][wanted.side] : null;
    at("cone").textContent = lit
      ? `Lit: ${counted(lit.run.past(wanted.i).size, "event", "events")} before, ${lit.run.future(wanted.i).size} after, by cause and effect` : "";
  },

  tell() {
    const { run, diagram } = app.here, event = run.events[app.moment];
    at("scrub").value = String(app.row);
    put(at("scrub"), { "aria-valuetext": event ? `${clock(event.at)}, ${sentence(run, event)}` : "" });
    at("place").textContent = event ? `${clock(event.at)} · event ${event.step} · ${app.row + 1} of ${diagram.rows.length}` : "";
    at("now").textContent = event ? sentence(run, event) : "";
    const panels = { moment: momentPanel, compare: comparePanel, network: networkPanel, figures: figuresPanel, scenario: scenarioPanel };
    // What does not change with the moment is not made again with each.
    if (app.shownTab === app.tab && ["figures", "scenario"].includes(app.tab)) return;
    app.shownTab = app.tab;
    at("panel").replaceChildren(panels[app.tab](app));
  },

  turn(tab) {
    app.tab = tab;
    for (const button of document.querySelectorAll("[role=tab]")) {
      const chosen = button.dataset.tab === tab;
      put(button, { "aria-selected": String(chosen), tabindex: chosen ? "0" : "-1" });
    }
    put(at("panel"), { "aria-labelledby": `tab-${tab}` });
    app.tell();
  },

  play(on) {
    clearInterval(app.timer);
    app.timer = null;
    const last = () => app.row >= app.here.diagram.rows.length - 1;
    if (on) {
      if (last()) app.go(app.here.diagram.rows[0] ?? 0);
      const speed = Number(at("speed").value), each = Math.max(40, 1000 / speed), by = Math.max(1, Math.round((speed * each) / 1000));
      app.timer = setInterval(() => { app.step(by); if (last()) app.play(false); }, each);
    }
    put(at("play"), { "aria-pressed": String(Boolean(app.timer)) });
    at("play").textContent = app.timer ? "❚❚ Pause" : "▶ Play";
  },

  /** The next event in which these words are. */
  find(words) {
    const { run } = app.here, wanted = words.toLowerCase();
    if (!wanted) return;
    const has = (event) => {
      const state = event.changed && event.replica !== null ? run.state(event.replica, event.i) : null;
      return [sentence(run, event), ...event.parts.map((part) => part.op ?? part.answer ?? ""), state?.i === event.i ? state.shows : "",
        run.messages[event.head?.message]?.body ?? ""].some((text) => text.toLowerCase().includes(wanted));
    };
    const { rows } = app.here.diagram;
    for (let nth = 1; nth <= rows.length; nth++) {
      const i = rows[(app.row + nth) % rows.length];
      if (has(run.events[i])) { app.select(0, i); at("found").textContent = ""; return; }
    }
    at("found").textContent = "nowhere in what is shown";
  },
};

/** What stands above everything: what was run, and what came of it. */
function head(run, finding) {
  at("title").textContent = clean(run.head.title) || "a run";
  const ended = run.end.figures;
  at("facts").append(...[
    finding ? html("span", { class: "verdict bad" }, `★ ${finding.check}`) : html("span", { class: "verdict good" }, "nothing found"),
    ` seed ${run.head.seed}`, ` · ${counted(run.names.length, "replica", "replicas")}`, ` · ${span(run.end.at)}`,
    ` · ${counted(run.events.length, "event", "events")}`, ` · ${counted(ended.messages, "message", "messages")}`,
  ]);
  if (finding) {
    const facts = html("dl", { class: "facts" });
    const fact = (word, text) => { if (text) facts.append(html("dt", {}, word), html("dd", {}, value(text))); };
    fact("expected", finding.expected);
    fact("seen", finding.seen);
    const knows = finding.knowledge.map((line) => html("div", {}, value(line.trim())));
    if (knows.length > 4) {
      facts.append(html("dt", {}, "knowing"), html("dd", {}, html("details", {}, html("summary", {}, `${knows.length} updates`), ...knows)));
    } else if (knows.length) {
      facts.append(html("dt", {}, "knowing"), html("dd", {}, ...knows));
    }
    fact("parted", finding.parted);
    at("finding").append(html("p", {}, value(finding.says)), facts, command(run));
    at("finding").hidden = false;
  }
  if (told.runs.length > 1) {
    at("difference").append(html("p", {}, html("b", {}, told.difference ? "First difference: " : "No difference: "), clean(told.difference?.says ?? "both runs are the same")));
    at("difference").hidden = false;
  }
}

function controls(run, led) {
  const mode = at("mode");
  for (const [name, says] of Object.entries(FILTERS)) {
    if (name !== "led" || led) mode.append(html("option", { value: name }, says));
  }
  mode.value = app.filter.mode;
  mode.addEventListener("change", () => { app.filter.mode = mode.value; app.choose(); });
  const whose = at("whose");
  whose.append(html("option", { value: -1 }, "all replicas"), ...run.names.slice(0, 500).map((_, nth) => html("option", { value: nth }, nameOf(run, nth))));
  whose.addEventListener("change", () => { app.filter.replica = Number(whose.value); app.choose(); });
  for (const kind of Object.keys(KINDS)) {
    const box = html("input", { type: "checkbox", checked: "" });
    box.addEventListener("change", () => { if (box.checked) app.filter.hidden.delete(kind); else app.filter.hidden.add(kind); app.choose(); });
    at("kinds").append(html("label", {}, box, ` ${kind}`));
  }
  const diagrams = () => [app.here, app.there].filter(Boolean).map((side) => side.diagram);
  const zoom = (by) => { for (const diagram of diagrams()) diagram.enlarge(by ? diagram.zoom * by : 1); };
  at("closer").addEventListener("click", () => zoom(1.4));
  at("farther").addEventListener("click", () => zoom(1 / 1.4));
  for (const diagram of diagrams()) {
    diagram.root.addEventListener("wheel", (wheel) => {
      if (!wheel.ctrlKey) return;
      wheel.preventDefault();
      zoom(wheel.deltaY < 0 ? 1.12 : 1 / 1.12);
    }, { passive: false });
  }
  at("scale").addEventListener("change", () => {
    for (const diagram of diagrams()) { diagram.toScale = at("scale").checked; diagram.measure(); diagram.reveal(diagram.now); diagram.render(); }
  });
  for (const [says, speed] of SPEEDS) at("speed").append(html("option", { value: speed }, says));
  at("speed").value = "3";
  at("speed").addEventListener("change", () => { if (app.timer) app.play(true); });
  at("scrub").addEventListener("input", () => app.go(app.here.diagram.rows[Number(at("scrub").value)] ?? 0));
  at("play").addEventListener("click", () => app.play(!app.timer));
  at("back").addEventListener("click", () => app.step(-1));
  at("forth").addEventListener("click", () => app.step(1));
  at("first").addEventListener("click", () => app.step(-Infinity));
  at("last").addEventListener("click", () => app.step(Infinity));
  at("search").addEventListener("keydown", (key) => { if (key.key === "Enter") app.find(at("search").value); });
  at("theme").addEventListener("click", theme);
  at("keys").addEventListener("click", () => at("help").showModal());
  const tabs = [...document.querySelectorAll("[role=tab]")];
  for (const [nth, tab] of tabs.entries()) {
    tab.addEventListener("click", () => app.turn(tab.dataset.tab));
    tab.addEventListener("keydown", (key) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[key.key];
      if (!by) return;
      const next = tabs[(nth + by + tabs.length) % tabs.length];
      app.turn(next.dataset.tab);
      next.focus();
      key.stopPropagation();
    });
  }
  addEventListener("keydown", keyed);
  addEventListener("resize", overview);
  addEventListener("beforeprint", () => onPaper(true));
  addEventListener("afterprint", () => onPaper(false));
}

function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  overview();
}

function keyed(key) {
  const within = key.target.closest?.("input, select, textarea, dialog");
  if (within || key.ctrlKey || key.metaKey || key.altKey) return;
  const { diagram, run } = app.here, pressed = key.target.closest?.("button, summary");
  const zoom = (by) => { for (const side of [app.here, app.there].filter(Boolean)) side.diagram.enlarge(by ? side.diagram.zoom * by : 1); };
  const tabs = ["moment", "compare", "network", "figures", "scenario"];
  const actions = {
    ArrowDown: () => app.step(1), j: () => app.step(1), ArrowUp: () => app.step(-1), k: () => app.step(-1),
    ArrowRight: () => app.along(1), ArrowLeft: () => app.along(-1),
    PageDown: () => app.step(20), PageUp: () => app.step(-20), Home: () => app.step(-Infinity), End: () => app.step(Infinity),
    " ": () => app.play(!app.timer), Enter: () => app.select(0, app.moment), Escape: () => app.clear(),
    "+": () => zoom(1.4), "-": () => zoom(1 / 1.4), 0: () => zoom(null),
    f: () => { if (run.foundAt >= 0) app.select(0, run.foundAt); },
    d: () => { if (diagram.differs !== null) app.select(0, diagram.differs); },
    "/": () => at("search").focus(), t: theme, "?": () => at("help").showModal(),
  };
  const action = actions[key.key] ?? (tabs[Number(key.key) - 1] && (() => app.turn(tabs[Number(key.key) - 1])));
  if (!action || (pressed && [" ", "Enter"].includes(key.key))) return;
  key.preventDefault();
  action();
}

/** The whole run in a strip: walls, deaths, requests, and where something was found. */
function overview() {
  const strip = at("strip"), { run, diagram } = app.here;
  const style = getComputedStyle(document.documentElement), dense = devicePixelRatio || 1;
  const wide = (strip.width = Math.max(1, Math.floor(strip.clientWidth * dense))), tall = (strip.height = Math.floor(18 * dense));
  const pen = strip.getContext("2d"), { rows } = diagram;
  const colour = (name) => { strip.style.color = `var(--${name})`; return getComputedStyle(strip).color || style.color; };
  const x = (i) => (diagram.rowAt(diagram.y(i)) / Math.max(1, rows.length - 1)) * (wide - 2);
  pen.fillStyle = colour("wall");
  for (const wall of run.walls) pen.fillRect(x(wall.i), 0, (wall.until === Infinity ? wide : x(wall.until)) - x(wall.i), tall);
  const marks = { request: ["past", 0.45], crash: ["bad", 1], restart: ["good", 1], deliver: ["line", 0.25] };
  const [request, crash, restart, deliver] = Object.keys(marks).map((kind) => colour(marks[kind][0]));
  const colours = { request, crash, restart, deliver };
  for (const [row, i] of rows.entries()) {
    const kind = run.events[i].kind, mark = marks[kind];
    if (!mark) continue;
    pen.fillStyle = colours[kind];
    const high = tall * mark[1];
    pen.fillRect((row / Math.max(1, rows.length - 1)) * (wide - 2), tall - high, Math.max(1, dense), high);
  }
  if (run.foundAt >= 0) { pen.fillStyle = colour("bad"); pen.fillRect(x(run.foundAt) - dense, 0, 3 * dense, tall); }
  if (diagram.differs !== null) { pen.fillStyle = colour("future"); pen.fillRect(x(diagram.differs) - dense, 0, 3 * dense, tall); }
}

/** On paper nothing scrolls: the diagram is as high as it is, within reason, and all panels follow. */
function onPaper(on) {
  for (const side of [app.here, app.there].filter(Boolean)) {
    side.diagram.root.style.height = on ? `${Math.min(side.diagram.tall + HEAD + 4, 12000)}px` : "";
    side.diagram.measure();
    side.diagram.render();
  }
  at("printed").replaceChildren(...(on ? [comparePanel(app), networkPanel(app), figuresPanel(app), scenarioPanel(app)] : []));
}

app.begin();
