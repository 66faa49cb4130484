// The rules for imports between the parts of `src`, defined only here.

/** For each part, the parts that it may import. A part is a folder, or a file directly in `src`. */
export const ALLOWED_IMPORTS: Readonly<Record<string, readonly string[]>> = {
	domain: [],
	common: ["domain"],
	openai: ["domain"],
	x509: ["domain"],
	"features/organization": ["domain", "common"],
	"features/connections": ["domain", "common", "features/organization"],
	"features/clientCheck": ["domain", "common", "features/organization", "features/connections"],
	"features/certificates": ["domain", "common", "features/organization"],
	"features/activation": ["domain", "common", "features/organization", "features/clientCheck", "features/certificates"],
	"features/deletion": [
		"domain",
		"common",
		"features/organization",
		"features/clientCheck",
		"features/certificates",
		"features/activation",
	],
	"features/upload": ["domain", "common", "features/organization"],
	"features/rotation": [
		"domain",
		"common",
		"features/organization",
		"features/clientCheck",
		"features/activation",
		"features/deletion",
		"features/upload",
	],
	"features/inspection": ["domain", "common", "features/organization"],
	"features/expiry": ["domain", "common", "features/organization"],
	"features/sidebar": ["domain", "common", "features/organization", "features/upload", "features/rotation"],
	app: ["domain", "common", "features"],
	"backend.ts": ["domain", "common", "features", "app", "openai", "x509"],
	"extension.ts": ["domain", "common", "features", "app", "backend.ts"],
	"inspectCli.ts": ["domain", "common", "x509"],
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
	"inspectCli.ts": ["node:"],
};

/** Files that may import `vscode`. Other files are tested without VS Code, and must not import these files. */
export const MAY_IMPORT_VSCODE = /^(?:extension\.ts|backend\.ts|app\/.*|common\/ui\/.*|features\/[^/]+\/ui\/.*)$/;
