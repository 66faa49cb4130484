import type * as vscode from "vscode";
import { problemOf } from "../../../domain/problem.ts";
import { readFile } from "../scanFiles.ts";
import type { ClientCommandDeps } from "./clientCommands.ts";

export type AddFileDeps = Pick<ClientCommandDeps, "connections" | "clients" | "clientFiles" | "reader">;

/**
 * Adds the client of a file that was just made to the current organization's known clients.
 * @param keyPath The absolute path of the private key's file, which is not read; `null` if unknown.
 * @returns false if it was not added: there is no admin key yet, or the list can't be changed.
 */
export async function addClientFile(
	{ connections, clients, clientFiles, reader }: AddFileDeps,
	file: vscode.Uri,
	keyPath: string | null,
): Promise<boolean> {
	try {
		const { organizationRef } = await connections.destination();
		const found = await readFile(file.toString(), clientFiles, reader, Date.now() / 1000);
		if (typeof found === "string") return false;
		const { added, replaced } = await clients.add(
			organizationRef,
			found.map((client) => ({ ...client, keyPath })),
		);
		return added.length + replaced.length > 0;
	} catch (thrown) {
		if (!problemOf(thrown)) throw thrown;
		return false;
	}
}
