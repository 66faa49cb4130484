import * as vscode from "vscode";
import { VIEW } from "../manifestIds.ts";

/** From when on a wait is shown, in milliseconds. */
const SLOW_MS = 500;

/** Shows that something takes longer than expected, with a way to end it. @param title What is waited for. */
export async function withDelayedProgress<T>(title: string, promise: Promise<T>, abort: AbortController): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const slow = new Promise<"slow">((resolve) => {
		timer = setTimeout(() => resolve("slow"), SLOW_MS);
	});
	try {
		if ((await Promise.race([promise, slow])) !== "slow") return await promise;
	} finally {
		clearTimeout(timer);
	}
	const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
	return vscode.window.withProgress(options, (_, cancelled) => {
		cancelled.onCancellationRequested(() => abort.abort());
		return promise;
	});
}

/** The same for what the certificates' view shows to be going on. @param act Ends by its signal. */
export async function withCancellableProgress<T>(title: string, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
	const abort = new AbortController();
	return vscode.window.withProgress({ location: { viewId: VIEW } }, () =>
		withDelayedProgress(title, act(abort.signal), abort),
	);
}
