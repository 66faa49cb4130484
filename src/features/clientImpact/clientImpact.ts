import { timeSlices } from "../../common/concurrency.ts";
import type { ClientCertificateIssue } from "../../domain/clientCertificateCheck.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Scope } from "../../domain/scope.ts";
import { type ClientStatus, type Judging, judgeInScopes } from "../clients/clientStatus.ts";
import type { KnownClient } from "../clients/knownClient.ts";
import type { AnchorChange } from "./anchorChanges.ts";

/** What a deactivation means for the known clients, by the offline check. */
export type ClientImpact =
	/** The clients, or what is needed to judge them, couldn't be read. */
	| { readonly kind: "unread"; readonly problem: Problem }
	| {
			readonly kind: "judged";
			/** The number of known clients, at least one. */
			readonly known: number;
			/** The clients that OpenAI rejects afterwards and might accept now, the first to expire first. */
			readonly rejected: readonly AffectedClient[];
			/** The other clients that OpenAI might reject afterwards, in the same order. */
			readonly unknown: readonly AffectedClient[];
	  };

export interface AffectedClient {
	readonly client: KnownClient;
	/** Where; empty if the projects couldn't be read. */
	readonly scopes: readonly Scope[];
	/** Why; empty if not all trust anchors could be read. */
	readonly issues: readonly ClientCertificateIssue[];
}

/**
 * Finds the clients that a deactivation affects, by judging each before and after it, without blocking the event loop for
 * long. Ignores scopes that already reject the client. Where no trust anchor stays active, no client is rejected.
 * @param clients At least one.
 * @param allScopes False if there might be more changes: then the clients that aren't rejected count as unknown.
 * @throws CancelledError
 */
export async function assessClients(
	clients: readonly KnownClient[],
	{ changes, allScopes }: { readonly changes: readonly AnchorChange[]; readonly allScopes: boolean },
	judging: Judging,
): Promise<ClientImpact> {
	const pause = timeSlices();
	const judgeIn = async (when: "before" | "after", some: readonly KnownClient[]) => {
		const scopes = changes.map((each) => each[when]);
		const statuses = new Map<string, ClientStatus>();
		// A client that isn't valid yet is judged at the start of its validity: until then it is rejected anyway.
		for (const [now, clients] of Map.groupBy(some, ({ notBefore }) => Math.max(judging.now, notBefore))) {
			await pause(judging.signal);
			for (const [sha256, status] of await judgeInScopes(clients, scopes, { ...judging, now }))
				statuses.set(sha256, status);
		}
		return statuses;
	};
	const after = await judgeIn("after", clients);
	const isTouched = ({ sha256 }: KnownClient) => {
		const status = after.get(sha256);
		return !allScopes || (status && status.rejected.length + status.unknown.length > 0);
	};
	const touched = clients.filter(isTouched).toSorted((one, other) => one.notAfter - other.notAfter);
	const before = await judgeIn("before", touched);
	const uncertain = new Set(changes.flatMap(({ after, mayStay }) => (mayStay ? [after.scope] : [])));
	const rejected: AffectedClient[] = [];
	const unknown: AffectedClient[] = [];
	for (const client of touched) {
		await pause(judging.signal);
		const status = after.get(client.sha256);
		if (!status) continue;
		const already = new Set(before.get(client.sha256)?.rejected);
		const isNew = (scope: Scope) => !already.has(scope);
		const rejects = status.rejected.filter(isNew);
		const rejectedIn = rejects.filter((scope) => !uncertain.has(scope));
		const unknownIn = [...status.unknown.filter(isNew), ...rejects.filter((scope) => uncertain.has(scope))];
		const { issues } = status;
		if (rejectedIn.length > 0) rejected.push({ client, scopes: rejectedIn, issues });
		else if (unknownIn.length > 0 || !allScopes) unknown.push({ client, scopes: unknownIn, issues });
	}
	return { kind: "judged", known: clients.length, rejected, unknown };
}
