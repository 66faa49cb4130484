/** Returns an error as a call to the system throws it. @param code Such as `EIO`. */
export function systemError(code: string): Error {
	return Object.assign(new Error(code), { code });
}
