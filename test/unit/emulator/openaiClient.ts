import assert from "node:assert/strict";
import { type ClientOptions, OpenAI } from "openai";
import type { Emulator } from "../../emulator/emulator.ts";

/** The part of OpenAI's client with all twelve operations. */
export type OrganizationAdmin = OpenAI["admin"]["organization"];

/** Creates OpenAI's own client for an emulator, with default settings. Ignores environment variables. */
export function createOpenAIClient(emulator: Emulator, options: ClientOptions = {}): OpenAI {
	// The client adds these headers to every request. No option prevents this.
	delete process.env.OPENAI_CUSTOM_HEADERS;
	return new OpenAI({
		baseURL: emulator.url,
		adminAPIKey: emulator.adminKey,
		apiKey: null,
		organization: null,
		project: null,
		webhookSecret: null,
		logLevel: "off",
		// No request may go to another server, even if the options above fail.
		fetch: (url, init) => {
			assert.ok(String(url).startsWith(`${emulator.url}/`), String(url));
			return fetch(url, init);
		},
		...options,
	});
}

/** Returns the items of all pages. */
export async function collectAll<Item>(pages: AsyncIterable<Item>): Promise<Item[]> {
	const items: Item[] = [];
	for await (const item of pages) items.push(item);
	return items;
}

export async function collectIds(pages: AsyncIterable<{ readonly id: string }>): Promise<string[]> {
	return (await collectAll(pages)).map(({ id }) => id);
}
