// Malformed response bodies, for faults of the kind "rewrite".
import type { Exchange } from "./record.ts";

type Rewrite = (body: unknown, exchange: Exchange) => unknown;

interface ListBody {
	readonly data: readonly Record<string, unknown>[];
}

/** Fills each page with new certificates and always reports more. For `times: Infinity`. */
export function endlessList(): Rewrite {
	let count = 0;
	return onList((list, exchange) => {
		const limit = Number(new URLSearchParams(exchange.query).get("limit") ?? 20);
		const data = Array.from({ length: limit }, () => ({ ...listItem, id: `cert_endless_${count++}` }));
		return { ...list, data, first_id: data[0]?.id, last_id: data.at(-1)?.id, has_more: true };
	});
}

/** Repeats the first page, always with the same cursor. For `times: Infinity`. */
export function repeatedPage(): Rewrite {
	let first: ListBody | undefined;
	return onList((list) => {
		first ??= { ...list, has_more: true } as ListBody;
		return first;
	});
}

/** Returns an empty page that reports more. */
export const emptyPageWithMore: Rewrite = onList((list) => ({
	...list,
	data: [],
	first_id: null,
	last_id: null,
	has_more: true,
}));

/** Repeats the first item of the page. */
export const repeatedItem: Rewrite = onList((list) => ({ ...list, data: [...list.data.slice(0, 1), ...list.data] }));

/** Appends an item of any shape to the page. */
export function appendItem(item: unknown): Rewrite {
	return onList((list) => ({ ...list, data: [...list.data, item] }));
}

/** Changes each certificate of a response, in a list or alone. */
export function mapCertificates(map: (certificate: Record<string, unknown>) => unknown): Rewrite {
	return (body) => {
		const object = body as Record<string, unknown>;
		return Array.isArray(object.data) ? { ...object, data: object.data.map(map) } : map(object);
	};
}

/** Changes the PEM of each certificate that has a PEM; `undefined` omits the PEM. */
export function mapContent(map: (pem: string) => string | undefined): Rewrite {
	return mapCertificates((certificate) => {
		const details = certificate.certificate_details as { readonly content?: string };
		if (details.content === undefined) return certificate;
		return { ...certificate, certificate_details: { ...details, content: map(details.content) } };
	});
}

/** Rewraps a PEM block with other columns and line ends. */
export function rewrapPem(pem: string, columns: number, lineEnd: string): string {
	const [first = "", ...rest] = pem.trimEnd().split("\n");
	const last = rest.pop() ?? "";
	const lines = rest.join("").match(new RegExp(`.{1,${columns}}`, "g")) ?? [];
	return [first, ...lines, last, ""].join(lineEnd);
}

const listItem = {
	object: "organization.certificate",
	name: null,
	created_at: 1_700_000_000,
	certificate_details: { valid_at: 1_700_000_000, expires_at: 4_000_000_000 },
	active: false,
};

function onList(change: (list: ListBody, exchange: Exchange) => unknown): Rewrite {
	return (body, exchange) => change(body as ListBody, exchange);
}
