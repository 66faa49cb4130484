/** Parses a JSON object; returns `{}` if the text is not a JSON object. */
export function parseObject(text: string): Record<string, unknown> {
	try {
		return asRecord(JSON.parse(text));
	} catch {
		return {};
	}
}

/** Returns a parsed value as a record; `{}` if the value is not an object. */
export function asRecord(value: unknown): Record<string, unknown> {
	return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
