// Reads what `squall show --as …` exports back with parsers that others wrote: Mermaid's own, one for Graphviz, the
// regular expressions that ShiViz logs bring with them, and JSON. Takes the path of the program:
//
//     npm ci && node read_back.js ../../target/release/squall
//
// It needs no network and no browser; a document without a window is enough for Mermaid's parser.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { parse as parseDot } from "@ts-graphviz/ast";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("<!doctype html>");
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import("mermaid");

const here = dirname(fileURLToPath(import.meta.url));
const squall = resolve(process.argv[2] ?? join(here, "../../target/release/squall"));
const folder = mkdtempSync(join(tmpdir(), "squall-viewers-"));

const exported = (file, form, ...more) =>
  execFileSync(squall, ["show", "--quiet", file, "--as", form, ...more], { encoding: "utf8", maxBuffer: 1 << 28 });

/// Runs of a log, read as ShiViz reads them: a run is a list of { host, clock, event }.
function shiviz(log) {
  const [expression, delimiter, ...lines] = log.split("\n");
  const runs = lines.join("\n").split(new RegExp(delimiter.replace(/\(\?<\w+>/g, "(?:"), "gm"));
  return runs.map((run) => [...run.matchAll(new RegExp(expression, "gm"))].map((match) => match.groups));
}

function checkShiviz(log, hosts) {
  const runs = shiviz(log).filter((run) => run.length > 0);
  assert.equal(runs.length, 1);
  const events = runs[0];
  assert.equal(events.length, log.trimEnd().split("\n").length - 2, "every line is an event");
  const seen = new Map();
  for (const { host, clock, event } of events) {
    const time = JSON.parse(clock);
    seen.set(host, (seen.get(host) ?? 0) + 1);
    assert.equal(time[host], seen.get(host), `the clock of ${host} counts its events: ${clock}`);
    for (const [other, count] of Object.entries(time)) assert.ok(count <= (seen.get(other) ?? 0));
    assert.ok(event.length > 0);
  }
  assert.deepEqual([...seen.keys()].sort(), [...hosts].sort());
}

function checkTraceEvents(text, hosts) {
  const { traceEvents: events } = JSON.parse(text);
  const tracks = events.filter(({ ph, name }) => ph === "M" && name === "process_name");
  assert.deepEqual(tracks.map(({ args }) => args.name), [...hosts, "network"]);
  const flows = (wanted) => events.filter(({ ph }) => ph === wanted).map(({ id }) => id);
  assert.deepEqual(flows("s").sort(), flows("f").sort());
  assert.ok(flows("s").length > 0);
}

const kinds = (ast, type) => {
  const found = [];
  const walk = (node) => {
    if (node.type === type) found.push(node);
    (node.children ?? []).forEach(walk);
  };
  walk(ast);
  return found;
};

function checkDot(text, least) {
  const ast = parseDot(text);
  assert.equal(kinds(ast, "Graph").length, 1);
  assert.ok(kinds(ast, "Edge").length >= least, `${kinds(ast, "Edge").length} edges`);
  assert.ok(kinds(ast, "Node").length >= least);
}

async function check(file, hosts) {
  for (const more of [[], ["--all"]]) {
    checkShiviz(exported(file, "shiviz", ...more), hosts);
    checkTraceEvents(exported(file, "trace-event", ...more), hosts);
    const diagram = exported(file, "mermaid", ...more);
    assert.equal((await mermaid.parse(diagram)).diagramType, "sequence");
    checkDot(exported(file, "happens-before", ...more), 3);
  }
  checkDot(exported(file, "topology"), hosts.length - 1);
}

try {
  mermaid.initialize({ startOnLoad: false });
  await assert.rejects(mermaid.parse("sequenceDiagram\n    r0->>"), "a parser that takes all is none");
  assert.throws(() => parseDot("graph { a -- "));
  const hostile = readFileSync(join(here, "hostile.ron"), "utf8");
  const file = join(folder, "hostile.ron");
  writeFileSync(file, hostile.replace("A MEGABYTE", "A </MEGABYTE> ".repeat(75000)));
  await check(file, ["end", "rect", "note"]);
  await check(join(here, "../../scenarios/sets/a_bagel_whose_tags_are_emptied.ron"), ["counter", "bakery", "kiosk"]);
  console.log("viewers: ShiViz, Mermaid, trace events and Graphviz read what is exported");
} finally {
  rmSync(folder, { recursive: true });
}
