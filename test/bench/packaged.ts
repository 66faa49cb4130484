import { packageExtension } from "../vsix.ts";

let packaging: Promise<string> | undefined;

/** Packages the extension as it is now, once a run. @returns the path of the package. */
export function packaged(): Promise<string> {
	packaging ??= packageExtension();
	return packaging;
}
