import { expiryState, isCertificateId, NO_EXPIRY } from "../../domain/certificate.ts";
import { asRecord } from "../../domain/json.ts";

const DAY_MS = 86_400_000;

/** What is remembered of a certificate, to tell of its expiry without asking the service. */
export interface WatchedCertificate {
	readonly id: string;
	readonly name: string | null;
	/** Unix seconds; `null` where the service did not say. */
	readonly expiresAt: number | null;
	/** Active in the organization, and in a project by itself; absent where that is not known. */
	readonly inOrganization?: boolean | undefined;
	readonly inProject?: boolean | undefined;
}

/** The certificates of the organization in use, as they were read last. */
export interface ExpirySnapshot {
	readonly organizationRef: string;
	/** When they were read, Unix milliseconds. */
	readonly readAt: number;
	readonly certificates: readonly WatchedCertificate[];
}

/** What all windows know together. */
export interface ReminderState {
	/** `null` where nothing was read yet. */
	readonly snapshot: ExpirySnapshot | null;
	/** The days, as `dayOf` counts them, on which something was told. */
	readonly remindedOn: readonly number[];
	/** The ids of the snapshot's certificates of which nothing is to be told again. */
	readonly muted: ReadonlySet<string>;
}

/**
 * The certificates that call for something to be done: those that expire within the period, and those that have expired
 * and are known to be active all the same; the most urgent first.
 * @param now Unix milliseconds.
 * @param days The period; 0 for none.
 */
export function expiringIn(snapshot: ExpirySnapshot | null, now: number, days: number): readonly WatchedCertificate[] {
	if (days === 0) return [];
	const calls = (snapshot?.certificates ?? []).filter((certificate) => {
		const state = expiryState(certificate.expiresAt, now / 1000, days);
		return state === "expiring" || (state === "expired" && isKnownActive(certificate));
	});
	return calls.sort((one, other) => (one.expiresAt ?? 0) - (other.expiresAt ?? 0));
}

/**
 * What a person is to be told of today: those of them that are known to be active, unless something was told today. A day
 * that a clock or a time zone has left behind counts too, so that none is told of twice.
 * @param now,days As in `expiringIn`.
 */
export function dueToday(record: ReminderState, now: number, days: number): readonly WatchedCertificate[] {
	const today = dayOf(now);
	if (record.remindedOn.some((day) => day === today || day === today + 1)) return [];
	return expiringIn(record.snapshot, now, days).filter(
		(certificate) => isKnownActive(certificate) && !record.muted.has(certificate.id),
	);
}

/** When either may come to be another, if nothing else changes: a new day, an expiry, or a period that begins. Unix milliseconds. */
export function nextMoment(snapshot: ExpirySnapshot | null, now: number, days: number): number {
	const offset = minutesBehind(now) * 60_000;
	const midnight = (dayOf(now) + 1) * DAY_MS + offset;
	const expiries = (snapshot?.certificates ?? []).flatMap(({ expiresAt }) =>
		expiresAt === null ? [] : expiresAt * 1000,
	);
	const moments = expiries.flatMap((expiry) => [expiry - days * DAY_MS, expiry]).filter((moment) => moment > now);
	return Math.min(midnight, ...moments);
}

/** Which day it is where the person is, counted since 1970. @param now Unix milliseconds. */
export function dayOf(now: number): number {
	return Math.floor((now - minutesBehind(now) * 60_000) / DAY_MS);
}

function minutesBehind(now: number): number {
	return new Date(now).getTimezoneOffset();
}

function isKnownActive({ inOrganization, inProject }: WatchedCertificate): boolean {
	return inOrganization === true || inProject === true;
}

/** Reads the fields of what was written of a snapshot; `null` where it is not whole. */
export function parseSnapshot({
	organizationRef,
	readAt,
	certificates,
}: Record<string, unknown>): ExpirySnapshot | null {
	if (typeof organizationRef !== "string" || !isTime(readAt, NO_EXPIRY * 1000) || !Array.isArray(certificates))
		return null;
	return certificates.every(isWatched) ? { organizationRef, readAt, certificates } : null;
}

function isWatched(value: unknown): value is WatchedCertificate {
	const { id, name, expiresAt, inOrganization, inProject } = asRecord(value);
	const isKnown = [inOrganization, inProject].every((each) => each === undefined || typeof each === "boolean");
	const isDated = expiresAt === null || isTime(expiresAt, NO_EXPIRY);
	return isCertificateId(id) && (name === null || typeof name === "string") && isDated && isKnown;
}

/** A whole number up to the last one that a date can be told of. */
function isTime(value: unknown, last: number): value is number {
	return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= last;
}
