// The entry point of every script in package.json: installs the locked packages and Node 24, then runs
// test/tasks/TASK.ts. Must be plain JavaScript without dependencies, since the script runs in a bare clone on Node 20.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installNode, installPackages } from "./vscode/install.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const [task, ...args] = process.argv.slice(2);
installPackages();
const child = spawn(installNode(24), [join(here, `tasks/${task}.ts`), ...args], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 1 : code));
