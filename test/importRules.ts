// The rules for imports between the parts of `src`, defined only here.

/** Returns the parts that a feature may import: what all features may, and some other features. */
function feature(...others: readonly string[]): readonly string[] {
	return ["domain", "common", "features/organization", ...others.map((name) => `features/${name}`)];
}

/**
 * For each part, the other parts whose files it may import, or single files of them. A part is a folder, or a file
 * directly in `src`.
 */
export const ALLOWED_IMPORTS: Readonly<Record<string, readonly string[]>> = {
	domain: [],
	common: ["domain"],
	openai: ["domain", "x509/keyDerivation.ts"],
	x509: ["domain"],
	"features/organization": ["domain", "common"],
	"features/connections": feature(),
	"features/clients": feature(),
	"features/clientSetup": feature(),
	"features/clientCheck": feature("clients", "clientSetup", "connections"),
	"features/issuing": feature("clients", "clientSetup", "connections", "clientCheck"),
	"features/clientImpact": feature("clients", "clientCheck"),
	"features/certificates": feature(),
	"features/activation": feature("clientCheck", "clientImpact", "certificates"),
	"features/deletion": feature("clientCheck", "clientImpact", "certificates", "activation"),
	"features/upload": feature(),
	"features/rotation": feature("clientCheck", "clientImpact", "activation", "deletion", "upload"),
	"features/inspection": feature(),
	"features/expiry": feature("clients"),
	"features/sidebar": feature("clients", "clientCheck", "upload", "rotation"),
	app: ["domain", "common", "features"],
	"backend.ts": ["domain", "common", "features", "app", "openai", "x509"],
	"extension.ts": ["domain", "common", "features", "app", "backend.ts"],
	cli: ["domain", "common", "x509"],
};

/** Packages and Node modules that a part may import. `node:` means all of Node's modules. */
export const ALLOWED_PACKAGES: Readonly<Record<string, readonly string[]>> = {
	domain: [],
	common: ["node:", "@vscode/l10n"],
	openai: ["node:", "undici/", "valibot"],
	x509: ["node:", "@peculiar/x509", "reflect-metadata/lite"],
	features: ["node:", "@vscode/l10n"],
	app: ["node:", "@vscode/l10n"],
	"backend.ts": ["node:"],
	"extension.ts": ["@vscode/l10n"],
	cli: ["node:"],
};

/** Files that may import `vscode`. Other files are tested without VS Code, and must not import these files. */
export const MAY_IMPORT_VSCODE = /^(?:extension\.ts|backend\.ts|app\/.*|common\/ui\/.*|features\/[^/]+\/ui\/.*)$/;

/** True if a path is a part itself, or a file or part below it. */
export function isBelow(path: string, part: string): boolean {
	return path === part || path.startsWith(`${part}/`);
}
