import { type Certificate, isCertificateId } from "../domain/certificate.ts";
import { Failure } from "../domain/failure.ts";
import { fieldsIn } from "../domain/json.ts";
import type { PendingUpload } from "../domain/pendingUpload.ts";
import { ORGANIZATION_REF } from "./organizationRef.ts";
import type { RecordFormat } from "./records.ts";

/** That an attempt arrived, and as what. */
export interface Arrival {
	readonly certificates: readonly Certificate[];
	/** When it was known, Unix milliseconds. */
	readonly at: number;
}

/** Which attempt a file is about. */
export type AttemptKey = Pick<PendingUpload, "organizationRef" | "sha256" | "attempt">;

/** Of an attempt: itself; that it arrived; or what is left of one that counts no more, which keeps its number from coming back. */
type Kind = "attempt" | "arrival" | "closed";

export interface FileName extends AttemptKey {
	readonly kind: Kind;
}

const ENDINGS: Readonly<Record<Kind, string>> = { attempt: "", arrival: ".uploaded", closed: ".closed" };
const NAME = new RegExp(`^(${ORGANIZATION_REF})\\.([0-9a-f]{64})\\.([1-9][0-9]{0,8})(|\\.uploaded|\\.closed)\\.json$`);

/** What a file of this name is about; `null` for one that is not ours. */
export function parseFileName(name: string): FileName | null {
	const [, organizationRef, sha256, attempt, ending] = NAME.exec(name) ?? [];
	if (organizationRef === undefined || sha256 === undefined) return null;
	const kind = ending === ENDINGS.closed ? "closed" : ending === ENDINGS.arrival ? "arrival" : "attempt";
	return { organizationRef, sha256, attempt: Number(attempt), kind };
}

/** The name of a file. @throws Failure `not-recorded` where a part of it could lead elsewhere */
export function fileName({ organizationRef, sha256, attempt }: AttemptKey, kind: Kind): string {
	const name = `${organizationRef}.${sha256}.${attempt}${ENDINGS[kind]}.json`;
	if (NAME.test(name)) return name;
	throw new Failure({ reason: "not-recorded", code: null });
}

/** The files of attempts. Version 0 named the organization `connectionId` at first. */
export const ATTEMPTS: RecordFormat<PendingUpload> = {
	version: 1,
	parse: (fields, fileName) => {
		const file = parseFileName(fileName);
		const {
			connectionId,
			organizationRef = connectionId,
			name,
			pem,
			startedAt,
			idsBefore,
			servedBefore,
			owner,
		} = fields;
		if (file?.kind !== "attempt") return null;
		const { sha256, attempt } = file;
		if (organizationRef !== file.organizationRef || fields.sha256 !== sha256 || fields.attempt !== attempt) return null;
		if (!isText(name) || !isText(pem) || !isText(owner) || !isTime(startedAt)) return null;
		if (!(idsBefore === null || (Array.isArray(idsBefore) && idsBefore.every(isCertificateId)))) return null;
		if (!(servedBefore === null || isTime(servedBefore))) return null;
		return {
			organizationRef: file.organizationRef,
			sha256,
			attempt,
			name,
			pem,
			startedAt,
			idsBefore,
			servedBefore,
			owner,
		};
	},
};

/** The files that say what became of attempts. */
export const ARRIVALS: RecordFormat<Arrival> = {
	version: 1,
	parse: ({ certificates, at }) => {
		if (!isTime(at) || !Array.isArray(certificates)) return null;
		const read = certificates.map(certificateIn);
		return read.every((certificate) => certificate !== null) ? { certificates: read, at } : null;
	},
};

function certificateIn(json: unknown): Certificate | null {
	const { id, name, createdAt, validAt, expiresAt, active } = fieldsIn(json);
	const times = [createdAt, validAt, expiresAt];
	if (!isCertificateId(id) || !(name === null || isText(name))) return null;
	if (!times.every((time) => time === null || isTime(time))) return null;
	if (!(active === undefined || typeof active === "boolean")) return null;
	return { id, name, createdAt, validAt, expiresAt, active } as Certificate;
}

function isText(value: unknown): value is string {
	return typeof value === "string";
}

function isTime(value: unknown): value is number {
	return typeof value === "number" && Number.isFinite(value);
}
