import type { Emulator } from "../../emulator/emulator.ts";

/** The possible fields of a response's body. */
export interface ReplyBody {
	readonly object?: string;
	readonly id?: string;
	readonly name?: string | null;
	readonly active?: boolean;
	readonly created_at?: number;
	readonly certificate_details?: { readonly valid_at: number; readonly expires_at: number; readonly content?: string };
	readonly data?: readonly ReplyBody[];
	readonly first_id?: string | null;
	readonly last_id?: string | null;
	readonly has_more?: boolean;
	readonly status?: string;
	readonly type?: string;
	readonly error?: {
		readonly message: string;
		readonly type: string;
		readonly param: string | null;
		readonly code: string | null;
	};
	readonly [field: string]: unknown;
}

export interface Reply {
	readonly status: number;
	readonly headers: Headers;
	readonly body: ReplyBody;
}

export interface CallOptions {
	/** Sent as JSON; a string is sent unchanged. */
	readonly body?: unknown;
	readonly key?: string;
	readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a real request to an emulator. @param target Method and path below `/v1/organization`. */
export async function call(emulator: Emulator, target: string, options: CallOptions = {}): Promise<Reply> {
	const [method = "", path = ""] = target.split(" ");
	const { body, key = emulator.adminKey, headers } = options;
	const response = await fetch(`${emulator.url}/organization${path}`, {
		method,
		redirect: "manual",
		headers: {
			authorization: `Bearer ${key}`,
			...(body === undefined ? {} : { "content-type": "application/json" }),
			...headers,
		},
		...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
	});
	return { status: response.status, headers: response.headers, body: (await response.json()) as ReplyBody };
}

export function idsOf({ body }: Reply): (string | undefined)[] {
	return (body.data ?? []).map(({ id }) => id);
}
