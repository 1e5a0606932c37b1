// What the tests look at: pages made by the program, and a browser to open them in.

import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const root = path.resolve(import.meta.dirname, "../..");
const program = process.env.PAGES_PROGRAM ?? path.join(root, "target/release/squall");
const folder = process.env.PAGES_FOLDER ?? fs.mkdtempSync(path.join(os.tmpdir(), "squall-pages-"));

/** What the program prints. */
export function squall(...words) {
  return execFileSync(program, ["--quiet", ...words], { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
}

/** Writes a scenario of a test, and says where. */
export function scenario(name, text) {
  const file = path.join(folder, `${name}.ron`);
  fs.writeFileSync(file, text);
  return file;
}

/** Makes a page of a scenario, and says where. */
export function make(name, file, ...words) {
  const html = path.join(folder, `${name}.html`);
  squall("show", file, "--as", "html", "-o", html, ...words);
  return html;
}

/** The same page, with what its script is given changed. */
export function changed(html, name, change) {
  const text = fs.readFileSync(html, "utf8");
  const [, before, data, after] = text.match(/^([^]*<script type="application\/json" id="data">)([^]*?)(<\/script>[^]*)$/);
  const other = path.join(folder, `${name}.html`);
  const json = JSON.stringify(change(JSON.parse(data)));
  fs.writeFileSync(other, before + json.replace(/[<>&\u2028\u2029]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0")) + after);
  return other;
}

let browser;

export async function open() {
  browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
}

export async function close() { await browser?.close(); }

/** Opens a page, and keeps what it complains of and what it asks for. */
export async function look(html, { scheme = "light", width = 1400, height = 950 } = {}) {
  const page = await browser.newPage();
  const complaints = [], requests = [];
  page.on("console", (message) => { if (["error", "warn", "assert"].includes(message.type())) complaints.push(message.text()); });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => { complaints.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => requests.push(request.url()));
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  const url = pathToFileURL(html).href;
  const begun = performance.now();
  await page.goto(url, { waitUntil: "load" });
  await page.waitForSelector("body[data-ready=yes]", { timeout: 10000 });
  return { page, complaints, requests: requests.filter((asked) => asked !== url), took: performance.now() - begun };
}

/** Lets what waits for the next frame happen. */
export function frame(page) {
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

export const text = (page, selector) => page.$eval(selector, (element) => element.textContent);
