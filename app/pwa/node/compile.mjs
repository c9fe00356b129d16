// Compiles a tree of Python sources with the browser's own Python, under node, into the bundle's zips.
//   node compile.mjs <pyodide folder> <tree> <out folder> [with-tests]
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const [pyodideFolder, tree, out] = process.argv.slice(2, 5).map((path) => resolve(path));
const withTests = process.argv[5] === "with-tests";
const { loadPyodide } = await import(pathToFileURL(`${pyodideFolder}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: `${pyodideFolder}/` });
python.mountNodeFS("/tree", tree);
const pack = python.runPython(`
import importlib.util, io, marshal, os, zipfile

STILL = (1980, 1, 1, 0, 0, 0)  # equal input gives an equal zip

def without_lines(code):
    "Line numbers are a fifth of the bytes; in others' code a traceback can do without."
    inner = tuple(without_lines(const) if hasattr(const, "co_linetable") else const for const in code.co_consts)
    whole, rest = divmod(len(code.co_code) // 2, 8)  # "no location", for up to eight instructions at a time
    table = bytes([0b1_1111_111]) * whole + (bytes([0b1_1111_000 | rest - 1]) if rest else b"")
    return code.replace(co_linetable=table, co_consts=inner)

def bytecode(path, name):
    with open(path, "rb") as file:
        source = file.read()
    code = compile(source, "/" + name, "exec", dont_inherit=True, optimize=2)
    if not name.startswith(("kring/", "main.py")):
        code = without_lines(code)
    flags = 0b01.to_bytes(4, "little")  # by hash, never checked: the source is not there
    return importlib.util.MAGIC_NUMBER + flags + importlib.util.source_hash(source) + marshal.dumps(code)

def pack():
    modules, inside, native = io.BytesIO(), io.BytesIO(), {}
    with zipfile.ZipFile(modules, "w") as zipped, zipfile.ZipFile(inside, "w") as files:
        for folder, below, names in os.walk("/tree"):
            below.sort()
            for file in sorted(names):
                path = os.path.join(folder, file)
                name = os.path.relpath(path, "/tree")
                data = open(path, "rb").read()
                if file.endswith(".so"):
                    native[file.partition(".")[0] + ".so"] = data
                elif name.startswith(("tests/", "kring_inside/")):  # tests read their vectors as real files
                    files.writestr(zipfile.ZipInfo(name, STILL), data)
                elif file.endswith(".py"):
                    zipped.writestr(zipfile.ZipInfo(name + "c", STILL), bytecode(path, name))
                else:
                    zipped.writestr(zipfile.ZipInfo(name, STILL), data)
    return modules.getvalue(), inside.getvalue(), native

pack
`);
const [modules, inside, native] = pack().toJs();
writeFileSync(`${out}/python.zip`, modules);
if (withTests) writeFileSync(`${out}/inside.zip`, inside);
mkdirSync(`${out}/native`);
for (const [name, data] of Object.entries(native)) writeFileSync(`${out}/native/${name}`, data);

// Start what was just made and import all of the app, so that nothing that it needs was left out.
const { info } = JSON.parse(readFileSync(`${pyodideFolder}/pyodide-lock.json`, "utf8"));
const started = await loadPyodide({
  indexURL: `${pyodideFolder}/`,
  stdLibURL: `${out}/python.zip`,
  lockFileContents: { info, packages: {} },
  packageBaseUrl: out,
});
const missing = started.runPython(`
import importlib, zipfile

BROWSER = {"js", "pyodide_js", "kring_bridge", "flet_js"}

def missing():
    import flet, kring
    with zipfile.ZipFile(kring.__file__.partition(".zip")[0] + ".zip") as modules:
        names = [name for name in modules.namelist() if name.startswith("kring/") and name.endswith(".pyc")]
    names = [name for name in names if not name.startswith("kring/platform/browser/")]
    wanted = [name[:-4].replace("/", ".").removesuffix(".__init__") for name in names]
    wanted += ["asyncio", "cbor2", "segno", "sqlite_utils", "msgpack", "flet.messaging.session"]
    found = set()
    for name in wanted:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            found.add(f"{name}: {error.name}") if error.name not in BROWSER else None
    for name in flet.__all__:
        getattr(flet, name)
    return sorted(found)

missing()
`).toJs();
if (missing.length) {
  console.error(missing.join("\n"));
  process.exit(1);
}
