
// The diagram of one run: columns are replicas, time runs down. Only what can be seen is ever drawn.

const SVG = "http://www.w3.org/2000/svg";

function put(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  return element;
}

function draw(name, attributes, text) {
  const element = put(document.createElementNS(SVG, name), attributes);
  if (text !== undefined) element.textContent = text;
  return element;
}

function html(name, attributes = {}, ...children) {
  const element = put(document.createElement(name), attributes);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const HEAD = 34, LETTER = 7.3, ROW = 36, EDGE = 14;

/** A time in whole milliseconds. */
function whole(nanos) { return nanos - (nanos % 1e6); }

class Diagram {
  constructor(run, name, label, { select, hover }) {
    this.run = run;
    this.name = name;
    this.zoom = 1;
    this.toScale = false;
    this.now = 0;
    this.lit = null;
    this.differs = null;
    // The column of times is as wide as the last of them.
    this.gutter = Math.max(88, clock(whole(run.events.at(-1)?.at ?? 0)).length * 6.7 + 20);
    this.picture = draw("svg", { focusable: "false" });
    this.canvas = html("div", { class: "canvas", role: "presentation" }, this.picture);
    this.root = html("div", { class: "diagram", tabindex: "0", role: "listbox", "aria-label": label }, this.canvas);
    this.root.addEventListener("scroll", () => this.later(), { passive: true });
    const eventAt = (pointer) => {
      const place = pointer.target.closest?.("[data-i]");
      return place ? Number(place.dataset.i) : null;
    };
    this.picture.addEventListener("click", (pointer) => { const i = eventAt(pointer); if (i !== null) select(i); });
    this.picture.addEventListener("pointermove", (pointer) => hover(eventAt(pointer)));
    this.picture.addEventListener("pointerleave", () => hover(null));
    new ResizeObserver(() => { this.measure(); this.reveal(this.now); this.render(); }).observe(this.root);
    this.show(run.events.map((event) => event.i));
  }

  /** Shows these events and no others. */
  show(rows) {
    this.rows = rows;
    this.shown = new Uint8Array(this.run.events.length);
    for (const i of rows) this.shown[i] = 1;
    this.measure();
  }

  measure() {
    const { events, names } = this.run;
    this.width = this.root.clientWidth || 600;
    this.height = this.root.clientHeight || 500;
    this.row = Math.max(2, ROW * this.zoom);
    this.column = Math.min(420, Math.max(112, Math.floor((this.width - this.gutter - 2) / names.length)));
    this.tall = Math.max(1, this.rows.length) * this.row + EDGE;
    this.heights = new Float64Array(events.length);
    const first = events[0]?.at ?? 0, length = Math.max(1, (events.at(-1)?.at ?? 1) - first);
    let row = 0;
    for (const event of events) {
      const shown = this.shown[event.i];
      const even = (row + (shown ? 0.5 : 0)) * this.row;
      this.heights[event.i] = this.toScale
        ? this.row / 2 + ((event.at - first) / length) * Math.max(1, this.rows.length - 1) * this.row : even;
      row += shown;
    }
    put(this.picture, { width: this.width, height: this.height, viewBox: `0 0 ${this.width} ${this.height}` });
    this.canvas.style.width = `${this.gutter + this.column * names.length}px`;
    this.canvas.style.height = `${this.tall + HEAD}px`;
  }

  later() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.render(); });
  }

  /** Brings an event into view. */
  reveal(i) {
    const y = this.y(i), top = this.root.scrollTop, room = this.height - HEAD;
    if (y < top + 40 || y > top + room - 60) this.root.scrollTop = Math.max(0, y - room / 2);
  }

  /** Makes rows higher or lower, and keeps what is in the middle there. */
  enlarge(zoom) {
    const middle = this.root.scrollTop + (this.height - HEAD) / 2, share = middle / this.tall;
    this.zoom = Math.min(3, Math.max(0.06, zoom));
    this.measure();
    this.root.scrollTop = share * this.tall - (this.height - HEAD) / 2;
    this.render();
  }

  y(i) { return i === Infinity ? this.tall : this.heights[i]; }

  x(replica) { return this.gutter + replica * this.column + EDGE; }

  /** The place among the rows of the first at this height or below. */
  rowAt(y) {
    let low = 0, high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.heights[this.rows[middle]] < y) low = middle + 1; else high = middle;
    }
    return low;
  }

  /** How an event is lit. */
  light(i) {
    if (!this.lit) return "";
    if (i === this.lit.self) return " self";
    if (this.lit.past.has(i)) return " past";
    if (this.lit.future.has(i)) return " future";
    // What befalls a replica, or the world, is no cause and no effect, and matters all the same.
    return FATEFUL.has(this.run.events[i].kind) || this.run.events[i].replica === null ? "" : " dim";
  }

  render() {
    const { root, run } = this;
    const top = root.scrollTop, left = root.scrollLeft;
    const seen = { top, bottom: top + this.height, left, right: left + this.width };
    const below = draw("g", { "aria-hidden": "true" }), lines = draw("g", { "aria-hidden": "true" });
    const arrows = draw("g", { "aria-hidden": "true" }), events = draw("g", {}), head = draw("g", { "aria-hidden": "true" });
    const shift = `translate(${-left} ${HEAD - top})`;
    for (const layer of [below, lines, arrows, events]) layer.setAttribute("transform", shift);
    const first = Math.max(0, Math.floor((left - this.gutter) / this.column));
    const last = Math.min(run.names.length - 1, Math.floor((seen.right - this.gutter) / this.column));
    this.drawWalls(below, seen);
    for (let replica = first; replica <= last; replica++) this.drawLife(lines, replica, seen);
    this.drawMessages(arrows, seen);
    this.drawMoment(below, seen);
    this.drawEvents(events, seen);
    head.append(draw("rect", { x: 0, y: 0, width: this.width, height: HEAD, class: "header" }));
    for (let replica = first; replica <= last; replica++) {
      const most = Math.floor((this.column - 12) / LETTER);
      const text = draw("text", { x: this.x(replica) - left - 6, y: 22, class: "name" }, short(run.names[replica], most));
      text.append(draw("title", {}, nameOf(run, replica)));
      head.append(text);
    }
    head.append(draw("line", { x1: 0, x2: this.width, y1: HEAD - 0.5, y2: HEAD - 0.5, class: "rule" }));
    this.picture.replaceChildren(below, lines, arrows, events, head);
    const now = this.picture.querySelector("g.now");
    if (now) root.setAttribute("aria-activedescendant", now.id); else root.removeAttribute("aria-activedescendant");
  }

  drawWalls(layer, seen) {
    const { run } = this;
    for (const wall of run.walls) {
      const from = this.y(wall.i), until = this.y(wall.until);
      if (until < seen.top || from > seen.bottom) continue;
      const top = Math.max(from, seen.top - 20), bottom = Math.min(until, seen.bottom + 20);
      layer.append(draw("rect", { x: this.gutter - 8, y: top, width: this.column * run.names.length + 8, height: bottom - top, class: "wall" }));
      const fault = run.head.faults[wall.fault], sides = fault?.sides;
      for (let replica = 0; sides && replica + 1 < sides.length; replica++) {
        if (sides[replica] === null || sides[replica] === sides[replica + 1] || sides[replica + 1] === null) continue;
        const x = this.x(replica + 1) - EDGE;
        layer.append(draw("line", { x1: x, x2: x, y1: top, y2: bottom, class: "bricks" }));
      }
      for (const [y, there] of [[from, true], [until, wall.until !== Infinity]]) {
        if (there) layer.append(draw("line", { x1: this.gutter - 8, x2: this.gutter + this.column * run.names.length, y1: y, y2: y, class: "edge" }));
      }
    }
  }

  drawLife(layer, replica, seen) {
    const x = this.x(replica), lives = this.run.lives[replica];
    const bottom = Math.min(this.tall, seen.bottom);
    for (const [nth, life] of lives.entries()) {
      if (!life.up) continue;
      const from = Math.max(seen.top - 10, this.y(life.i));
      const until = Math.min(bottom, lives[nth + 1] ? this.y(lives[nth + 1].i) : this.tall);
      if (until > from) layer.append(draw("line", { x1: x, x2: x, y1: from, y2: until, class: life.paused ? "life paused" : "life" }));
    }
  }

  drawMessages(layer, seen) {
    let room = 2500;
    for (const message of this.run.messages) {
      const from = this.y(message.i);
      if (from > seen.bottom) break;
      if (this.y(message.until) < seen.top - ROW || room <= 0) continue;
      if (!message.copies.length) {
        if (this.shown[message.i] || message.why === "lost by script") {
          this.drawArrow(layer, message, null, from, Math.min(from + Math.max(this.row, 10) * 0.8, this.tall));
          room--;
        }
        continue;
      }
      for (const copy of message.copies) {
        const until = this.y(copy.i);
        const wanted = copy.i === Infinity ? this.shown[message.i] : this.shown[copy.i];
        if (!wanted || until < seen.top) continue;
        this.drawArrow(layer, message, copy, from, until);
        room--;
      }
    }
  }

  drawArrow(layer, message, copy, y1, y2) {
    const x1 = this.x(message.from), x2 = this.x(message.to);
    const lost = !copy || Boolean(copy.why);
    const reach = !copy ? 0.36 : copy.why ? 0.9 : copy.i === Infinity ? 0.97 : 1;
    const length = Math.hypot(x2 - x1, y2 - y1) || 1, back = reach === 1 ? 6 / length : 0;
    const end = reach - back, x = x1 + (x2 - x1) * end, y = y1 + (y2 - y1) * (copy ? end : 1);
    const style = lost ? " lost" : copy.i === Infinity ? " open" : copy.nth > 0 ? " again" : copy.damaged ? " damaged" : copy.late ? " late" : "";
    const lit = !this.lit ? "" : this.litArrow(message, copy);
    const group = draw("g", { class: "message" + style + lit });
    group.append(draw("line", { x1, y1, x2: x, y2: y }));
    if (this.row >= 14) {
      const { run } = this, wide = draw("line", { x1, y1, x2: x, y2: y, class: "grip" });
      wide.append(draw("title", {}, `${nameOf(run, message.from)} → ${nameOf(run, message.to)}, ${bytes(message.size)}, sent ${clock(message.at)}: ${fateOf(run, message)}. It carries ${short(carried(run, message), 200)}`));
      group.dataset.i = copy && copy.i !== Infinity ? copy.i : message.i;
      group.append(wide);
    }
    if (lost) {
      group.append(draw("path", { d: `M${x - 4} ${y - 4}l8 8m0 -8l-8 8` }));
    } else if (copy.i !== Infinity) {
      const angle = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
      group.append(draw("path", { class: "point", d: "M0 0l-8 -4v8z", transform: `translate(${x2 - ((x2 - x1) / length) * 5} ${y2 - ((y2 - y1) / length) * 5}) rotate(${angle})` }));
    }
    const told = lost ? (copy ? copy.why : message.why ?? "lost") : copy.nth > 0 ? `×${copy.nth + 1}` : copy.damaged ? "damaged" : copy.late ? "late" : "";
    if (told && this.row >= 14) {
      const left = x2 < x1, fits = !left || x - told.length * LETTER > this.gutter + 8;
      const place = !lost ? { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 4, "text-anchor": "middle" }
        : fits ? { x: x + (left ? -8 : 8), y: y + 4, "text-anchor": left ? "end" : "start" } : { x: x + 8, y: y - 5 };
      group.append(draw("text", place, clean(told)));
    }
    layer.append(group);
  }

  /** A message is lit with the event that it leads to, or comes from, where both are. */
  litArrow(message, copy) {
    const { self, past, future } = this.lit;
    const end = copy ? copy.i : Infinity;
    if ((past.has(end) || end === self) && past.has(message.i)) return " past";
    if (future.has(end) && (future.has(message.i) || message.i === self)) return " future";
    return " dim";
  }

  drawMoment(layer, seen) {
    const y = this.y(this.now), wide = this.gutter + this.column * this.run.names.length;
    layer.append(draw("rect", { x: 0, y: y - Math.max(this.row, 8) / 2, width: wide, height: Math.max(this.row, 8), class: "moment" }));
    if (this.differs !== null) {
      const at = this.y(this.differs);
      layer.append(draw("line", { x1: 0, x2: wide, y1: at - this.row / 2, y2: at - this.row / 2, class: "parting" }));
      layer.append(draw("text", { x: Math.min(wide, seen.right) - 12, y: at - this.row / 2 - 5, class: "parting", "text-anchor": "end" }, "first difference"));
    }
  }

  drawEvents(layer, seen) {
    const { run } = this, labelled = this.row >= 14;
    let clocked = null, free = -Infinity;
    const begin = this.rowAt(seen.top - 30), end = this.rowAt(seen.bottom + 10);
    const room = Math.floor((this.column - 26) / LETTER);
    for (let row = begin; row < end; row++) {
      const event = run.events[this.rows[row]], y = this.heights[event.i];
      const time = clock(whole(event.at));
      if (time !== clocked && y - free >= 13) {
        layer.append(draw("text", { x: 8, y: y + 4, class: "time" + this.light(event.i), "aria-hidden": "true" }, time));
        clocked = time; free = y;
      }
      const found = event.i === run.foundAt;
      const group = draw("g", {
        class: `event ${event.kind}${this.light(event.i)}${event.i === this.now ? " now" : ""}${found ? " found" : ""}`,
        id: `${this.name}${event.i}`, role: "option", "data-i": event.i,
        "aria-selected": String(event.i === this.now),
        "aria-label": `${clock(event.at)}: ${sentence(run, event)}${found ? "; here it was found" : ""}`,
      });
      if (event.replica === null) this.drawNews(group, event, y); else this.drawEvent(group, event, y, labelled, room, found);
      layer.append(group);
    }
  }

  /** What befalls the world, across all columns. */
  drawNews(group, event, y) {
    group.append(draw("rect", { x: 0, y: y - this.row / 2, width: this.gutter + 260, height: this.row, class: "reach" }));
    group.append(draw("path", { d: `M${this.gutter - 8} ${y}h10`, class: "dash" }));
    if (this.row >= 14) group.append(draw("text", { x: this.gutter + 6, y: y - 4, class: "news" }, short(sentence(this.run, event), 90)));
  }

  drawEvent(group, event, y, labelled, room, found) {
    const x = this.x(event.replica), size = this.row < 8 ? 2.5 : 4.5;
    group.append(draw("rect", { x: x - EDGE, y: y - this.row / 2, width: this.column, height: this.row, class: "reach" }));
    if (found) {
      group.append(draw("path", { class: "star", d: star(x, y, 9) }));
    } else if (event.kind === "crash") {
      group.append(draw("path", { class: "cross", d: `M${x - 6} ${y - 6}l12 12m0 -12l-12 12` }));
    } else if (event.kind === "start" || event.kind === "restart") {
      group.append(draw("rect", { x: x - size, y: y - size, width: 2 * size, height: 2 * size, class: "mark" }));
    } else {
      group.append(draw("circle", { cx: x, cy: y, r: event.kind === "timer" ? size - 1 : size, class: "mark" }));
    }
    if (!labelled) return;
    const lines = [];
    const state = event.changed ? this.run.state(event.replica, event.i) : null;
    const dies = event.kind !== "crash" && event.parts.some((part) => part.is === "crash");
    if (dies) {
      group.append(draw("path", { class: "cross", d: `M${x - 6} ${y - 6}l12 12m0 -12l-12 12` }));
      lines.push(["op", short(event.kind === "request" ? `crashes in ${event.head.op}` : "crashes in the midst of it", room)]);
    } else if (event.kind === "request") lines.push(["op", short(event.head.op, room)]);
    else if (["crash", "pause", "resume", "restart", "clock_jump"].includes(event.kind)) {
      const words = sentence(this.run, event).slice(nameOf(this.run, event.replica).length + 1);
      lines.push(["op", short(words, room)]);
    }
    if (state && state.i === event.i) lines.push(["shows", short(`= ${state.shows}`, room)]);
    const two = lines.length === 2 && this.row >= 26;
    // An arrow from the right comes in from above: what is written stands below it.
    const low = event.kind === "deliver" && event.head.from > event.head.to && this.row >= 26 ? 13 : 4;
    for (const [nth, [style, text]] of lines.slice(0, two ? 2 : 1).entries()) {
      const base = y + (two ? nth * 14 - 3 : low);
      // Arrows pass behind what is written.
      group.append(draw("rect", { x: x + 9, y: base - 11, width: text.length * LETTER + 4, height: 14, class: "behind" }));
      group.append(draw("text", { x: x + 11, y: base, class: style }, text));
    }
  }
}

function star(x, y, size) {
  const points = [];
  for (let nth = 0; nth < 10; nth++) {
    const reach = nth % 2 ? size * 0.45 : size, angle = (Math.PI * nth) / 5 - Math.PI / 2;
    points.push(`${(x + reach * Math.cos(angle)).toFixed(1)} ${(y + reach * Math.sin(angle)).toFixed(1)}`);
  }
  return `M${points.join("L")}z`;
}
