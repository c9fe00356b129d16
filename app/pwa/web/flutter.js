// Starts Flutter with everything from this origin; `flet` is the configuration its Dart side reads.

let resolveLoaded;
globalThis.flet = {
  pyodide: true,
  multiView: false,
  noCdn: true,
  webSocketEndpoint: "/ws",
  entrypointBaseUrl: "/",
  assetBase: "/",
  routeUrlStrategy: "hash",
  canvasKitBaseUrl: "/canvaskit/",
  fontFallbackBaseUrl: "/fonts/",
  pyodideUrl: "/pyodide/pyodide.mjs",
  webRenderer: "canvaskit",
  appPackageUrl: "",
  pythonModuleName: "main",
  flutterAppLoaded: new Promise((resolve) => (resolveLoaded = resolve)),
};

const config = {
  renderer: "canvaskit",
  canvasKitVariant: Intl.v8BreakIterator ? "chromium" : "full", // as sw.js keeps it
  entrypointBaseUrl: "/",
  assetBase: "/",
  canvasKitBaseUrl: flet.canvasKitBaseUrl,
  fontFallbackBaseUrl: flet.fontFallbackBaseUrl,
};

function script(source) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement("script"), { src: source, async: true });
    element.onload = resolve;
    element.onerror = () => reject(new Error(source));
    document.head.append(element);
  });
}

export const firstFrame = new Promise((resolve) => {
  addEventListener("flutter-first-frame", resolve, { once: true });
});

// Flutter takes the focus when it stands, in the middle of a passphrase: what is inert cannot.
let revealed = false;
const arrival = new MutationObserver(() => {
  const view = document.querySelector("flutter-view");
  if (!view) return;
  view.inert = !revealed;
  arrival.disconnect();
});

export function reveal() {
  revealed = true;
  const view = document.querySelector("flutter-view");
  if (view) view.inert = false;
}

export async function start() {
  arrival.observe(document.body, { childList: true });
  await script("flutter.js");
  _flutter.buildConfig = __FLUTTER_BUILD__;
  await _flutter.loader.load({
    config,
    onEntrypointLoaded: async (initializer) => {
      const engine = await initializer.initializeEngine(config);
      flet.flutterApp = await engine.runApp();
      resolveLoaded(flet.flutterApp);
    },
  });
}
