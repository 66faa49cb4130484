import type { Certificate, CertificateListing } from "../../domain/certificate.ts";

/** How long a list may miss a write, in milliseconds. The service documents no limit. */
export const LIST_LAG_MS = 120_000;

/** The effect of a call on a certificate in one scope. */
export type Write =
	| { readonly kind: "added"; readonly certificate: Certificate }
	/** `certificate` is the call's answer; `field` is the changed field. */
	| { readonly kind: "changed"; readonly certificate: Certificate; readonly field: Field }
	| { readonly kind: "removed"; readonly id: string }
	/** The answer was lost. Only a list shows the value of `field`; with `null`, whether the certificate exists. */
	| { readonly kind: "unknown"; readonly id: string; readonly field: Field | null };

type Field = "name" | "active";

interface Entry {
	/** `null` after removal. */
	readonly certificate: Certificate | null;
	/** True if the certificate stays in the list until the service's list shows it. */
	readonly added: boolean;
	/** Values that override the list's. */
	readonly fields: Partial<Pick<Certificate, Field>>;
	/** When the entry expires, Unix milliseconds. */
	readonly until: number;
}

/** Pending writes of one scope: effects of calls that its lists may not show yet. */
export class OptimisticWrites {
	readonly #now: () => number;
	readonly #entries = new Map<string, Entry>();
	/** When a certificate's `active` became unknown, by its id, Unix milliseconds. */
	readonly #activeUnknown = new Map<string, number>();

	/** @param now The clock, Unix milliseconds. */
	constructor(now: () => number) {
		this.#now = now;
	}

	/** Records a write. @param at When the call was done, Unix milliseconds. */
	record(write: Write, at: number = this.#now()): void {
		const id = "id" in write ? write.id : write.certificate.id;
		const before = this.#entries.get(id);
		if (write.kind === "unknown" && write.field === "active") this.#activeUnknown.set(id, at);
		else if (write.kind !== "changed" || write.field === "active") this.#activeUnknown.delete(id);
		const until = at + LIST_LAG_MS;
		switch (write.kind) {
			case "added":
				this.#entries.set(id, { certificate: write.certificate, added: true, fields: {}, until });
				break;
			case "changed": {
				const { field } = write;
				// Some answers omit `active`.
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
	 * Applies pending writes to a list that was just read, and drops the writes that the list confirms.
	 * @param askedAt When the list was requested, Unix milliseconds. Values that became unknown later stay unknown.
	 */
	reconcile(listing: CertificateListing, askedAt: number): CertificateListing {
		for (const [id, since] of this.#activeUnknown) if (since <= askedAt) this.#activeUnknown.delete(id);
		const listed = new Map(listing.certificates.map((certificate) => [certificate.id, certificate]));
		for (const [id, entry] of this.#entries) {
			const remaining = unconfirmedPart(entry, listed.get(id), listing.complete);
			if (remaining) this.#entries.set(id, remaining);
			else this.#entries.delete(id);
		}
		return this.apply(listing, askedAt);
	}

	/** Applies pending writes without marking any as confirmed. @param askedAt As in `reconcile`. Default: long ago. */
	apply(listing: CertificateListing, askedAt: number = Number.NEGATIVE_INFINITY): CertificateListing {
		const now = this.#now();
		for (const [id, entry] of this.#entries)
			if (entry.until < now) this.#entries.delete(id);
			// After the clock was set back, the entry would expire too late.
			else this.#entries.set(id, { ...entry, until: Math.min(entry.until, now + LIST_LAG_MS) });
		const listed = new Set(listing.certificates.map(({ id }) => id));
		const missing = [...this.#entries].flatMap(([id, { certificate, added, fields }]) =>
			certificate && !listed.has(id) && (added || fields.active) ? [{ ...certificate, ...fields }] : [],
		);
		const certificates = listing.certificates.flatMap((certificate) => {
			const entry = this.#entries.get(certificate.id);
			const override = (this.#activeUnknown.get(certificate.id) ?? askedAt) > askedAt && { active: undefined };
			if (!entry) return override ? [{ ...certificate, ...override }] : [certificate];
			return entry.certificate ? [{ ...certificate, ...entry.fields, ...override }] : [];
		});
		return { ...listing, certificates: [...missing, ...certificates] };
	}

	clear(): void {
		this.#entries.clear();
		this.#activeUnknown.clear();
	}
}

/** Returns the part of an entry that a list does not confirm, or `null`. @param listed The certificate in the list. */
function unconfirmedPart(entry: Entry, listed: Certificate | undefined, complete: boolean): Entry | null {
	if (!entry.certificate) return listed || !complete ? entry : null;
	if (!listed && (entry.added || !complete)) return entry;
	const fields = { ...entry.fields };
	if (listed && "name" in fields && fields.name === listed.name) delete fields.name;
	// A list may omit inactive certificates.
	if ("active" in fields && fields.active === (listed ? listed.active : false)) delete fields.active;
	return Object.keys(fields).length > 0 ? { ...entry, added: false, fields } : null;
}
