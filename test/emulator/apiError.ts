/** An error response of the service: `{"error":{message,type,param,code}}`, or `{"error":"message"}`. */
export class ApiError extends Error {
	readonly status: number;
	readonly code: string | null;
	/** The wrong field or query parameter. */
	readonly param: string | null;
	readonly shape: "object" | "text";
	/** Headers in addition to the default headers. */
	readonly headers: Readonly<Record<string, string>>;

	constructor(
		status: number,
		message: string,
		details: {
			code?: string | null;
			param?: string | null;
			shape?: "object" | "text";
			headers?: Record<string, string>;
		} = {},
	) {
		super(message);
		this.status = status;
		this.code = details.code ?? null;
		this.param = details.param ?? null;
		this.shape = details.shape ?? "object";
		this.headers = details.headers ?? {};
	}

	get body(): unknown {
		if (this.shape === "text") return { error: this.message };
		const type = this.status >= 500 ? "server_error" : "invalid_request_error";
		return { error: { message: this.message, type, param: this.param, code: this.code } };
	}
}
