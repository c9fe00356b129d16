// Runs the Crypto contract in Pyodide itself, on node. Arguments: Pyodide's folder, the bundled crypto.js,
// the app's folder, the project's folder, a folder with pure packages. Prints JSON: case → its traceback.
import { pathToFileURL } from "node:url";

const [, , folder, bundle, app, project, packages] = process.argv;
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const { port } = await import(pathToFileURL(bundle));
const python = await loadPyodide({ indexURL: `${folder}/` });
python.registerJsModule("kring_bridge", { crypto: port });
for (const [at, root] of Object.entries({ "/app": app, "/project": project, "/packages": packages })) {
  python.FS.mkdir(at);
  python.FS.mount(python.FS.filesystems.NODEFS, { root }, at);
}
const outcomes = await python.runPythonAsync(`
import json, sys, traceback
sys.dont_write_bytecode = True
sys.path[:0] = ["/app", "/project", "/packages"]
from kring.platform.browser.crypto import BrowserCrypto
from tests.contracts.crypto_suite import CASES

outcomes = {}
for name, case in CASES:
    try:
        await case(BrowserCrypto())
        outcomes[name] = ""
    except BaseException:
        outcomes[name] = traceback.format_exc()
json.dumps(outcomes)
`);
console.log(outcomes);
