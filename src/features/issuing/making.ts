import { untilAborted } from "../../common/concurrency.ts";
import type { MadeCertificate } from "../../domain/certificateMaking.ts";

/**
 * Waits until a certificate is made. The making of a key can't be stopped: after a cancellation, the key is discarded as
 * soon as it's there.
 * @throws CancelledError as soon as the signal is aborted; any error of `making`
 */
export async function unlessCancelled(making: Promise<MadeCertificate>, signal: AbortSignal): Promise<MadeCertificate> {
	try {
		return await untilAborted(making, signal);
	} catch (thrown) {
		making.then(
			({ key }) => key?.discard(),
			() => {},
		);
		throw thrown;
	}
}
