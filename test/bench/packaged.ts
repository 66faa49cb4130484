import { packageExtension } from "../vsix.ts";

let packaging: Promise<string> | undefined;

/** Packages the extension once per run. @returns the path of the package. */
export function packageOnce(): Promise<string> {
	packaging ??= packageExtension();
	return packaging;
}
