import { randomBytes } from "node:crypto";
import { ApiError } from "./apiError.ts";
import { type Actor, AuditLog } from "./auditLog.ts";
import { createRefusal, type Switches } from "./switches.ts";
import { readFirstCertificate } from "./x509.ts";

/** A certificate of the organization. Times are Unix seconds. */
export interface StoredCertificate {
	readonly id: string;
	readonly name: string | null;
	readonly createdAt: number;
	readonly validAt: number;
	readonly expiresAt: number;
	readonly pem: string;
	/** SHA-256 of the DER, lower-case hex. */
	readonly sha256: string;
}

export interface Project {
	readonly id: string;
	readonly name: string;
	readonly createdAt: number;
	readonly archivedAt: number | null;
}

/** A certificate with its status in the requested scope. */
export interface ListedCertificate {
	readonly certificate: StoredCertificate;
	readonly active: boolean;
}

/** A validated change, not yet made. `result` is the state after the change. */
export interface PreparedChange<Result> {
	readonly result: Result;
	/** Makes the change. */
	commit(): Result;
}

/** The organization itself, or the id of a project. */
export type ScopeId = "organization" | (string & {});

interface View {
	readonly certificates: readonly StoredCertificate[];
	readonly active: ReadonlyMap<ScopeId, ReadonlySet<string>>;
}

const DAY = 86_400;

/** An organization and the service's rules, without HTTP. Tests use the same calls behind the client's back. */
export class Organization {
	readonly auditLog = new AuditLog();
	readonly #certificates = new Map<string, StoredCertificate>();
	readonly #projects = new Map<string, Project>();
	readonly #active = new Map<ScopeId, Set<string>>();
	readonly #switches: Switches;
	readonly #now: () => number;
	/** The old state that lists show, and the remaining number of such reads. */
	#stale: { readonly view: View; reads: number } | undefined;

	/** @param now Milliseconds since 1970. */
	constructor(switches: Switches, now: () => number) {
		this.#switches = switches;
		this.#now = now;
	}

	/** Removes all certificates and projects. Keeps the audit log. */
	clear(): void {
		for (const map of [this.#certificates, this.#projects, this.#active]) map.clear();
		this.endStaleReads();
	}

	/** Oldest first. */
	get certificates(): readonly StoredCertificate[] {
		return [...this.#certificates.values()];
	}

	/** Oldest first. */
	get projects(): readonly Project[] {
		return [...this.#projects.values()];
	}

	/** Returns the ids of the certificates that are active in a scope itself, not by inheritance. */
	activeIn(scope: ScopeId): readonly string[] {
		return [...(this.#active.get(scope) ?? [])];
	}

	addProject(name: string, options: { readonly id?: string; readonly archived?: boolean } = {}): Project {
		const project = {
			id: options.id ?? newId("proj"),
			name,
			createdAt: this.#seconds(),
			archivedAt: options.archived ? this.#seconds() : null,
		};
		this.#projects.set(project.id, project);
		return project;
	}

	/** Adds a certificate without validation: expired, too many, with any id or text. */
	put(certificate: Partial<StoredCertificate> = {}): StoredCertificate {
		const now = this.#seconds();
		const stored = {
			id: newId("cert"),
			name: null,
			createdAt: now,
			validAt: now - DAY,
			expiresAt: now + 365 * DAY,
			pem: "",
			sha256: "",
			...certificate,
		};
		this.#certificates.set(stored.id, stored);
		return stored;
	}

	/** @throws ApiError 404 */
	get(id: string): StoredCertificate {
		const certificate = this.#certificates.get(id);
		if (certificate === undefined) throw new ApiError(404, `No certificate found with id '${id}'.`);
		return certificate;
	}

	/** @throws ApiError for an invalid upload. */
	upload(
		upload: { readonly certificate: string; readonly name?: string | null },
		actor: Actor = "dashboard",
	): PreparedChange<StoredCertificate> {
		const name = upload.name ?? null;
		const parsed = this.#validateCertificate(upload.certificate);
		this.#validateName(name);
		if (this.#certificates.size >= this.#switches.certificateLimit) {
			const limit = this.#switches.certificateLimit;
			throw this.#refusal("certificateLimit", `An organization can hold up to ${limit} certificates.`);
		}
		const certificate: StoredCertificate = {
			id: newId("cert"),
			name,
			createdAt: this.#seconds(),
			validAt: parsed.validAt,
			expiresAt: parsed.expiresAt,
			pem: parsed.pem,
			sha256: parsed.sha256,
		};
		return this.#change(certificate, () => {
			this.#certificates.set(certificate.id, certificate);
			this.auditLog.add("certificate.created", [certificate], this.#seconds(), actor);
		});
	}

	/** @throws ApiError 404, or for an invalid name. */
	rename(id: string, name: string | undefined, actor: Actor = "dashboard"): PreparedChange<StoredCertificate> {
		const before = this.get(id);
		if (name === undefined) return this.#change(before, () => {});
		this.#validateName(name, id);
		return this.#change({ ...before, name }, () => {
			const renamed = { ...before, name };
			if (this.#certificates.has(id)) this.#certificates.set(id, renamed);
			this.auditLog.add("certificate.updated", [renamed], this.#seconds(), actor);
		});
	}

	/** @throws ApiError 404, or `certificate_in_use` while the certificate is active in any scope. */
	remove(id: string, actor: Actor = "dashboard"): PreparedChange<StoredCertificate> {
		const certificate = this.get(id);
		const activeScopes = [...this.#active].filter(([, ids]) => ids.has(id)).map(([scope]) => scope);
		if (activeScopes.length > 0) {
			throw this.#refusal(
				"certificateInUse",
				`The certificate is active in ${activeScopes.join(", ")}. Deactivate it first.`,
			);
		}
		return this.#change(certificate, () => {
			this.#certificates.delete(id);
			this.auditLog.add("certificate.deleted", [certificate], this.#seconds(), actor);
		});
	}

	/**
	 * Activates or deactivates either all of the certificates in a scope, or none.
	 * @throws ApiError 404 for a missing certificate or project.
	 */
	setActive(
		scope: ScopeId,
		ids: readonly string[],
		active: boolean,
		actor: Actor = "dashboard",
	): PreparedChange<readonly ListedCertificate[]> {
		const project = scope === "organization" ? undefined : this.project(scope);
		const result = ids.map((id) => ({ certificate: this.get(id), active }));
		return this.#change(result, () => {
			const inScope = this.#active.get(scope) ?? new Set();
			const changed = result.filter(({ certificate }) => inScope.has(certificate.id) !== active);
			for (const id of ids) active ? inScope.add(id) : inScope.delete(id);
			this.#active.set(scope, inScope);
			if (changed.length === 0) return;
			const type = active ? "certificates.activated" : "certificates.deactivated";
			const certificates = changed.map(({ certificate }) => certificate);
			this.auditLog.add(type, certificates, this.#seconds(), actor, project);
		});
	}

	/** @throws ApiError 404 */
	project(id: string): Project {
		const project = this.#projects.get(id);
		if (project === undefined) throw new ApiError(404, `No project found with id '${id}'.`);
		return project;
	}

	/**
	 * Returns the list of a scope, oldest first. Counts as a read of a stale list.
	 * @throws ApiError 404 for a missing project.
	 */
	list(scope: ScopeId): readonly ListedCertificate[] {
		const { projectListInherits, projectListInactive } = this.#switches;
		const isProject = scope !== "organization";
		if (isProject) this.project(scope);
		const { certificates, active } = this.#readView();
		const isActiveIn = (scope: ScopeId, id: string) => active.get(scope)?.has(id) ?? false;
		const listed = certificates.map((certificate) => ({
			certificate,
			active:
				isActiveIn(scope, certificate.id) ||
				(isProject && projectListInherits && isActiveIn("organization", certificate.id)),
		}));
		return isProject && !projectListInactive ? listed.filter((item) => item.active) : listed;
	}

	/** Ends stale reads: lists show the current state again. */
	endStaleReads(): void {
		this.#stale = undefined;
	}

	#validateCertificate(pem: string) {
		const { pemLimit, leafCertificates, duplicateCertificates, uploadField } = this.#switches;
		const invalid = (reason: string) =>
			this.#refusal("certificateInvalid", `Invalid certificate: ${reason}.`, uploadField);
		if (Buffer.byteLength(pem) > pemLimit) throw invalid("it is too long");
		const parsed = readFirstCertificate(pem);
		if (parsed === undefined) throw invalid("it did not validate as PEM");
		if (leafCertificates === "refused" && !parsed.isCa) throw invalid("it is not a certificate authority");
		if (parsed.expiresAt - this.#now() / 1000 <= DAY) {
			throw this.#refusal("certificateExpired", "The certificate has expired or expires within a day.", uploadField);
		}
		const exists = this.certificates.some(({ sha256 }) => sha256 === parsed.sha256);
		if (duplicateCertificates === "refused" && exists) {
			throw this.#refusal("duplicateCertificate", "This certificate was already uploaded.", uploadField);
		}
		return parsed;
	}

	#validateName(name: string | null, ownId?: string): void {
		const { nameLimit, duplicateNames } = this.#switches;
		if (name !== null && [...name].length > nameLimit) {
			throw this.#refusal("nameTooLong", `Invalid 'name': expected at most ${nameLimit} characters.`, "name");
		}
		const isUsed = name !== null && this.certificates.some((other) => other.name === name && other.id !== ownId);
		if (duplicateNames === "refused" && isUsed) {
			throw this.#refusal("duplicateName", "Another certificate has this name.", "name");
		}
	}

	#refusal(kind: Parameters<typeof createRefusal>[1], message: string, param: string | null = null): ApiError {
		return createRefusal(this.#switches, kind, message, param);
	}

	#change<Result>(result: Result, apply: () => void): PreparedChange<Result> {
		return {
			result,
			commit: () => {
				if (this.#switches.staleReads > 0) this.#stale ??= { view: this.#copy(), reads: this.#switches.staleReads };
				apply();
				return result;
			},
		};
	}

	#readView(): View {
		const stale = this.#stale;
		if (stale === undefined) return { certificates: this.certificates, active: this.#active };
		stale.reads -= 1;
		if (stale.reads === 0) this.#stale = undefined;
		return stale.view;
	}

	#copy(): View {
		const active = new Map([...this.#active].map(([scope, ids]) => [scope, new Set(ids)]));
		return { certificates: this.certificates, active };
	}

	#seconds(): number {
		return Math.floor(this.#now() / 1000);
	}
}

function newId(prefix: string): string {
	return `${prefix}_${randomBytes(12).toString("hex")}`;
}
