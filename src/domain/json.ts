/** The fields of the JSON object in a text; none where it is no such thing. */
export function parseObject(text: string): Record<string, unknown> {
	try {
		return asRecord(JSON.parse(text));
	} catch {
		return {};
	}
}

/** The fields of what was parsed already; none where it is no object. */
export function asRecord(json: unknown): Record<string, unknown> {
	return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : {};
}
