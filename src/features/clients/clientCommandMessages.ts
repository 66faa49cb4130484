import * as l10n from "@vscode/l10n";
import { formatCount, isOne } from "../../common/text/counts.ts";
import { sanitize, sanitizePath } from "../../common/text/sanitize.ts";
import type { AddResult } from "./clientStore.ts";
import { MAX_CLIENTS } from "./knownClient.ts";
import type { FoundClients, SkippedSource } from "./readClients.ts";

export const clientCommandLabels = {
	get title() {
		return l10n.t("Add client certificates");
	},
	get selectSource() {
		return l10n.t("Private keys are never kept");
	},
	get chooseFiles() {
		return l10n.t("Choose files…");
	},
	get chooseFolder() {
		return l10n.t("Choose a folder…");
	},
	get readingFiles() {
		return l10n.t("Reading client certificates…");
	},
	get exportTitle() {
		return l10n.t("Export the known clients");
	},
	get importTitle() {
		return l10n.t("Choose the exported list of clients");
	},
	get nothingToExport() {
		return l10n.t("There are no known clients to export.");
	},
	get remove() {
		return l10n.t("Remove");
	},
	get dontRemove() {
		return l10n.t("Don't Remove");
	},
	get removalEffect() {
		return l10n.t("Only the list on this computer changes. The files stay, and so does what is active at OpenAI.");
	},
};

/** Maximum number of skipped files that the details list. */
const MAX_LISTED = 1000;

/**
 * Describes what happened to the files or entries: `brief` for a notification, `complete` with each skipped one.
 * @param now Unix seconds.
 */
export function describeAdded(
	result: AddResult,
	{ skipped, isCut }: Pick<FoundClients, "skipped" | "isCut">,
	now: number,
): { readonly brief: string; readonly complete: string } {
	const expired = result.added.filter(({ notAfter }) => notAfter <= now).length;
	const counts = describeSkipped(result, skipped);
	const lines = [
		[formatAdded(result.added.length, expired), ...formatReplaced(result.replaced.length)].join(" "),
		...(counts.length > 0 ? [l10n.t("Skipped: {0}.", counts.join(", "))] : []),
		...(isCut ? [l10n.t("The rest wasn't read, because it's too much at once.")] : []),
	];
	const listed = skipped.slice(0, MAX_LISTED).map(({ name, why }) => `${sanitizePath(name)}: ${formatReason(why)}`);
	const more = skipped.length - listed.length;
	const rest = more > 0 ? [l10n.t("… and {0} more", formatCount(more))] : [];
	return {
		brief: lines.join("\n"),
		complete: [...lines, ...(listed.length > 0 ? ["", ...listed, ...rest] : [])].join("\n"),
	};
}

/** Asks whether to remove clients from the list. @param names The clients' names, sanitized. */
export function askRemoval(names: readonly string[]): string {
	return names.length === 1
		? l10n.t("Remove “{0}” from the known clients?", names[0] ?? "")
		: l10n.t("Remove {0} clients from the known clients?", formatCount(names.length));
}

/** Describes that clients were removed from the list. */
export function describeRemoved(count: number): string {
	return isOne(count)
		? l10n.t("Removed {0} client from the list.", formatCount(count))
		: l10n.t("Removed {0} clients from the list.", formatCount(count));
}

/** Describes that the list was exported. @param file The file's name. */
export function describeExported(count: number, file: string): string {
	return isOne(count)
		? l10n.t("Exported {0} client to {1}.", formatCount(count), sanitize(file))
		: l10n.t("Exported {0} clients to {1}.", formatCount(count), sanitize(file));
}

function formatAdded(count: number, expired: number): string {
	if (count === 0) return l10n.t("Added no clients.");
	const added = formatCount(count);
	if (expired === 0) return isOne(count) ? l10n.t("Added {0} client.", added) : l10n.t("Added {0} clients.", added);
	return isOne(count)
		? l10n.t("Added {0} client; {1} expired.", added, formatCount(expired))
		: l10n.t("Added {0} clients; {1} expired.", added, formatCount(expired));
}

function formatReplaced(count: number): readonly string[] {
	return count === 0 ? [] : [l10n.t("Updated {0} whose file changed.", formatCount(count))];
}

const REASONS: readonly SkippedSource["why"][] = [
	...(["only-ca-certificates", "not-a-certificate", "other-type", "unreadable", "too-many-certificates"] as const),
	...(["too-large", "link"] as const),
];

/** Returns a phrase for each reason with its number. */
function describeSkipped(
	{ alreadyKnown, overLimit, unusable }: AddResult,
	skipped: readonly SkippedSource[],
): readonly string[] {
	const numbers = new Map(REASONS.map((why) => [why, why === "unreadable" ? unusable.length : 0]));
	for (const { why } of skipped) numbers.set(why, (numbers.get(why) ?? 0) + 1);
	const limit = formatCount(MAX_CLIENTS);
	return [
		...(alreadyKnown.length > 0 ? [l10n.t("{0} already known", formatCount(alreadyKnown.length))] : []),
		...[...numbers].filter(([, count]) => count > 0).map(([why, count]) => formatSkipped(why, count)),
		...(overLimit.length > 0 ? [l10n.t("{0} over the limit of {1}", formatCount(overLimit.length), limit)] : []),
	];
}

function formatSkipped(why: SkippedSource["why"], number: number): string {
	const count = formatCount(number);
	switch (why) {
		case "only-ca-certificates":
			return isOne(number) ? l10n.t("{0} CA certificate", count) : l10n.t("{0} CA certificates", count);
		case "not-a-certificate":
			return isOne(number) ? l10n.t("{0} not a certificate", count) : l10n.t("{0} not certificates", count);
		case "other-type":
			return isOne(number) ? l10n.t("{0} file of another type", count) : l10n.t("{0} files of other types", count);
		case "unreadable":
			return l10n.t("{0} unreadable", count);
		case "too-many-certificates":
			return l10n.t("{0} with too many certificates", count);
		case "too-large":
			return l10n.t("{0} too large", count);
		case "link":
			return isOne(number) ? l10n.t("{0} link", count) : l10n.t("{0} links", count);
	}
}

function formatReason(why: SkippedSource["why"]): string {
	switch (why) {
		case "only-ca-certificates":
			return l10n.t("only CA certificates");
		case "not-a-certificate":
			return l10n.t("not a certificate");
		case "other-type":
			return l10n.t("not read, because of its name");
		case "unreadable":
			return l10n.t("unreadable");
		case "too-many-certificates":
			return l10n.t("too many certificates");
		case "too-large":
			return l10n.t("too large");
		case "link":
			return l10n.t("a link, not followed");
	}
}
