"use strict";

// A run, read from its lines once, so that any moment of it can be asked for. Knows nothing of the page.

/** The last place of a sorted list whose `i` is not beyond this one, or -1. */
function lastUpTo(list, i) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].i <= i) low = middle + 1; else high = middle;
  }
  return low - 1;
}

/** What an event is called after, of all that happens in it; the first of these that there is. */
const HEADS = ["request", "deliver", "restart", "start", "crash", "timer", "partition", "heal", "pause", "resume",
  "clock_jump", "miss", "calm", "answered", "invoke", "backed_up", "synced", "saved"];

/** What befalls replicas and the world. */
const FATEFUL = new Set(["partition", "heal", "crash", "restart", "pause", "resume", "clock_jump"]);

class Run {
  constructor(lines) {
    this.events = [];
    this.messages = [];
    const states = [], weights = [];
    for (const line of lines) {
      if (line.type === "event") this.events.push(line);
      else if (line.type === "message") this.messages.push(line);
      else if (line.type === "state") states.push(line);
      else if (line.type === "weight") weights.push(line);
      else if (line.type === "run") this.head = line;
      else if (line.type === "end") this.end = line;
    }
    this.names = this.head.replicas;
    this.places = new Map(this.events.map((event, i) => [event.step, i]));
    const each = () => this.names.map(() => []);
    this.states = each();
    this.weights = each();
    this.lives = each();
    this.kept = [];
    this.walls = [];
    this.updates = new Map();
    this.readEvents();
    for (const state of states) {
      state.i = this.places.get(state.step) ?? 0;
      this.states[state.replica]?.push(state);
      this.events[state.i].changed = true;
    }
    for (const weight of weights) {
      weight.i = this.places.get(weight.step) ?? 0;
      this.weights[weight.replica]?.push(weight);
    }
    this.readMessages();
    this.foundAt = this.findingPlace();
  }

  /** Where a finding shows: what was found when the run was over, where its replica last changed. */
  findingPlace() {
    const finding = this.end.finding, last = this.events.length - 1;
    if (!finding) return -1;
    const place = this.places.get(finding.step) ?? last;
    const [replica] = finding.replicas;
    if (this.end.ended === "found" || replica === undefined) return place;
    return this.state(replica, place)?.i ?? place;
  }

  readEvents() {
    const asked = new Map(), up = new Map();
    this.followers = this.events.map(() => []);
    for (const [i, event] of this.events.entries()) {
      event.i = i;
      event.causes = event.after.map((step) => this.places.get(step)).filter((place) => place !== undefined);
      for (const cause of event.causes) this.followers[cause].push(i);
      const has = new Set(event.parts.map((part) => part.is));
      event.kind = HEADS.find((head) => has.has(head)) ?? "other";
      event.fateful = FATEFUL.has(event.kind) || has.has("crash");
      event.head = event.parts.find((part) => part.is === event.kind) ?? event.parts[0];
      for (const part of event.parts) {
        switch (part.is) {
          case "invoke": case "request": asked.set(part.request, part.op); break;
          case "accept": this.updates.set(part.update.join("#"), { op: asked.get(part.request) ?? "", i }); break;
          case "start": case "restart": this.live(part.replica, { i, up: true, identity: part.identity }); break;
          case "crash":
            this.live(part.replica, { i, up: false, paused: false });
            for (const kept of this.kept) if (kept.replica === part.replica && kept.until === Infinity) kept.lost = true;
            break;
          case "pause": this.live(part.replica, { i, paused: true }); break;
          case "resume": this.live(part.replica, { i, paused: false }); break;
          case "keep": {
            const deliver = event.parts.find((other) => other.is === "deliver");
            if (deliver) {
              this.kept.push({ replica: part.replica, message: deliver.message, copy: deliver.copy, i, until: Infinity });
            }
            break;
          }
          case "take":
            if (part.message) {
              const [message, copy] = part.message;
              const kept = this.kept.find((kept) => kept.replica === part.replica && kept.until === Infinity
                && kept.message === message && kept.copy === copy);
              if (kept) kept.until = i;
            }
            break;
          case "partition":
            up.set(part.fault, { fault: part.fault, i, until: Infinity });
            this.walls.push(up.get(part.fault));
            break;
          case "heal": if (up.has(part.fault)) up.get(part.fault).until = i; break;
        }
      }
    }
  }

  live(replica, change) {
    const lives = this.lives[replica];
    if (!lives) return;
    lives.push({ ...(lives.at(-1) ?? { up: true, paused: false, identity: replica }), ...change });
  }

  readMessages() {
    const latest = new Map();
    const handled = [];
    for (const message of this.messages) {
      message.i = this.places.get(message.step) ?? 0;
      for (const [nth, copy] of message.copies.entries()) {
        copy.nth = nth;
        copy.i = copy.step === null ? Infinity : this.places.get(copy.step) ?? Infinity;
        if (copy.i !== Infinity && !copy.why) handled.push({ i: copy.i, message, copy });
      }
      message.until = message.copies.reduce((last, copy) => Math.max(last, copy.i), message.i);
    }
    handled.sort((one, other) => one.i - other.i);
    for (const { message, copy } of handled) {
      const link = message.from + ">" + message.to;
      const last = latest.get(link) ?? -1;
      if (message.message < last) copy.late = true; else latest.set(link, message.message);
    }
  }

  /** What a replica shows and knows after an event; nothing before its start. */
  state(replica, i) {
    return this.states[replica][lastUpTo(this.states[replica], i)];
  }

  weight(replica, i) {
    return this.weights[replica][lastUpTo(this.weights[replica], i)]?.bytes;
  }

  life(replica, i) {
    return this.lives[replica][lastUpTo(this.lives[replica], i)] ?? { up: false, paused: false, unborn: true };
  }

  standing(i) {
    return this.walls.filter((wall) => wall.i <= i && i < wall.until);
  }

  keptAt(replica, i) {
    return this.kept.filter((kept) => kept.replica === replica && kept.i <= i && i < kept.until
      && !(kept.lost && !this.life(replica, i).up));
  }

  /** Copies that have left and not arrived. */
  inFlight(i) {
    const copies = [];
    for (const message of this.messages) {
      if (message.i > i) break;
      if (message.until <= i) continue;
      for (const copy of message.copies) if (copy.i > i) copies.push({ message, copy });
    }
    return copies;
  }

  /** All events before this one that it followed from, or all that followed from it. */
  cone(i, next) {
    const seen = new Set([i]);
    const open = [i];
    while (open.length) {
      for (const other of next(open.pop())) {
        if (!seen.has(other)) { seen.add(other); open.push(other); }
      }
    }
    seen.delete(i);
    return seen;
  }

  past(i) { return this.cone(i, (event) => this.events[event].causes); }

  future(i) { return this.cone(i, (event) => this.followers[event]); }

  /** The events that tell how it came to what was found: of what was looked at there, all that changed something. */
  decisive() {
    const finding = this.end.finding;
    // Of what is missing in the end, nothing can be told to have led to it.
    if (!finding || finding.check === "settles") return null;
    const wanted = new Set([this.foundAt]);
    const add = (i) => { wanted.add(i); for (const past of this.past(i)) wanted.add(past); };
    add(this.foundAt);
    for (const replica of finding.replicas) {
      const state = this.state(replica, this.foundAt);
      if (state) add(state.i);
    }
    return wanted;
  }
}

/** Two lists of words, each marked where the other has something else. */
function compared(one, other) {
  let start = 0, ones = one.length, others = other.length;
  while (start < ones && start < others && one[start] === other[start]) start++;
  while (ones > start && others > start && one[ones - 1] === other[others - 1]) { ones--; others--; }
  const left = one.map((word, at) => ({ word, differs: at >= start && at < ones }));
  const right = other.map((word, at) => ({ word, differs: at >= start && at < others }));
  const rows = ones - start, columns = others - start;
  // Between what is the same at both ends, the longest common part is looked for, where that is no long search.
  if (rows && columns && rows * columns <= 1e6) {
    const width = columns + 1, lengths = new Uint32Array((rows + 1) * width);
    for (let a = rows - 1; a >= 0; a--) {
      for (let b = columns - 1; b >= 0; b--) {
        lengths[a * width + b] = one[start + a] === other[start + b]
          ? lengths[(a + 1) * width + b + 1] + 1
          : Math.max(lengths[(a + 1) * width + b], lengths[a * width + b + 1]);
      }
    }
    for (let a = 0, b = 0; a < rows && b < columns;) {
      if (one[start + a] === other[start + b]) { left[start + a++].differs = false; right[start + b++].differs = false; }
      else if (lengths[(a + 1) * width + b] >= lengths[a * width + b + 1]) a++; else b++;
    }
  }
  return [left, right];
}

/** The words of a value: numbers and names, texts in quotes, and all other signs one by one. */
function wordsOf(text) {
  return text.match(/"(?:[^"\\]|\\.)*"|[\p{L}\p{N}_.-]+|\s+|[^]/gu) ?? [];
}
