import * as vscode from "vscode";
import { CERTIFICATES_VIEW } from "../manifestIds.ts";

/** Delay before progress is shown, in milliseconds. */
const DELAY_MS = 500;

/** Waits for a promise, and shows cancellable progress after 500 ms. @param title The operation's description. */
export async function withDelayedProgress<T>(title: string, promise: Promise<T>, abort: AbortController): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const delay = new Promise<"slow">((resolve) => {
		timer = setTimeout(() => resolve("slow"), DELAY_MS);
	});
	try {
		if ((await Promise.race([promise, delay])) !== "slow") return await promise;
	} finally {
		clearTimeout(timer);
	}
	const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
	return vscode.window.withProgress(options, (_, cancelled) => {
		cancelled.onCancellationRequested(() => abort.abort());
		return promise;
	});
}

/** Like `withDelayedProgress`, and shows progress in the certificates view. @param task Must end by its signal. */
export async function withCancellableProgress<T>(title: string, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
	const abort = new AbortController();
	return vscode.window.withProgress({ location: { viewId: CERTIFICATES_VIEW } }, () =>
		withDelayedProgress(title, task(abort.signal), abort),
	);
}
