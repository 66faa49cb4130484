import { EventEmitter } from "node:events";

/**
 * Emits `change` and `forget`. A listener's error must stop neither the emitter, which may be in the middle of a change
 * at the service, nor the other listeners. The error is emitted as `error` afterwards, which Node.js never ignores.
 */
export class ChangeEmitter extends EventEmitter<{ change: []; forget: []; error: [unknown] }> {
	protected notify(name: "change" | "forget"): void {
		for (const listener of this.rawListeners(name))
			try {
				listener.call(this);
			} catch (thrown) {
				setImmediate(() => this.emit("error", thrown));
			}
	}
}
