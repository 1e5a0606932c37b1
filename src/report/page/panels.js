
// What is told beside the diagram: the moment, two replicas compared, the network, and the scenario.

/** A value as text, of which more is shown only when asked for. */
function value(text, before) {
  const most = 1200, clear = clean(text), box = html("span", { class: "value" });
  const whole = () => {
    if (before === undefined || before === text) return [clear];
    const [, now] = compared(wordsOf(before.slice(0, 20000)), wordsOf(text.slice(0, 20000)));
    return marked(now);
  };
  if (clear.length <= most) { box.append(...whole()); return box; }
  const more = html("button", { class: "more", type: "button" }, `all ${clear.length} signs`);
  more.addEventListener("click", () => box.replaceChildren(clear));
  box.append(clear.slice(0, most) + "… ", more);
  return box;
}

/** Words, those that differ marked. */
function marked(words) {
  const parts = [];
  let text = "", differs = false;
  const end = () => { if (text) parts.push(differs ? html("mark", {}, clean(text)) : clean(text)); text = ""; };
  for (const word of words) {
    if (word.differs !== differs) { end(); differs = word.differs; }
    text += word.word;
  }
  end();
  return parts;
}

function standing(run, replica, i) {
  const life = run.life(replica, i);
  return life.unborn ? "not there yet" : !life.up ? "down" : life.paused ? "paused" : "up";
}

const MOST_CARDS = 40;

/** Each replica at a moment. */
function momentPanel(app) {
  const panel = html("div", {});
  const { run } = app.here;
  const event = run.events[app.moment];
  if (!event) return html("p", {}, "nothing happened in this run");
  const lines = deeds(run, event);
  panel.append(html("p", { class: "happens" }, `${sentence(run, event)}.`));
  if (event.kind === "deliver") {
    const message = run.messages[event.head.message];
    if (message) {
      panel.append(html("dl", { class: "facts" },
        html("dt", {}, "it carries"), html("dd", {}, carried(run, message)),
        html("dt", {}, "it takes"), html("dd", {}, bytes(message.size))));
      panel.append(html("details", {}, html("summary", {}, "what it says"), value(message.body)));
    }
  }
  if (lines.length) panel.append(html("ul", { class: "deeds" }, ...lines.map((line) => html("li", {}, line))));
  const order = run.names.map((_, replica) => replica);
  const concerned = new Set([event.replica, ...(run.end.finding?.replicas ?? [])]);
  if (order.length > MOST_CARDS) order.sort((one, other) => concerned.has(other) - concerned.has(one) || one - other);
  const cards = html("div", { class: "cards" });
  for (const replica of order.slice(0, MOST_CARDS)) cards.append(card(app, replica, event));
  panel.append(cards);
  if (order.length > MOST_CARDS) panel.append(html("p", { class: "quiet" }, `and ${order.length - MOST_CARDS} replicas more: Compare shows any two`));
  return panel;
}

function card(app, replica, event) {
  const { run } = app.here, i = app.moment;
  const state = run.state(replica, i), how = standing(run, replica, i);
  const fresh = state && state.i === i;
  const before = fresh ? run.state(replica, i - 1) : undefined;
  const head = html("h2", {}, nameOf(run, replica), html("span", { class: "how " + how.split(" ")[0] }, how));
  const box = html("section", { class: "card" + (event.replica === replica ? " acts" : "") }, head);
  const facts = html("dl", { class: "facts" });
  const fact = (word, ...told) => facts.append(html("dt", {}, word), html("dd", {}, ...told));
  if (state) {
    fact(how === "down" ? "showed" : "shows", value(state.shows, before?.shows));
    const news = fresh ? beyond(state.knows, before?.knows ?? [], 8) : [];
    fact(how === "down" ? "knew" : "knows", known(run, state.knows), news.length ? html("em", {}, ` new: ${news.map((update) => updateName(run, update)).join(", ")}`) : null);
  }
  if (app.there) {
    const other = app.there.run.state(replica, app.momentThere);
    if (other && other.shows !== state?.shows) fact("in the other run", value(other.shows, state?.shows ?? ""));
  }
  const kept = run.keptAt(replica, i);
  if (kept.length) {
    fact("put aside", `${counted(kept.length, "message", "messages")}: ${kept.slice(0, 6).map((kept) => {
      const message = run.messages[kept.message];
      return message ? `of ${nameOf(run, message.from)}, ${carried(run, message)}` : "one";
    }).join("; ")}`);
  }
  const weight = run.weight(replica, i);
  if (weight !== undefined) fact("state", bytes(weight));
  const identity = run.life(replica, i).identity;
  if (identity !== undefined && identity !== replica) fact("signs as", `i${identity}`);
  box.append(facts);
  return box;
}

/** Two replicas side by side, with what differs marked. */
function comparePanel(app) {
  const sides = app.there
    ? [[app.here.run, app.moment, app.pair[0], "this run"], [app.there.run, app.momentThere, app.pair[1], "the other run"]]
    : app.pair.map((replica) => [app.here.run, app.moment, replica, ""]);
  const states = sides.map(([run, i, replica]) => run.state(replica, i));
  const shown = compared(...states.map((state) => wordsOf((state?.shows ?? "").slice(0, 60000))));
  const row = html("div", { class: "pair" });
  for (const [side, [run, i, replica, which]] of sides.entries()) {
    const choice = html("select", { "aria-label": side ? "the second replica" : "the first replica" });
    for (const [nth] of run.names.entries()) {
      choice.append(put(html("option", { value: nth }, nameOf(run, nth)), { selected: nth === replica ? "" : null }));
    }
    choice.addEventListener("change", () => { app.pair[side] = Number(choice.value); app.tell(); });
    const column = html("section", { class: "card" }, html("h2", {}, choice, which ? html("span", { class: "how" }, which) : html("span", { class: "how " + standing(run, replica, i).split(" ")[0] }, standing(run, replica, i))));
    if (states[side]) {
      const other = states[1 - side];
      const only = beyond(states[side].knows, other?.knows ?? [], 60);
      column.append(html("div", { class: "label" }, "shows"), html("p", { class: "value whole" }, ...marked(shown[side])));
      column.append(html("div", { class: "label" }, "alone in knowing"));
      column.append(only.length
        ? html("ul", { class: "updates" }, ...only.map((update) => html("li", {}, html("b", {}, updateName(run, update)), " ", short(run.updates.get(update.join("#"))?.op ?? "", 120))))
        : html("p", { class: "quiet" }, "nothing"));
      column.append(html("div", { class: "label" }, "knows"), html("p", { class: "code" }, known(run, states[side].knows)));
    } else {
      column.append(html("p", { class: "quiet" }, "nothing yet"));
    }
    row.append(column);
  }
  const [one, other] = states;
  const same = one && other && one.shows === other.shows;
  const alike = one && other && JSON.stringify(one.knows) === JSON.stringify(other.knows);
  const verdict = !one || !other ? "" : same
    ? alike ? "They know the same, and show the same." : "They show the same, and know different updates."
    : alike ? "They know the same updates, and show different values." : "They know different updates, and show different values.";
  return html("div", {}, html("p", { class: same || !alike ? "happens" : "happens bad" }, verdict), row);
}

/** What stands between replicas, and what is under way. */
function networkPanel(app) {
  const { run } = app.here, i = app.moment, now = run.events[i]?.at ?? 0;
  const panel = html("div", {});
  const walls = run.standing(i);
  panel.append(html("h2", {}, "Walls"));
  panel.append(walls.length
    ? html("ul", { class: "walls" }, ...walls.map((wall) => html("li", {}, `${clean(run.head.faults[wall.fault]?.says ?? "")}, since ${clock(run.events[wall.i].at)}`)))
    : html("p", { class: "quiet" }, "none stands"));
  const copies = run.inFlight(i);
  panel.append(html("h2", {}, `Under way: ${counted(copies.length, "message", "messages")}`));
  if (copies.length) {
    const body = html("tbody", {});
    for (const { message, copy } of copies.slice(0, 50)) {
      const end = copy.why ? `${clean(copy.why)} at ${clock(copy.at)}` : copy.at === null ? "not before the end" : `${clock(copy.at)}${copy.late ? ", overtaken" : ""}`;
      body.append(html("tr", {}, html("td", {}, `${nameOf(run, message.from)} → ${nameOf(run, message.to)}`),
        html("td", {}, span(now - message.at)), html("td", {}, end), html("td", {}, bytes(message.size)), html("td", { class: "loads" }, short(carried(run, message), 300))));
    }
    panel.append(html("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "messages under way" }, html("table", {}, html("thead", {}, html("tr", {},
      ...["link", "for", "arrives", "size", "carries"].map((word) => html("th", { scope: "col" }, word)))), body)));
    if (copies.length > 50) panel.append(html("p", { class: "quiet" }, `and ${copies.length - 50} more`));
  }
  const kept = run.names.flatMap((_, replica) => run.keptAt(replica, i));
  panel.append(html("h2", {}, `Put aside: ${counted(kept.length, "message", "messages")}`));
  if (kept.length) {
    panel.append(html("ul", {}, ...kept.slice(0, 50).map((kept) => {
      const message = run.messages[kept.message];
      return html("li", {}, `at ${nameOf(run, kept.replica)} since ${clock(run.events[kept.i].at)}: of ${nameOf(run, message?.from ?? 0)}, ${message ? carried(run, message) : ""}`);
    })));
  }
  if (run.head.faults.length) {
    panel.append(html("h2", {}, "Faults of the plan"));
    panel.append(html("ol", {}, ...run.head.faults.map((fault) => html("li", { class: "code" }, short(fault.says, 300)))));
  }
  return panel;
}

/** What was run, and how to run it again. */
function scenarioPanel(app) {
  const panel = html("div", {});
  for (const [nth, { run }] of [app.here, app.there].filter(Boolean).entries()) {
    if (run.head.about) panel.append(html("p", {}, clean(run.head.about)));
    panel.append(html("div", { class: "label" }, "again with"), command(run));
    panel.append(html("pre", { class: "source", tabindex: "0", role: "region", "aria-label": nth ? "the scenario of the other run" : "the scenario" },
      run.head.source.split("\n").map(clean).join("\n")));
  }
  return panel;
}

/** The command that shows a run again, and a button that copies it. */
function command(run) {
  const copy = html("button", { type: "button", class: "copy" }, "copy");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(run.head.again);
      copy.textContent = "copied";
    } catch {
      copy.textContent = "select it by hand";
    }
  });
  return html("p", { class: "command" }, html("code", {}, clean(run.head.again)), copy);
}
