import type { MadeCertificate } from "../../domain/certificateMaking.ts";
import { CancelledError } from "../../domain/problem.ts";

/**
 * Waits until a certificate is made. The making of a key can't be stopped: after a cancellation, the key is discarded as
 * soon as it's there.
 * @throws CancelledError as soon as the signal is aborted; any error of `making`
 */
export async function unlessCancelled(making: Promise<MadeCertificate>, signal: AbortSignal): Promise<MadeCertificate> {
	const cancelled = Promise.withResolvers<never>();
	const cancel = () => cancelled.reject(new CancelledError());
	if (signal.aborted) cancel();
	signal.addEventListener("abort", cancel);
	try {
		return await Promise.race([making, cancelled.promise]);
	} catch (thrown) {
		making.then(
			({ key }) => key?.discard(),
			() => {},
		);
		throw thrown;
	} finally {
		signal.removeEventListener("abort", cancel);
	}
}
