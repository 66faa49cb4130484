import { EventEmitter } from "node:events";

/**
 * Tells that something changed. What a listener throws breaks neither whoever tells, who may be in the middle of a change
 * at the service, nor the other listeners: it becomes an `error` afterwards, which is never overlooked.
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
