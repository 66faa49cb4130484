import type { Certificate, CertificateListing } from "../../domain/certificate.ts";

/** For how long a list may not show what was just written, in milliseconds; the service does not say. */
export const STALE_LIST_MS = 120_000;

/** What a call did to a certificate in one scope. */
export type Write =
	| { readonly kind: "added"; readonly certificate: Certificate }
	/** `certificate` as the call returned it; `field` is what it changed. */
	| { readonly kind: "changed"; readonly certificate: Certificate; readonly field: Field }
	| { readonly kind: "removed"; readonly id: string }
	/** Its answer was lost: only a list can tell `field` from now on, or by `null` whether it is still there. */
	| { readonly kind: "unknown"; readonly id: string; readonly field: Field | null };

type Field = "name" | "active";

interface Entry {
	/** `null` once it is removed. */
	readonly certificate: Certificate | null;
	/** Whether it stays in the list until a list shows it. */
	readonly added: boolean;
	/** What counts in place of the list's own word. */
	readonly fields: Partial<Pick<Certificate, Field>>;
	/** Unix milliseconds. */
	readonly until: number;
}

/** What calls did to the certificates of one scope and its lists may not show yet. */
export class OptimisticWrites {
	readonly #now: () => number;
	readonly #entries = new Map<string, Entry>();
	/** When it became unknown whether a certificate is active, by its id, in Unix milliseconds. */
	readonly #unknown = new Map<string, number>();

	/** @param now The clock, Unix milliseconds. */
	constructor(now: () => number) {
		this.#now = now;
	}

	/** Remembers a write. @param at When it was done, Unix milliseconds. */
	take(write: Write, at: number = this.#now()): void {
		const id = "id" in write ? write.id : write.certificate.id;
		const before = this.#entries.get(id);
		if (write.kind === "unknown" && write.field === "active") this.#unknown.set(id, at);
		else if (write.kind !== "changed" || write.field === "active") this.#unknown.delete(id);
		const until = at + STALE_LIST_MS;
		switch (write.kind) {
			case "added":
				this.#entries.set(id, { certificate: write.certificate, added: true, fields: {}, until });
				break;
			case "changed": {
				const { field } = write;
				// Not every answer says whether it is active.
				const certificate = { ...write.certificate, active: write.certificate.active ?? before?.certificate?.active };
				const fields = { ...before?.fields, [field]: certificate[field] };
				this.#entries.set(id, { certificate, added: before?.added ?? false, fields, until });
				break;
			}
			case "removed":
				this.#entries.set(id, { certificate: null, added: false, fields: {}, until });
				break;
			case "unknown":
				if (before && write.field) {
					const { [write.field]: _, ...fields } = before.fields;
					this.#entries.set(id, { ...before, fields });
				} else this.#entries.delete(id);
		}
	}

	/**
	 * A list that was just read, with what it does not show yet. What it does show counts as settled from now on.
	 * @param askedAt When it was asked for, Unix milliseconds: an older one does not tell what is unknown since.
	 */
	reconcile(listing: CertificateListing, askedAt: number): CertificateListing {
		for (const [id, since] of this.#unknown) if (since <= askedAt) this.#unknown.delete(id);
		const listed = new Map(listing.certificates.map((certificate) => [certificate.id, certificate]));
		for (const [id, entry] of this.#entries) {
			const left = unsettled(entry, listed.get(id), listing.complete);
			if (left) this.#entries.set(id, left);
			else this.#entries.delete(id);
		}
		return this.apply(listing, askedAt);
	}

	/** The same for a list that is not the newest: nothing counts as settled by it. @param askedAt Left out: long ago. */
	apply(listing: CertificateListing, askedAt: number = Number.NEGATIVE_INFINITY): CertificateListing {
		const now = this.#now();
		for (const [id, entry] of this.#entries)
			if (entry.until < now) this.#entries.delete(id);
			// By a clock that was put back since, it would count for too long.
			else this.#entries.set(id, { ...entry, until: Math.min(entry.until, now + STALE_LIST_MS) });
		const listed = new Set(listing.certificates.map(({ id }) => id));
		const missing = [...this.#entries].flatMap(([id, { certificate, added, fields }]) =>
			certificate && !listed.has(id) && (added || fields.active) ? [{ ...certificate, ...fields }] : [],
		);
		const certificates = listing.certificates.flatMap((certificate) => {
			const entry = this.#entries.get(certificate.id);
			const unknown = (this.#unknown.get(certificate.id) ?? askedAt) > askedAt && { active: undefined };
			if (!entry) return unknown ? [{ ...certificate, ...unknown }] : [certificate];
			return entry.certificate ? [{ ...certificate, ...entry.fields, ...unknown }] : [];
		});
		return { ...listing, certificates: [...missing, ...certificates] };
	}

	/** Forgets everything. */
	clear(): void {
		this.#entries.clear();
		this.#unknown.clear();
	}
}

/** What of an entry a list does not show yet, or `null`. @param listed The certificate as the list has it. */
function unsettled(entry: Entry, listed: Certificate | undefined, whole: boolean): Entry | null {
	if (!entry.certificate) return listed || !whole ? entry : null;
	if (!listed && (entry.added || !whole)) return entry;
	const fields = { ...entry.fields };
	if (listed && "name" in fields && fields.name === listed.name) delete fields.name;
	// A list may leave out what is not active.
	if ("active" in fields && fields.active === (listed ? listed.active : false)) delete fields.active;
	return Object.keys(fields).length > 0 ? { ...entry, added: false, fields } : null;
}
