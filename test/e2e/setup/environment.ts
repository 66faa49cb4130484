// The runner's parameters for the interface tests: VS Code's version, the package, the folder for screenshots.
import { join } from "node:path";
import { root } from "../../vscode/install.mjs";
import type { VSCodeVersion } from "../../vscode/server.ts";
import { VSIX_PATH } from "../../vsix.ts";

const version = (process.env.VSCODE_VERSION ?? "1.139") as VSCodeVersion;

export const environment = { version, vsix: VSIX_PATH, pictures: join(root, "out/pictures", version) };
