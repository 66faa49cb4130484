// Validates HTTP exchanges against OpenAI's own OpenAPI document.
import { readFile } from "node:fs/promises";
import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

/** A request and its response, as the emulator records them. */
export interface WireExchange {
	readonly method: string;
	readonly path: string;
	/** Without the question mark. */
	readonly query: string;
	readonly requestBody: string;
	readonly status: number | null;
	readonly responseBody: string;
}

interface ValidationResult {
	/** True if the contract describes a response of this status. */
	readonly documented: boolean;
	/** Violations; each begins with the invalid part. */
	readonly errors: readonly string[];
}

export interface Contract {
	validate(exchange: WireExchange): ValidationResult;
}

type Json = Record<string, unknown>;

interface Parameter {
	readonly name: string;
	readonly in: string;
	readonly required?: boolean;
	readonly schema: Json;
}

interface Body {
	readonly required?: boolean;
	readonly content?: Record<string, { readonly schema: Json } | undefined>;
}

interface ContractOperation {
	readonly parameters?: readonly Parameter[];
	readonly requestBody?: Body;
	readonly responses: Record<string, Body | undefined>;
}

/**
 * Opens an OpenAPI 3.0 or 3.1 document.
 * @param path A YAML or JSON file.
 * @throws Error for another version, or if the file cannot be read.
 */
export async function openContract(path: string): Promise<Contract> {
	const document = parse(await readFile(path, "utf8")) as Json;
	const version = String(document.openapi);
	if (!/^3\.[01]\./.test(version)) throw new Error(`The contract is OpenAPI ${version}; 3.0 or 3.1 is needed.`);
	return new OpenApiContract(version.startsWith("3.0") ? (upgrade(document) as Json) : document);
}

class OpenApiContract implements Contract {
	readonly #document: Json;
	readonly #ajv: Ajv2020;
	readonly #basePath: string;
	readonly #compiled = new Map<Json, ValidateFunction>();

	constructor(document: Json) {
		this.#document = document;
		this.#ajv = new Ajv2020({ strict: false, allErrors: true });
		addFormats.default(this.#ajv);
		this.#ajv.addFormat("unixtime", { type: "number", validate: (value) => Number.isInteger(value) && value >= 0 });
		this.#ajv.addSchema({ ...document, $id: "contract" });
		const [server] = (document.servers ?? []) as readonly { readonly url: string }[];
		this.#basePath = server === undefined ? "" : new URL(server.url, "http://localhost").pathname.replace(/\/$/, "");
	}

	validate(exchange: WireExchange): ValidationResult {
		const operation = this.#find(exchange);
		if (operation === undefined) return { documented: false, errors: [] };
		const response = exchange.status === null ? undefined : this.#responseOf(operation, exchange.status);
		// A refused request need not be valid.
		const requestErrors = (exchange.status ?? 0) < 400 ? this.#validateRequest(operation, exchange) : [];
		const responseErrors = response ? this.#validateBody("response", response, exchange.responseBody) : [];
		return { documented: response !== undefined, errors: [...requestErrors, ...responseErrors] };
	}

	/** Returns the operation whose path matches with the fewest parameters. */
	#find({ method, path }: WireExchange): ContractOperation | undefined {
		if (!path.startsWith(`${this.#basePath}/`)) return undefined;
		const parts = path.slice(this.#basePath.length).split("/");
		const paths = this.#document.paths as Record<string, Json>;
		const [best] = Object.keys(paths)
			.filter((template) => {
				const expectedParts = template.split("/");
				return (
					expectedParts.length === parts.length &&
					expectedParts.every((part, index) => part.startsWith("{") || part === parts[index])
				);
			})
			.sort((one, other) => one.split("{").length - other.split("{").length);
		const operation = best === undefined ? undefined : paths[best]?.[method.toLowerCase()];
		return operation as ContractOperation | undefined;
	}

	#responseOf(operation: ContractOperation, status: number): Body | undefined {
		const { responses } = operation;
		const response = responses[status] ?? responses[`${Math.floor(status / 100)}XX`] ?? responses.default;
		return response && (this.#resolve(response) as Body);
	}

	#validateRequest(operation: ContractOperation, { query, requestBody }: WireExchange): string[] {
		const queryErrors = this.#validateQuery(operation.parameters ?? [], new URLSearchParams(query));
		if (operation.requestBody === undefined) {
			return requestBody === "" ? queryErrors : [...queryErrors, "request: a body where none is documented"];
		}
		const body = this.#resolve(operation.requestBody) as Body;
		if (requestBody === "" && body.required !== true) return queryErrors;
		return [...queryErrors, ...this.#validateBody("request", body, requestBody)];
	}

	/** Accepts list names with or without `[]`: the document uses `include`, its example and the SDKs `include[]`. */
	#validateQuery(parameters: readonly Parameter[], query: URLSearchParams): string[] {
		const known = parameters.map((each) => this.#resolve(each) as unknown as Parameter);
		const errors: string[] = [];
		const bareName = (name: string) => name.replace(/\[\]$/, "");
		const sent = new Set([...query.keys()].map(bareName));
		for (const parameter of known.filter((each) => each.in === "query")) {
			const name = bareName(parameter.name);
			if (!sent.delete(name)) {
				if (parameter.required) errors.push(`query ${name}: missing`);
				continue;
			}
			const schema = this.#resolve(parameter.schema);
			const texts = [...query.getAll(name), ...query.getAll(`${name}[]`)];
			const value = schema.type === "array" ? texts : fromText(texts[0] ?? "", schema.type);
			errors.push(...this.#validateValue(`query ${name}`, schema, value));
		}
		return [...errors, ...[...sent].map((name) => `query ${name}: not documented`)];
	}

	#validateBody(part: string, body: Body, text: string): string[] {
		const schema = body.content?.["application/json"]?.schema;
		if (schema === undefined) return [];
		try {
			return this.#validateValue(part, schema, JSON.parse(text));
		} catch {
			return [`${part}: not JSON`];
		}
	}

	#validateValue(part: string, schema: Json, value: unknown): string[] {
		let validate = this.#compiled.get(schema);
		if (validate === undefined) {
			validate = this.#ajv.compile({ $id: `contract-${this.#compiled.size}`, ...absolute(schema) });
			this.#compiled.set(schema, validate);
		}
		if (validate(value)) return [];
		return (validate.errors ?? []).map((error) => `${part}${error.instancePath}: ${error.message}`);
	}

	#resolve(object: object): Json {
		const reference = (object as Json).$ref;
		if (typeof reference !== "string") return object as Json;
		const parts = reference.replace(/^#\//, "").split("/");
		let found: unknown = this.#document;
		for (const segment of parts) found = (found as Json)[segment.replaceAll("~1", "/").replaceAll("~0", "~")];
		return this.#resolve(found as object);
	}
}

/** Makes a schema's references absolute, so that a separately compiled schema refers to the document. */
function absolute(schema: Json): Json {
	const text = JSON.stringify(schema, (key, value) =>
		key === "$ref" && typeof value === "string" && value.startsWith("#") ? `contract${value}` : value,
	);
	return JSON.parse(text) as Json;
}

function fromText(text: string, type: unknown): unknown {
	if (type === "integer" || type === "number") return text.trim() === "" ? text : Number(text);
	if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
	return text;
}

/** Converts OpenAPI 3.0's `nullable` and boolean bounds into JSON Schema 2020-12, which 3.1 uses. */
function upgrade(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(upgrade);
	if (typeof value !== "object" || value === null) return value;
	const { nullable, ...rest } = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, upgrade(item)]));
	for (const [bound, exclusive] of [
		["minimum", "exclusiveMinimum"],
		["maximum", "exclusiveMaximum"],
	] as const) {
		if (typeof rest[exclusive] !== "boolean") continue;
		if (rest[exclusive]) {
			rest[exclusive] = rest[bound];
			delete rest[bound];
		} else delete rest[exclusive];
	}
	if (nullable === true) return { anyOf: [rest, { type: "null" }] };
	// Not the keyword, but for example a property of this name.
	return nullable === undefined || nullable === false ? rest : { ...rest, nullable };
}
