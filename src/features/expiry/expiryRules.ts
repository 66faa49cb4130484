import { expiryState, isCertificateId, NO_EXPIRY } from "../../domain/certificate.ts";
import { asRecord } from "../../domain/json.ts";

const DAY_MS = 86_400_000;

/** A stored certificate: enough to remind of its expiry without calling the service. */
export interface SnapshotCertificate {
	readonly id: string;
	readonly name: string | null;
	/** Unix seconds; `null` if the service gave no date. */
	readonly expiresAt: number | null;
	/** Active in the organization, and directly in a project; absent if not known. */
	readonly inOrganization?: boolean | undefined;
	readonly inProject?: boolean | undefined;
}

/** A stored client certificate that this computer knows. */
export interface SnapshotClient {
	/** SHA-256 of its DER, lower-case hex. */
	readonly sha256: string;
	readonly name: string;
	/** Unix seconds. */
	readonly expiresAt: number;
}

/** The current organization's certificates, as last read. */
export interface ExpirySnapshot {
	readonly organizationRef: string;
	/** Read time, Unix milliseconds. */
	readonly readAt: number;
	readonly certificates: readonly SnapshotCertificate[];
	/** The known clients that expire first; absent in files of earlier versions. */
	readonly clients?: readonly SnapshotClient[] | undefined;
}

/** The state that all windows share. */
export interface ReminderState {
	/** `null` before the first read. */
	readonly snapshot: ExpirySnapshot | null;
	/** Days with a reminder, as from `localDay`. */
	readonly remindedOn: readonly number[];
	/** Ids of the snapshot's certificates, and fingerprints of its clients, without further reminders. */
	readonly muted: ReadonlySet<string>;
}

/**
 * Returns the certificates that need action, the most urgent first: certificates that expire within the period, and
 * expired certificates known to be active.
 * @param now Unix milliseconds.
 * @param days The period; 0 returns no certificates.
 */
export function findExpiring(
	snapshot: ExpirySnapshot | null,
	now: number,
	days: number,
): readonly SnapshotCertificate[] {
	if (days === 0) return [];
	const expiring = (snapshot?.certificates ?? []).filter((certificate) => {
		const state = expiryState(certificate.expiresAt, now / 1000, days);
		return state === "expiring" || (state === "expired" && isKnownActive(certificate));
	});
	return expiring.sort((one, other) => (one.expiresAt ?? 0) - (other.expiresAt ?? 0));
}

/**
 * Returns the certificates to remind of today: certificates from `findExpiring` known to be active and not muted.
 * Returns none after today's reminder, nor after tomorrow's: a change of clock or time zone must not repeat a reminder.
 * @param now,days As in `findExpiring`.
 */
export function findDueToday(state: ReminderState, now: number, days: number): readonly SnapshotCertificate[] {
	if (isReminded(state, now)) return [];
	return findExpiring(state.snapshot, now, days).filter(
		(certificate) => isKnownActive(certificate) && !state.muted.has(certificate.id),
	);
}

/** Returns the known clients to remind of today, as `findDueToday`: those that expire within the period. */
export function findDueClients(state: ReminderState, now: number, days: number): readonly SnapshotClient[] {
	if (days === 0 || isReminded(state, now)) return [];
	return (state.snapshot?.clients ?? [])
		.filter(({ sha256, expiresAt }) => {
			return expiryState(expiresAt, now / 1000, days) === "expiring" && !state.muted.has(sha256);
		})
		.toSorted((one, other) => one.expiresAt - other.expiresAt);
}

/** True after today's reminder, or tomorrow's. */
function isReminded({ remindedOn }: ReminderState, now: number): boolean {
	const today = localDay(now);
	return remindedOn.some((day) => day === today || day === today + 1);
}

/** Returns when the expiring or due certificates and clients can change next, Unix milliseconds: at midnight, an expiry, or a period's start. */
export function nextCheckAt(snapshot: ExpirySnapshot | null, now: number, days: number): number {
	const offset = minutesBehindUtc(now) * 60_000;
	const midnight = (localDay(now) + 1) * DAY_MS + offset;
	const expiries = [...(snapshot?.certificates ?? []), ...(snapshot?.clients ?? [])].flatMap(({ expiresAt }) =>
		expiresAt === null ? [] : expiresAt * 1000,
	);
	const changes = expiries.flatMap((expiry) => [expiry - days * DAY_MS, expiry]).filter((time) => time > now);
	return Math.min(midnight, ...changes);
}

/** Returns the local day, in days since 1970. @param now Unix milliseconds. */
export function localDay(now: number): number {
	return Math.floor((now - minutesBehindUtc(now) * 60_000) / DAY_MS);
}

function minutesBehindUtc(now: number): number {
	return new Date(now).getTimezoneOffset();
}

function isKnownActive({ inOrganization, inProject }: SnapshotCertificate): boolean {
	return inOrganization === true || inProject === true;
}

/** Parses a snapshot's stored fields; returns `null` if they are incomplete or invalid. */
export function parseSnapshot({
	organizationRef,
	readAt,
	certificates,
	clients,
}: Record<string, unknown>): ExpirySnapshot | null {
	if (clients !== undefined && !(Array.isArray(clients) && clients.every(isSnapshotClient))) return null;
	if (typeof organizationRef !== "string" || !isTimestamp(readAt, NO_EXPIRY * 1000) || !Array.isArray(certificates))
		return null;
	if (!certificates.every(isSnapshotCertificate)) return null;
	return { organizationRef, readAt, certificates, ...(clients && { clients }) };
}

function isSnapshotClient(value: unknown): value is SnapshotClient {
	const { sha256, name, expiresAt } = asRecord(value);
	return isCertificateId(sha256) && typeof name === "string" && isTimestamp(expiresAt, NO_EXPIRY);
}

function isSnapshotCertificate(value: unknown): value is SnapshotCertificate {
	const { id, name, expiresAt, inOrganization, inProject } = asRecord(value);
	const isActivityValid = [inOrganization, inProject].every((each) => each === undefined || typeof each === "boolean");
	const isExpiryValid = expiresAt === null || isTimestamp(expiresAt, NO_EXPIRY);
	return isCertificateId(id) && (name === null || typeof name === "string") && isExpiryValid && isActivityValid;
}

/** True for an integer from 0 to `last`. */
function isTimestamp(value: unknown, last: number): value is number {
	return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= last;
}
