// Draws the app's SVG icons as PNG:  node icons.mjs <node_modules> <svg> <png> <pixels> [...]
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, ...jobs] = process.argv.slice(2);
const { Resvg, initWasm } = await import(pathToFileURL(`${modules}/@resvg/resvg-wasm/index.mjs`).href);
await initWasm(readFileSync(`${modules}/@resvg/resvg-wasm/index_bg.wasm`));
while (jobs.length) {
  const [svg, png, pixels] = jobs.splice(0, 3);
  const drawing = new Resvg(readFileSync(svg, "utf8"), { fitTo: { mode: "width", value: Number(pixels) } });
  writeFileSync(png, drawing.render().asPng());
}
