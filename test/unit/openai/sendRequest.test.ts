import assert from "node:assert/strict";
import type Client from "undici/lib/dispatcher/client.js";
import type Dispatcher from "undici/lib/dispatcher/dispatcher.js";
import { CancelledError } from "../../../src/domain/problem.ts";
import { type SendState, sendRequest } from "../../../src/openai/sendRequest.ts";

describe("R25 A request", () => {
	const endpoint = { origin: "https://a.test", host: "a.test", proxy: null, tls: null };
	const cancelled = new CancelledError();
	const initialState = (): SendState => ({ sent: false, repeated: false });
	const send = (dispatch: (handler: Dispatcher.DispatchHandler) => void, signal: AbortSignal, state: SendState) => {
		const client = { dispatch: (_: unknown, handler: Dispatcher.DispatchHandler) => dispatch(handler) };
		return sendRequest(client as unknown as Client, { path: "/", method: "POST" }, endpoint, signal, state);
	};

	it("is not started after an earlier cancellation", async () => {
		const sending = send(() => assert.fail("dispatched"), AbortSignal.abort(cancelled), initialState());
		await assert.rejects(sending, cancelled);
	});

	it("sends nothing if cancelled before the first byte", async () => {
		const abort = new AbortController();
		const state = initialState();
		const reasons: unknown[] = [];
		const controller = { abort: (reason: unknown) => void reasons.push(reason) } as Dispatcher.DispatchController;
		const dispatch = (handler: Dispatcher.DispatchHandler) => {
			abort.abort(cancelled);
			handler.onRequestStart?.(controller, undefined);
		};
		await assert.rejects(send(dispatch, abort.signal, state), cancelled);
		assert.deepEqual({ reasons, state }, { reasons: [cancelled], state: initialState() });
	});
});
