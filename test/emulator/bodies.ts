// Bodies gone wrong, for faults of the kind "rewrite".
import type { Exchange } from "./record.ts";

type Rewrite = (body: unknown, exchange: Exchange) => unknown;

interface ListBody {
	readonly data: readonly Record<string, unknown>[];
}

/** Each page is full of new certificates and says that there are more. For `times: Infinity`. */
export function endlessList(): Rewrite {
	let made = 0;
	return onList((list, exchange) => {
		const limit = Number(new URLSearchParams(exchange.query).get("limit") ?? 20);
		const data = Array.from({ length: limit }, () => ({ ...listItem, id: `cert_endless_${made++}` }));
		return { ...list, data, first_id: data[0]?.id, last_id: data.at(-1)?.id, has_more: true };
	});
}

/** The first page comes again and again, and always names the same next one. For `times: Infinity`. */
export function repeatedPage(): Rewrite {
	let first: ListBody | undefined;
	return onList((list) => {
		first ??= { ...list, has_more: true } as ListBody;
		return first;
	});
}

/** Nothing on the page, and yet there is more. */
export const emptyPageWithMore: Rewrite = onList((list) => ({
	...list,
	data: [],
	first_id: null,
	last_id: null,
	has_more: true,
}));

/** The first item stands on the page twice. */
export const sameIdTwice: Rewrite = onList((list) => ({ ...list, data: [...list.data.slice(0, 1), ...list.data] }));

/** One more item on the page, whatever it is. */
export function withItem(item: unknown): Rewrite {
	return onList((list) => ({ ...list, data: [...list.data, item] }));
}

/** Changes each certificate of an answer, on a list or alone. */
export function eachCertificate(map: (certificate: Record<string, unknown>) => unknown): Rewrite {
	return (body) => {
		const object = body as Record<string, unknown>;
		return Array.isArray(object.data) ? { ...object, data: object.data.map(map) } : map(object);
	};
}

/** Changes the PEM in an answer that carries one; `undefined` leaves it out. */
export function withContent(map: (pem: string) => string | undefined): Rewrite {
	return eachCertificate((certificate) => {
		const details = certificate.certificate_details as { readonly content?: string };
		if (details.content === undefined) return certificate;
		return { ...certificate, certificate_details: { ...details, content: map(details.content) } };
	});
}

/** One PEM block with other columns and line ends. */
export function reflow(pem: string, columns: number, lineEnd: string): string {
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
