/* Compile Python files with Pyodide's own Python and pack them into one archive, run by Node:

       npm run pack -- JOB.json

   JOB: {archive, compiled, files}. files: a list of {name, source, how}; name is the place in the
   archive, how is "compile", "bare" (compiled without docstrings) or "keep". compiled: a folder
   that keeps what "bare" gave, for the next time. Prints the versions that it ran with, as JSON.
   The same files give the same bytes: no clock, no order of a folder, no compression of the host. */
"use strict";
const { readFileSync } = require("node:fs");
const path = require("node:path");
const { loadPyodide } = require("pyodide");

const PACK = `
import ast, importlib._bootstrap_external as external, json, os, sys, warnings, zipfile

warnings.simplefilter("ignore")  # of the sources of others

def bare(tree):
    """Take the docstrings out; asserts stay, for SymPy catches some of its own."""
    for node in ast.walk(tree):
        inner = getattr(node, "body", None)
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if ast.get_docstring(node, clean=False) is not None:
            node.body = inner[1:] or [ast.copy_location(ast.Pass(), inner[0])]
    return tree

def code(file, keep):
    with open("/host" + file["source"], "rb") as source:
        text = source.read()
    if file["how"] == "keep":
        return text
    tree = ast.parse(text, file["name"])
    made = compile(bare(tree) if file["how"] == "bare" else tree, file["name"], "exec",
                   dont_inherit=True, optimize=0)
    return external._code_to_hash_pyc(made, bytes(8), False)  # no look at the source, no date

def kept(file, folder):
    """As code, of what is compiled only once."""
    path = f"/host{folder}/{file['name']}c"
    if file["how"] != "bare":
        return code(file, folder)
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".part", "wb") as target:
            target.write(code(file, folder))
        os.replace(path + ".part", path)
    with open(path, "rb") as found:
        return found.read()

with zipfile.ZipFile("/host" + job["archive"], "w") as archive:
    for file in job["files"]:
        end = "" if file["how"] == "keep" else "c"
        info = zipfile.ZipInfo(file["name"] + end, (1980, 1, 1, 0, 0, 0))
        info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
        archive.writestr(info, kept(file, job["compiled"]), compresslevel=9)

json.dumps({"python": sys.version.split()[0], "copyright": sys.copyright})
`;

async function main(file) {
  const job = JSON.parse(readFileSync(file, "utf8"));
  const python = await loadPyodide({ env: { PYTHONHASHSEED: "0" } });
  const { root } = path.parse(process.cwd());
  python.FS.mkdirTree("/host");
  python.mountNodeFS("/host", root);
  python.globals.set("job", python.toPy(job));
  console.log(python.runPython(PACK));
}

main(process.argv[2]).catch((error) => {
  console.error(String(error.message ?? error).trim().split("\n").at(-1));
  process.exit(1);
});
