import assert from "node:assert/strict";
import type Client from "undici/lib/dispatcher/client.js";
import type Dispatcher from "undici/lib/dispatcher/dispatcher.js";
import { CancelledError } from "../../../src/domain/problem.ts";
import { type SendState, sendRequest } from "../../../src/openai/sendRequest.ts";

describe("R25 An exchange", () => {
	const way = { origin: "https://a.test", host: "a.test", proxy: null, tls: null };
	const cancelled = new CancelledError();
	const untried = (): SendState => ({ sent: false, repeated: false });
	const run = (dispatch: (handler: Dispatcher.DispatchHandler) => void, signal: AbortSignal, progress: SendState) => {
		const client = { dispatch: (_: unknown, handler: Dispatcher.DispatchHandler) => dispatch(handler) };
		return sendRequest(client as unknown as Client, { path: "/", method: "POST" }, way, signal, progress);
	};

	it("that was cancelled before is not begun", async () => {
		const exchanged = run(() => assert.fail("dispatched"), AbortSignal.abort(cancelled), untried());
		await assert.rejects(exchanged, cancelled);
	});

	it("that was cancelled on the way to its first byte sends none", async () => {
		const abort = new AbortController();
		const progress = untried();
		const reasons: unknown[] = [];
		const controller = { abort: (reason: unknown) => void reasons.push(reason) } as Dispatcher.DispatchController;
		const dispatch = (handler: Dispatcher.DispatchHandler) => {
			abort.abort(cancelled);
			handler.onRequestStart?.(controller, undefined);
		};
		await assert.rejects(run(dispatch, abort.signal, progress), cancelled);
		assert.deepEqual({ reasons, progress }, { reasons: [cancelled], progress: untried() });
	});
});
