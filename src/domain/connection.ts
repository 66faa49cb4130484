import type { KeyFlaw } from "./failure.ts";

/** One organization as this extension reaches it. It is kept whole, as one secret; what is remembered is keyed by `id`. */
export interface Connection {
	/** Random, and new for each key that may belong to another organization. */
	readonly id: string;
	/** What the person called it. */
	readonly label: string;
	/** The only origin that the key is ever sent to. */
	readonly origin: string;
	readonly key: string;
}

const LONGEST_KEY = 1024;

/** What keeps a typed text from being an admin key, or `null`. Blanks around it do not count. */
export function keyFlaw(text: string): KeyFlaw | null {
	const key = text.trim();
	if (key === "") return "blank";
	if (key.length > LONGEST_KEY) return "too-long";
	if (/\s/.test(key)) return "space-inside";
	return /^[\x21-\x7e]+$/.test(key) ? null : "not-ascii";
}

/**
 * What a key's first letters say about it: a hint, not proof, since the service does not document the form.
 * `emulator` is what this project's own emulator hands out.
 */
export function keyKind(key: string): "admin" | "project" | "service-account" | "emulator" | "other" {
	if (key.startsWith("sk-admin-")) return "admin";
	if (key.startsWith("sk-proj-")) return "project";
	if (key.startsWith("sk-svcacct-")) return "service-account";
	return key.startsWith("sk-emulator-") ? "emulator" : "other";
}

/** Reads a stored secret; `null` for anything that is not a whole connection, which is then as good as none. */
export function parseConnection(secret: string | undefined): Connection | null {
	if (secret === undefined) return null;
	try {
		const { id, label, origin, key } = JSON.parse(secret) as Record<string, unknown>;
		if (![id, label, origin, key].every((part) => typeof part === "string" && part !== "")) return null;
		return URL.canParse(origin as string) ? ({ id, label, origin, key } as Connection) : null;
	} catch {
		return null;
	}
}
