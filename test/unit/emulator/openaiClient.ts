import assert from "node:assert/strict";
import { type ClientOptions, OpenAI } from "openai";
import type { Emulator } from "../../emulator/emulator.ts";

/** What the client calls the organization's administration: where all twelve operations are. */
export type Administration = OpenAI["admin"]["organization"];

/** Opens OpenAI's own client on an emulator, with its usual settings. It takes nothing from the environment. */
export function connect(emulator: Emulator, options: ClientOptions = {}): OpenAI {
	// The client adds these headers to every request, and no option keeps it from them.
	delete process.env.OPENAI_CUSTOM_HEADERS;
	return new OpenAI({
		baseURL: emulator.url,
		adminAPIKey: emulator.adminKey,
		apiKey: null,
		organization: null,
		project: null,
		webhookSecret: null,
		logLevel: "off",
		// Whatever becomes of the options above, no request goes anywhere else.
		fetch: (url, init) => {
			assert.ok(String(url).startsWith(`${emulator.url}/`), String(url));
			return fetch(url, init);
		},
		...options,
	});
}

/** Everything that the client finds, page after page. */
export async function all<Item>(pages: AsyncIterable<Item>): Promise<Item[]> {
	const items: Item[] = [];
	for await (const item of pages) items.push(item);
	return items;
}

export async function idsOf(pages: AsyncIterable<{ readonly id: string }>): Promise<string[]> {
	return (await all(pages)).map(({ id }) => id);
}
