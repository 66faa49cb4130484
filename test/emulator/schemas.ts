import * as v from "valibot";
import { ApiError } from "./apiError.ts";
import type { Switches } from "./switches.ts";

type ObjectSchema = v.GenericSchema<unknown, Record<string, unknown>>;

const limit = v.optional(
	v.pipe(
		v.string(),
		v.regex(/^\d{1,4}$/, "an integer"),
		v.transform(Number),
		v.minValue(1, "at least 1"),
		v.maxValue(100, "at most 100"),
	),
	"20",
);
const after = v.optional(v.pipe(v.string(), v.nonEmpty("an id")));
const certificateIds = v.pipe(v.array(v.string()), v.minLength(1, "at least 1 id"), v.maxLength(10, "at most 10 ids"));

export const noQuery = v.strictObject({});

export const listQuery = v.strictObject({
	limit,
	after,
	order: v.optional(v.picklist(["asc", "desc"], "asc or desc"), "desc"),
});

export const getQuery = v.strictObject({ "include[]": v.optional(v.array(v.picklist(["content"], "content"))) });

export const projectsQuery = v.strictObject({
	limit,
	after,
	include_archived: v.optional(
		v.pipe(
			v.picklist(["true", "false"], "true or false"),
			v.transform((text) => text === "true"),
		),
		"false",
	),
});

export const historyQuery = v.strictObject({
	limit,
	after,
	"event_types[]": v.optional(
		v.array(
			v.picklist(
				[
					"certificate.created",
					"certificate.updated",
					"certificate.deleted",
					"certificates.activated",
					"certificates.deactivated",
				],
				"a certificate event type",
			),
		),
	),
	"resource_ids[]": v.optional(v.array(v.string())),
});

export const activationBody = v.strictObject({ certificate_ids: certificateIds });

export const renameBody = v.strictObject({ name: v.optional(v.string()) });

const uploadBodies = {
	certificate: v.strictObject({ certificate: v.string(), name: v.optional(v.string()) }),
	content: v.strictObject({ content: v.string(), name: v.optional(v.string()) }),
};

/** Parses an upload with the field name that the switches require. */
export function parseUpload(body: unknown, switches: Switches): { certificate: string; name: string | null } {
	const preferredIssue = switches.uploadComplaint;
	if (switches.uploadField === "certificate") {
		const { certificate, name } = parseInput(uploadBodies.certificate, body, preferredIssue);
		return { certificate, name: name ?? null };
	}
	const { content, name } = parseInput(uploadBodies.content, body, preferredIssue);
	return { certificate: content, name: name ?? null };
}

/**
 * Parses a body or query.
 * @throws ApiError 400 that names the wrong field or parameter, never its value.
 */
export function parseInput<Schema extends ObjectSchema>(
	schema: Schema,
	input: unknown,
	preferredIssue: Switches["uploadComplaint"] = "unknown",
): v.InferOutput<Schema> {
	const result = v.safeParse(schema, input);
	if (result.success) return result.output;
	const isPreferred = preferredIssue === "unknown" ? isUnknown : isMissing;
	throw toError(result.issues.find(isPreferred) ?? result.issues[0]);
}

/**
 * Parses a query string. A parameter whose name ends in `[]` may repeat and makes a list; any other must not repeat.
 * @throws ApiError 400 that names the wrong parameter.
 */
export function parseQuery<Schema extends ObjectSchema>(schema: Schema, query: URLSearchParams): v.InferOutput<Schema> {
	const input: Record<string, unknown> = {};
	for (const name of new Set(query.keys())) {
		const values = query.getAll(name);
		if (name.endsWith("[]")) input[name] = values;
		else if (values.length === 1) input[name] = values[0];
		else throw new ApiError(400, `Duplicate parameter: '${name}'.`, { param: name });
	}
	return parseInput(schema, input);
}

function isUnknown(issue: v.BaseIssue<unknown>): boolean {
	return issue.type === "strict_object" && issue.expected === "never";
}

function isMissing(issue: v.BaseIssue<unknown>): boolean {
	return issue.type === "strict_object" && issue.received === "undefined";
}

function toError(issue: v.BaseIssue<unknown>): ApiError {
	const [field] = issue.path ?? [];
	if (field === undefined)
		return new ApiError(400, "We could not parse the JSON body of your request: expected an object.");
	const param = String(field.key);
	if (isUnknown(issue)) {
		return new ApiError(400, `Unknown parameter: '${param}'.`, { param, code: "unknown_parameter" });
	}
	if (isMissing(issue)) {
		return new ApiError(400, `Missing required parameter: '${param}'.`, { param, code: "missing_required_parameter" });
	}
	const expected =
		issue.kind === "schema" && issue.type !== "picklist" ? `a value of type ${issue.expected}` : issue.message;
	return new ApiError(400, `Invalid value for '${param}': expected ${expected}.`, { param, code: "invalid_value" });
}
