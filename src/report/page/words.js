
// What things are called. Values of the run are made harmless here: what steers signs or cursors is shown as a dot.

const STEERS = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

function clean(text) { return text.replace(STEERS, "·"); }

/** A text that is cut short where it is longer than so many signs. */
function short(text, most) {
  const head = clean(text.slice(0, most + 1));
  return head.length > most ? head.slice(0, Math.max(1, most - 1)) + "…" : head;
}

function clock(nanos) {
  const seconds = Math.floor(nanos / 1e9), rest = Math.round(nanos - seconds * 1e9);
  const two = (number) => String(number).padStart(2, "0");
  const days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24;
  const before = (days ? days + "d " : "") + (days || hours ? two(hours) + ":" : "");
  const fine = rest % 1e6 ? "_" + String(rest % 1e6).padStart(6, "0").replace(/0+$/, "") : "";
  return `${before}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${String(Math.floor(rest / 1e6)).padStart(3, "0")}${fine}`;
}

/** A length of time, to three digits. */
function span(nanos) {
  for (const [unit, size] of [["d", 864e11], ["h", 36e11], ["min", 6e10], ["s", 1e9], ["ms", 1e6], ["µs", 1e3]]) {
    if (nanos >= size) return `${+(nanos / size).toPrecision(3)} ${unit}`;
  }
  return `${nanos} ns`;
}

function bytes(count) {
  if (count < 10000) return `${count} B`;
  return count < 1e7 ? `${+(count / 1e3).toPrecision(3)} kB` : `${+(count / 1e6).toPrecision(3)} MB`;
}

function counted(count, one, many) { return `${count} ${count === 1 ? one : many}`; }

function nameOf(run, replica) { return clean(run.names[replica] ?? "?"); }

function updateName(run, [replica, number]) { return `${nameOf(run, replica)}#${number}`; }

/** Runs of updates, as people write them. */
function known(run, runs) {
  if (!runs.length) return "nothing";
  return runs.map(([replica, first, last]) =>
    `${nameOf(run, replica)}#${first}${last > first ? "–" + last : ""}`).join(", ");
}

/** The updates of one set of runs that are not in another. */
function beyond(mine, theirs, most) {
  const found = [];
  for (const [replica, first, last] of mine) {
    for (let number = first; number <= last; number++) {
      const has = theirs.some(([other, from, to]) => other === replica && from <= number && number <= to);
      if (!has && found.push([replica, number]) >= most) return found;
    }
  }
  return found;
}

function carried(run, message) {
  if (message.carries === "everything") return "all that the sender knew";
  if (message.carries === "digest") return "a digest of the sender's state";
  if (message.carries === "nothing") return "no updates";
  const runs = [];
  for (const [replica, number] of [...message.carries].sort((one, other) => one[0] - other[0] || one[1] - other[1])) {
    const last = runs.at(-1);
    if (last && last[0] === replica && last[2] + 1 >= number) last[2] = number; else runs.push([replica, number, number]);
  }
  return runs.length ? known(run, runs) : "no updates";
}

/** What happens in an event, in a sentence. */
function sentence(run, event) {
  const part = event.head ?? {}, who = (replica) => nameOf(run, replica);
  const message = run.messages[part.message];
  switch (event.kind) {
    case "request": return `${who(part.replica)} is asked for ${short(part.op, 400)}`;
    case "invoke": return `a client asks ${who(part.replica)} for ${short(part.op, 400)}`;
    case "deliver": {
      const again = part.copy > 0 ? `copy ${part.copy + 1} of ` : "";
      const sent = message ? `, sent at ${clock(message.at)}` : "";
      return `${who(part.to)} gets ${again}a message of ${who(part.from)}${sent}${part.damaged ? ", damaged" : ""}`;
    }
    case "timer": return `a timer of ${who(part.replica)} fires`;
    case "start": return `${who(part.replica)} starts`;
    case "restart": {
      const lost = part.lost ? `; ${counted(part.lost, "update", "updates")} lost` : "";
      return `${who(part.replica)} comes back with ${clean(part.with)}${lost}`;
    }
    case "crash": return `${who(part.replica)} crashes`;
    case "pause": return `${who(part.replica)} is paused`;
    case "resume": return `${who(part.replica)} goes on`;
    case "partition": return `a wall goes up: ${clean(run.head.faults[part.fault]?.says ?? "")}`;
    case "heal": return `the wall comes down: ${clean(run.head.faults[part.fault]?.says ?? "")}`;
    case "clock_jump": return `the clock of ${who(part.replica)} jumps by ${part.by < 0 ? "−" : ""}${span(Math.abs(part.by))}`;
    case "miss": return message
      ? `a message of ${who(message.from)} to ${who(message.to)} does not arrive: ${clean(part.why)}` : "a message does not arrive";
    case "answered": return `a client is told ${short(part.answer, 400)}`;
    case "calm": return "the last fault is over";
    default: return event.replica === null ? "something happens" : `${who(event.replica)} keeps house`;
  }
}

/** What else happens in an event, a line each. */
function deeds(run, event) {
  const lines = [], who = (replica) => nameOf(run, replica);
  for (const part of event.parts) {
    switch (part.is) {
      case "accept": lines.push(`accepted as ${updateName(run, part.update)}${part.applied ? "" : ", to be applied later"}`); break;
      case "answer": lines.push(`answers ${short(part.answer, 300)}`); break;
      case "keep": lines.push("puts the message aside, to take it in later"); break;
      case "take": lines.push(part.updates.length
        ? `takes in ${part.updates.slice(0, 12).map((update) => updateName(run, update)).join(", ")}${part.updates.length > 12 ? " and more" : ""}`
        : part.message ? "takes in what the message carries" : "takes nothing in"); break;
      case "equal": lines.push("finds its state equal to the sender's"); break;
      case "send": {
        const message = run.messages[part.message];
        lines.push(`sends to ${who(part.to)}, ${bytes(message?.size ?? 0)}: ${message ? fateOf(run, message) : ""}`);
        break;
      }
      case "saved": lines.push("saves"); break;
      case "synced": lines.push("what it saved is durable"); break;
      case "read": lines.push(`its clock shows ${clock(part.reading)}`); break;
      case "crash": if (event.kind !== "crash") lines.push("crashes in the midst of it"); break;
    }
  }
  return lines;
}

/** What becomes of a message. */
function fateOf(run, message) {
  if (!message.copies.length) return clean(message.why ?? "lost");
  const each = message.copies.map((copy) => {
    const how = (copy.damaged ? "damaged, " : "") + (copy.late ? "overtaken, " : "");
    if (copy.why) return `${how}${clean(copy.why)}`;
    return copy.at === null ? `${how}still under way at the end` : `${how}arrives at ${clock(copy.at)}`;
  });
  return (each.length > 1 ? `×${each.length}: ` : "") + each.join("; ");
}
