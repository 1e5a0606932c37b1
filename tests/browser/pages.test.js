// Pages of runs, as a browser shows them.

import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { changed, close, frame, look, make, open, scenario, text } from "./pages.js";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const CART = "scenarios/shopping/a_cart_merged_by_union.ron";

let cart, walls, big, two;

before(async () => {
  await open();
  cart = make("cart", CART);
  walls = make("walls", "scenarios/folders/a_folder_that_begins_empty.ron");
  const told = fs.readFileSync(new URL(`../../${CART}`, import.meta.url), "utf8");
  const cured = told.replace('specimen: "cart_merged_by_union"', 'data: "shopping_cart", sync: "full_state"');
  assert.notEqual(cured, told);
  two = make("two", CART, "--against", scenario("cured", cured));
  big = make("big", scenario("big", `(
    version: 1, name: "ten thousand events", seeds: 1,
    system: (data: "or_set", sync: "delta_intervals", period: "20ms"),
    clients: (every: "100ms", odds: 0.3),
    world: (replicas: 5, link: (latency: Uniform("5ms", "50ms"), loss: 0.05), duration: "19s", settle: "2s", faults: [
      Partition((shape: Halves, from: At("2s"), until: At("5s"))), Crash((who: Replica(1), at: At("7s"), down: For("2s"))),
    ]),
  )`));
});

after(close);

/** The classes of the events that can be seen, by their places. */
const lights = (page) => page.$$eval(".event", (events) => Object.fromEntries(events.map((event) => [event.dataset.i, event.getAttribute("class")])));

test("every page opens without a complaint, and asks for nothing", async () => {
  for (const html of [cart, walls, two, big]) {
    const { page, complaints, requests } = await look(html);
    for (const tab of ["moment", "compare", "network", "figures", "scenario"]) await page.click(`#tab-${tab}`);
    await page.click("#theme");
    await frame(page);
    assert.deepEqual(complaints, []);
    assert.deepEqual(requests, []);
    await page.close();
  }
});

test("a page could not ask for anything if it wanted to", async () => {
  const { page, requests } = await look(cart);
  const tried = await page.evaluate(async () => {
    const image = new Promise((done) => { const image = new Image(); image.onload = () => done("loaded"); image.onerror = () => done("refused"); image.src = "http://127.0.0.1:9/a.png"; });
    const fetched = fetch("http://127.0.0.1:9/").then(() => "loaded", () => "refused");
    return [await image, await fetched];
  });
  assert.deepEqual(tried, ["refused", "refused"]);
  assert.deepEqual(requests, [], "the policy of the page stops it before it leaves");
  await page.close();
});

test("a violation opens with what was found, lit with all that led to it", async () => {
  const { page } = await look(cart);
  assert.match(await text(page, "#finding"), /laptop/);
  assert.match(await text(page, "#finding"), /squall run scenarios\/shopping\/a_cart_merged_by_union.ron --seed 0/);
  const seen = Object.values(await lights(page));
  assert.equal(seen.filter((light) => / self/.test(light)).length, 1);
  assert.ok(seen.filter((light) => / past/.test(light)).length > 4, seen.join());
  assert.ok(seen.some((light) => /found/.test(light)));
  await page.close();
});

test("what is missing in the end is told with all that changed something, deaths and all", async () => {
  const { page } = await look(make("dies", "scenarios/talking/a_sender_dies_half_way.ron"));
  const drawn = await text(page, ".diagram");
  assert.match(drawn, /crashes in Say/);
  assert.match(drawn, /nobody there/);
  assert.match(await text(page, "#panel .how.down"), /down/);
  await page.close();
});

test("the way to an event can be written into the address", async () => {
  const { page } = await look(cart);
  await page.goto(`${page.url()}#20`);
  await page.reload();
  await page.waitForSelector("body[data-ready=yes]");
  assert.match(await text(page, "#place"), /event 20 /);
  assert.equal(await page.$$eval(".event.self.now", (events) => events.length), 1);
  await page.close();
});

test("scrubbing changes the states that are shown", async () => {
  const { page } = await look(cart);
  const states = () => page.$$eval(".card", (cards) => cards.map((card) => card.textContent));
  const scrub = (to) => page.$eval("#scrub", (scrub, to) => { scrub.value = to; scrub.dispatchEvent(new Event("input")); }, to);
  const end = await states();
  await scrub("0");
  const begin = await states();
  assert.equal(begin.length, 3);
  assert.notDeepEqual(begin, end);
  assert.ok(begin.some((card) => card.includes("not there yet")), begin.join());
  await page.focus(".diagram");
  for (let nth = 0; nth < 4; nth++) await page.keyboard.press("ArrowDown");
  assert.notDeepEqual(await states(), begin, "the keyboard does the same");
  await page.click("#play");
  await page.waitForFunction((before) => document.getElementById("place").textContent !== before, {}, await text(page, "#place"));
  await page.click("#play");
  await page.close();
});

test("selecting an event lights what it followed from and what followed from it", async () => {
  const { page } = await look(cart);
  await page.select("#mode", "all");
  await page.click("#first");
  const all = await page.evaluate(() => {
    const { run } = app.here, reads = (i) => run.events[i].kind;
    // Worked out once more, in another way: by walking the run from its start.
    const before = run.events.map(() => new Set());
    for (const event of run.events) for (const cause of event.causes) {
      before[event.i].add(cause);
      for (const other of before[cause]) before[event.i].add(other);
    }
    const i = run.events.findIndex((event) => reads(event.i) === "deliver" && before[event.i].size > 3);
    return { i, past: [...before[i]], future: run.events.filter((event) => before[event.i].has(i)).map((event) => event.i) };
  });
  assert.ok(all.past.length > 3 && all.future.length > 3);
  await page.evaluate((i) => app.here.diagram.reveal(i), all.i);
  await frame(page);
  await page.click(`[data-i="${all.i}"] .mark`);
  await frame(page);
  const seen = await lights(page);
  for (const [i, light] of Object.entries(seen)) {
    const due = Number(i) === all.i ? "self" : all.past.includes(Number(i)) ? "past" : all.future.includes(Number(i)) ? "future" : "dim";
    assert.ok(light.split(" ").includes(due), `event ${i} is ${light}, and should be ${due}`);
  }
  await page.keyboard.press("Escape");
  await page.mouse.move(5, 5);
  await frame(page);
  assert.ok(Object.values(await lights(page)).every((light) => !/self|past|future|dim/.test(light)));
  await page.close();
});

test("two replicas are compared with what differs marked", async () => {
  const { page } = await look(cart);
  await page.click("#tab-compare");
  await page.select("#panel .card:first-of-type select", "1");
  await page.select("#panel .card:last-of-type select", "0");
  await page.click("#back");
  assert.ok((await page.$$eval("#panel mark", (marks) => marks.map((mark) => mark.textContent))).length > 0);
  await page.close();
});

test("the network of a moment has its walls", async () => {
  const { page } = await look(walls);
  await page.click("#tab-network");
  const told = new Set();
  for (let nth = 0; nth < 40; nth++) {
    told.add(await text(page, "#panel"));
    await page.click("#back");
  }
  assert.ok([...told].some((text) => text.includes("office isolated, since 00:00.950")));
  assert.ok([...told].some((text) => text.includes("none stands")));
  assert.ok((await page.$$(".plot")).length === 0);
  await page.click("#tab-figures");
  assert.ok((await page.$$(".plot")).length >= 4, "a run that passes has its figures");
  await page.close();
});

test("two runs stand side by side with the first difference marked", async () => {
  const { page } = await look(two);
  assert.equal((await page.$$(".diagram")).length, 2);
  assert.match(await text(page, "#difference"), /First difference: here .+; there /);
  const at = await page.evaluate(() => [app.here, app.there].map((side) => side.diagram.differs));
  assert.ok(at.every((place) => place !== null), String(at));
  assert.ok((await page.$$("line.parting")).length >= 1);
  await page.close();
});

for (const scheme of ["light", "dark"]) {
  test(`everything can be read and named, ${scheme}`, async () => {
    for (const html of [cart, two]) {
      const { page } = await look(html, { scheme });
      await page.evaluate(axe);
      for (const tab of ["moment", "compare", "network", "figures", "scenario"]) {
        await page.click(`#tab-${tab}`);
        const wrong = await page.evaluate(async () => (await globalThis.axe.run(document, { resultTypes: ["violations"] })).violations
          .map((rule) => `${rule.id}: ${rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`));
        assert.deepEqual(wrong, [], `${tab}`);
      }
      // What is drawn is not looked at there: its colours are measured here, against what they are drawn on.
      const faint = await page.evaluate(() => {
        const shine = (colour) => {
          const [red, green, blue] = colour.match(/[\d.]+/g).map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
          return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        };
        app.clear();
        app.here.diagram.render();
        const grounds = ["raised", "wall", "moment"].map((name) => { const probe = document.createElement("p"); probe.style.color = `var(--${name})`; document.body.append(probe); const { color } = getComputedStyle(probe); probe.remove(); return color; });
        const low = [];
        for (const text of document.querySelectorAll(".diagram text")) {
          const ink = shine(getComputedStyle(text).fill);
          for (const ground of grounds.map(shine)) {
            const contrast = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
            if (contrast < 4.5) low.push(`${text.getAttribute("class")} ${contrast.toFixed(2)}`);
          }
        }
        return low;
      });
      assert.deepEqual(faint, []);
      await page.close();
    }
  });
}

test("on a phone nothing is wider than the screen, and on paper all of it is there", async () => {
  const { page } = await look(cart, { width: 390, height: 800 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide}`);
  await page.setViewport({ width: 1200, height: 900 });
  const paper = await page.pdf({ format: "A4" });
  assert.ok(paper.length > 20000, `${paper.length} bytes`);
  await page.close();
});

test("ten thousand events open within two seconds and stay smooth", async () => {
  const { page, complaints, took } = await look(big);
  assert.ok(took < 2000, `${took} ms to open`);
  await page.select("#mode", "all");
  const { rows, drawn, scrubbed, scrolled } = await page.evaluate(async () => {
    const { diagram } = app.here, rows = diagram.rows.length;
    const scrub = document.getElementById("scrub");
    // How long each takes until it is on the screen, in order: a machine that does other things beside may miss some.
    const frames = async (count, each) => {
      const times = [];
      for (let nth = 0; nth < count; nth++) {
        await new Promise(requestAnimationFrame);
        const begun = performance.now();
        each(nth / count);
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        times.push(performance.now() - begun);
      }
      return times.sort((one, other) => one - other);
    };
    await frames(5, () => {});
    const scrubbed = await frames(100, (share) => { scrub.value = String(Math.floor(share * rows)); scrub.dispatchEvent(new Event("input")); });
    app.select(0, diagram.rows[rows >> 1]);
    const scrolled = await frames(60, (share) => { diagram.root.scrollTop = share * diagram.tall; });
    return { rows, drawn: document.querySelectorAll(".diagram *").length, scrubbed, scrolled };
  });
  assert.ok(rows >= 10000, `${rows} events`);
  assert.ok(drawn < 5000, `${drawn} things drawn at once`);
  for (const [what, times] of Object.entries({ scrubbed, scrolled })) {
    const [middle, most] = [times[times.length >> 1], times[Math.floor(times.length * 0.9)]];
    assert.ok(middle < 50 && most < 100, `${what}: ${middle} ms in the middle, ${most} ms for nine of ten`);
  }
  assert.deepEqual(complaints, []);
  await page.close();
});

test("a hostile value runs nothing and breaks nothing", async () => {
  const values = [
    `</script><img src=x onerror="window.ran = true">`,
    `<svg onload="window.ran = true"></svg><!--<script>`,
    "\u0000\u0001\u001b[31m\r\n\u007f\u009f",
    "\u202egnp.exe\u200f\u2066\ufeff\u2028\u2029",
    `javascript:window.ran=true//\\"'\`\${window.ran = true}`,
    "x".repeat(1 << 20),
    "<b>".repeat(1 << 18),
  ];
  const told = fs.readFileSync(new URL(`../../${CART}`, import.meta.url), "utf8");
  const real = values.slice(0, 2).map((value, nth) => {
    const words = JSON.stringify(value);
    return make(`real-${nth}`, scenario(`real-${nth}`, told.replaceAll('"rice"', words).replace(/name: ".*"/, `name: ${words}`)));
  });
  const made = values.map((value, nth) => changed(cart, `hostile-${nth}`, ({ runs: [lines], ...rest }) => {
    const states = lines.filter((line) => line.type === "state"), messages = lines.filter((line) => line.type === "message");
    // What is very large stands in some places alone: the program lets no more into a page.
    const few = value.length > 1e5 ? 2 : Infinity;
    for (const state of states.slice(-few)) state.shows = value + state.step;
    for (const message of messages.slice(-few)) Object.assign(message, { body: value, why: message.why && value });
    for (const part of lines.flatMap((line) => line.parts ?? []).slice(-few)) for (const field of ["op", "answer", "why"]) if (part[field]) part[field] = value;
    const [head, end] = [lines[0], lines.at(-1)];
    Object.assign(head, { title: value, about: value, source: value, again: value, replicas: head.replicas.map((_, at) => value.slice(0, 5000) + at) });
    Object.assign(end.finding, { says: value, expected: value, seen: value, parted: value, knowledge: [value] });
    return { runs: [lines], ...rest };
  }));
  for (const html of [...real, ...made]) {
    const { page, complaints, requests, took } = await look(html);
    assert.ok(took < 4000, `${took} ms to open`);
    for (const tab of ["moment", "compare", "network", "figures", "scenario"]) {
      await page.click(`#tab-${tab}`);
      await page.$eval("#back", (button) => button.click());
    }
    await frame(page);
    assert.equal(await page.evaluate(() => window.ran), undefined);
    assert.equal((await page.$$("img")).length, 0);
    const steers = await page.evaluate(() => /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/.test(document.body.innerText));
    assert.equal(steers, false, "what steers signs is not shown as such");
    assert.deepEqual(complaints, []);
    assert.deepEqual(requests, []);
    await page.close();
  }
});
