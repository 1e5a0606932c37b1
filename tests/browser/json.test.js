// Runs as JSON, read by a validator that knows nothing but the schema.

import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import Ajv2020 from "ajv/dist/2020.js";
import { squall } from "./pages.js";

const schema = JSON.parse(fs.readFileSync(new URL("../../reports/run.schema.json", import.meta.url), "utf8"));

/** The schema as it is held against what is written today: a field that it does not name is wrong. */
function strict(part) {
  if (Array.isArray(part)) return part.map(strict);
  if (part === null || typeof part !== "object") return part;
  const closed = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, strict(value)]));
  return part.properties && part.type === "object" ? { ...closed, additionalProperties: false } : closed;
}

const SCENARIOS = [
  "shopping/a_cart_merged_by_union", "folders/a_folder_that_begins_empty", "identity/a_disk_is_cloned", "identity/a_backup_is_restored",
  "talking/a_reply_before_its_question", "clocks/two_writes_in_one_tick", "offline/a_phone_offline_for_too_long", "sessions/who_roams_misses_own_writes",
];

test("every line of a run is as the schema says", () => {
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(strict(schema));
  const seen = new Set();
  for (const name of SCENARIOS) {
    const lines = squall("show", `scenarios/${name}.ron`, "--as", "json").trimEnd().split("\n");
    for (const [nth, line] of lines.entries()) {
      const value = JSON.parse(line);
      assert.ok(validate(value), `${name}, line ${nth + 1}: ${line.slice(0, 300)}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
      seen.add(value.type);
      for (const part of value.parts ?? []) seen.add(part.is);
    }
    assert.equal(JSON.parse(lines[0]).type, "run");
    assert.equal(JSON.parse(lines.at(-1)).type, "end");
  }
  for (const kind of ["event", "message", "state", "weight", "restart", "crash", "deliver", "lost", "miss", "accept", "take", "partition"]) {
    assert.ok(seen.has(kind), `no ${kind} in any of them`);
  }
});

test("the validator refuses what is not so", () => {
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);
  for (const wrong of [{}, { type: "state", step: 1 }, { type: "weight", step: 1, replica: 0, bytes: "many" }, { type: "event", step: -1, at: 0, replica: null, after: [], parts: [] }]) {
    assert.equal(validate(wrong), false, JSON.stringify(wrong));
  }
});
