// Hands for a Firefox that Python drives, over WebDriver BiDi: one JSON list [what, ...with] a line in,
// {"answer"} or {"fault"} a line out, until the input ends.
//   node engines.mjs <node_modules> <firefox> <profile>
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [modules, executablePath, userDataDir] = process.argv.slice(2);
const entry = `${modules}/puppeteer-core/lib/puppeteer/puppeteer-core.js`;
const { default: puppeteer } = await import(pathToFileURL(entry).href);
const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath,
  headless: true,
  userDataDir,
  protocolTimeout: 120_000,
  defaultViewport: { width: 412, height: 915 },
});
const page = await browser.newPage();

const hands = {
  go: (address) => page.goto(address, { timeout: 120_000 }),
  ask: (expression) => page.evaluate(expression),
  click: (x, y) => page.mouse.click(x, y),
  keys: (words) => page.keyboard.type(words, { delay: 40 }),
};

try {
  for await (const line of createInterface({ input: process.stdin })) {
    const [what, ...details] = JSON.parse(line);
    try {
      const found = await hands[what](...details);
      console.log(JSON.stringify({ answer: what === "ask" ? (found ?? null) : null }));
    } catch (error) {
      console.log(JSON.stringify({ fault: String(error) }));
    }
  }
} finally {
  await browser.close();
}
